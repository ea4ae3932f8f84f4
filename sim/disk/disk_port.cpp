#include <windtunnel/sim/disk/disk_port.h>

#include <windtunnel/protocols/base/assert.h>

namespace windtunnel {
namespace {

bool changes(DiskCallKind kind) {
  return kind == DiskCallKind::write || kind == DiskCallKind::truncate ||
         kind == DiskCallKind::allocate;
}

}  // namespace

std::unique_ptr<NodeDisk> SimDisk::attach() { return std::make_unique<SimDiskPort>(*this); }

DiskCall* SimDiskPort::begin_on_file(DiskCallKind kind, File file, Waiter& waiter) {
  if (severed_) return nullptr;
  if (!disk_.is_open(file.handle, false)) {
    disk_.fail_at_once(waiter, Errc::closed);
    return nullptr;
  }
  if (changes(kind) && !disk_.is_open(file.handle, true)) {
    disk_.fail_at_once(waiter, Errc::invalid_argument);
    return nullptr;
  }
  DiskCall& call = disk_.begin_call(kind);
  call.file = SimDisk::file_of(file.handle);
  return &call;
}

void SimDiskPort::on_path(DiskCallKind kind, std::string_view path, Waiter& waiter) {
  if (severed_) return;
  DiskCall& call = disk_.begin_call(kind);
  call.path = path;
  disk_.submit(call, waiter);
}

void SimDiskPort::open(std::string_view path, OpenMode mode, Waiter& waiter) {
  if (severed_) return;
  DiskCall& call = disk_.begin_call(DiskCallKind::open);
  call.path = path;
  call.mode = mode;
  disk_.submit(call, waiter);
}

void SimDiskPort::close(File file) {
  if (!severed_) disk_.close(file.handle);
}

void SimDiskPort::size(File file, Waiter& waiter) {
  DiskCall* const call = begin_on_file(DiskCallKind::size, file, waiter);
  if (call != nullptr) disk_.submit(*call, waiter);
}

void SimDiskPort::read(File file, std::uint64_t offset, std::uint64_t length, ReadWaiter& waiter) {
  DiskCall* const call = begin_on_file(DiskCallKind::read, file, waiter);
  if (call == nullptr) return;
  call->offset = offset;
  call->length = length;
  disk_.submit(*call, waiter);
}

void SimDiskPort::write(File file, std::uint64_t offset, BytesView bytes, Waiter& waiter) {
  DiskCall* const call = begin_on_file(DiskCallKind::write, file, waiter);
  if (call == nullptr) return;
  call->offset = offset;
  call->length = bytes.size();
  call->bytes.assign(bytes.begin(), bytes.end());
  disk_.submit(*call, waiter);
}

void SimDiskPort::truncate(File file, std::uint64_t size, Waiter& waiter) {
  DiskCall* const call = begin_on_file(DiskCallKind::truncate, file, waiter);
  if (call == nullptr) return;
  call->offset = size;
  disk_.submit(*call, waiter);
}

void SimDiskPort::allocate(File file, std::uint64_t size, Waiter& waiter) {
  DiskCall* const call = begin_on_file(DiskCallKind::allocate, file, waiter);
  if (call == nullptr) return;
  call->offset = size;
  disk_.submit(*call, waiter);
}

void SimDiskPort::sync(File file, Waiter& waiter) {
  DiskCall* const call = begin_on_file(DiskCallKind::sync, file, waiter);
  if (call != nullptr) disk_.submit(*call, waiter);
}

void SimDiskPort::make_directory(std::string_view path, Waiter& waiter) {
  on_path(DiskCallKind::make_directory, path, waiter);
}

void SimDiskPort::rename(std::string_view from, std::string_view to, Waiter& waiter) {
  if (severed_) return;
  DiskCall& call = disk_.begin_call(DiskCallKind::rename);
  call.path = from;
  call.other_path = to;
  disk_.submit(call, waiter);
}

void SimDiskPort::remove(std::string_view path, Waiter& waiter) {
  on_path(DiskCallKind::remove, path, waiter);
}

void SimDiskPort::list(std::string_view directory, ListWaiter& waiter) {
  on_path(DiskCallKind::list, directory, waiter);
}

void SimDiskPort::sync_directory(std::string_view directory, Waiter& waiter) {
  on_path(DiskCallKind::sync_directory, directory, waiter);
}

}  // namespace windtunnel
