#include <windtunnel/protocols/asio/disk.h>

#include <boost/asio/post.hpp>

#include <system_error>

namespace windtunnel {
namespace {

std::unique_ptr<DiskRequest> make_request(DiskOperation operation, std::string_view path = {}) {
  auto request = std::make_unique<DiskRequest>();
  request->operation = operation;
  request->path = path;
  return request;
}

}  // namespace

AsioDisk::~AsioDisk() {
  if (!worker_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  submitted_.notify_one();
  worker_.join();
}

Result<void> AsioDisk::start(const std::filesystem::path& directory) {
  const Result<void> opened = files_.open(directory);
  if (!opened) return opened;
  try {
    worker_ = std::thread([this] { work(); });
  } catch (const std::system_error& failure) {
    return Error(failure.code().value(), boost::system::system_category());
  }
  return {};
}

void AsioDisk::work() {
  const std::weak_ptr<AsioDisk*> self = self_;
  std::unique_lock lock(mutex_);
  for (;;) {
    submitted_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Request request = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    files_.perform(*request);
    net::post(loop_.io, [self, done = std::move(request)] {
      const std::shared_ptr<AsioDisk*> alive = self.lock();
      if (alive != nullptr) (*alive)->completed(*done);
    });
    lock.lock();
  }
}

void AsioDisk::submit(Request request, Waiter* waiter) {
  if (severed_) return;
  request->ticket = next_ticket_++;
  if (waiter != nullptr) {
    waiter->hold(*this);
    waiter->tag = request->ticket;
    waiting_.emplace(request->ticket, waiter);
  }
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(request));
  }
  submitted_.notify_one();
}

void AsioDisk::submit_on_file(File file, Request request, Waiter& waiter) {
  if (severed_) return;
  if (open_.find(file.handle) == open_.end()) {
    executor_.complete(waiter, Errc::closed);
    return;
  }
  request->handle = file.handle;
  submit(std::move(request), &waiter);
}

void AsioDisk::completed(DiskRequest& request) {
  if (severed_) return;
  const bool opened = request.operation == DiskOperation::open && request.error == Errc::ok;
  const auto found = waiting_.find(request.ticket);
  if (found == waiting_.end()) {
    // Nobody learns this handle, so nobody would close it.
    if (!opened) return;
    Request close = make_request(DiskOperation::close);
    close->handle = request.handle;
    submit(std::move(close), nullptr);
    return;
  }
  Waiter& waiter = *found->second;
  waiting_.erase(found);
  waiter.release();
  if (opened) open_.insert(request.handle);
  if (request.operation == DiskOperation::read) {
    static_cast<ReadWaiter&>(waiter).data = std::move(request.data);
  }
  if (request.operation == DiskOperation::list) {
    static_cast<ListWaiter&>(waiter).names = std::move(request.names);
  }
  executor_.complete(waiter, request.error, request.value);
}

void AsioDisk::forget(Waiter& waiter) noexcept {
  waiting_.erase(waiter.tag);
  waiter.release();
}

void AsioDisk::open(std::string_view path, OpenMode mode, Waiter& waiter) {
  Request request = make_request(DiskOperation::open, path);
  request->mode = mode;
  request->handle = next_handle_++;
  submit(std::move(request), &waiter);
}

void AsioDisk::close(File file) {
  if (severed_ || open_.erase(file.handle) == 0) return;
  Request request = make_request(DiskOperation::close);
  request->handle = file.handle;
  submit(std::move(request), nullptr);
}

void AsioDisk::size(File file, Waiter& waiter) {
  submit_on_file(file, make_request(DiskOperation::size), waiter);
}

void AsioDisk::read(File file, std::uint64_t offset, std::uint64_t length, ReadWaiter& waiter) {
  waiter.data.clear();
  Request request = make_request(DiskOperation::read);
  request->offset = offset;
  request->length = length;
  submit_on_file(file, std::move(request), waiter);
}

void AsioDisk::write(File file, std::uint64_t offset, BytesView bytes, Waiter& waiter) {
  Request request = make_request(DiskOperation::write);
  request->offset = offset;
  request->bytes = to_bytes(bytes);
  submit_on_file(file, std::move(request), waiter);
}

void AsioDisk::truncate(File file, std::uint64_t size, Waiter& waiter) {
  Request request = make_request(DiskOperation::truncate);
  request->length = size;
  submit_on_file(file, std::move(request), waiter);
}

void AsioDisk::allocate(File file, std::uint64_t size, Waiter& waiter) {
  Request request = make_request(DiskOperation::allocate);
  request->length = size;
  submit_on_file(file, std::move(request), waiter);
}

void AsioDisk::sync(File file, Waiter& waiter) {
  submit_on_file(file, make_request(DiskOperation::sync), waiter);
}

void AsioDisk::make_directory(std::string_view path, Waiter& waiter) {
  submit(make_request(DiskOperation::make_directory, path), &waiter);
}

void AsioDisk::rename(std::string_view from, std::string_view to, Waiter& waiter) {
  Request request = make_request(DiskOperation::rename, from);
  request->other_path = to;
  submit(std::move(request), &waiter);
}

void AsioDisk::remove(std::string_view path, Waiter& waiter) {
  submit(make_request(DiskOperation::remove, path), &waiter);
}

void AsioDisk::list(std::string_view directory, ListWaiter& waiter) {
  waiter.names.clear();
  submit(make_request(DiskOperation::list, directory), &waiter);
}

void AsioDisk::sync_directory(std::string_view directory, Waiter& waiter) {
  submit(make_request(DiskOperation::sync_directory, directory), &waiter);
}

}  // namespace windtunnel
