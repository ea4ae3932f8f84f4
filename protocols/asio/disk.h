// Private to this folder: the disk port. Requests go to the node's one worker thread, which
// performs them one after the other (so those on one file take effect in order) and posts them
// back. Includes Boost.Asio.
#pragma once

#include <windtunnel/protocols/asio/loop.h>
#include <windtunnel/protocols/asio/posix_files.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

namespace windtunnel {

class AsioDisk final : public Disk, public WaiterHolder {
 public:
  AsioDisk(AsioLoopCore& loop, AsioExecutor& executor) : loop_(loop), executor_(executor) {}
  // Waits until everything that was submitted took effect.
  ~AsioDisk();
  // Opens the data directory and starts the worker. Once, before anything else.
  Result<void> start(const std::filesystem::path& directory);

  void open(std::string_view path, OpenMode mode, Waiter& waiter) override;
  void close(File file) override;
  void size(File file, Waiter& waiter) override;
  void read(File file, std::uint64_t offset, std::uint64_t length, ReadWaiter& waiter) override;
  void write(File file, std::uint64_t offset, BytesView bytes, Waiter& waiter) override;
  void truncate(File file, std::uint64_t size, Waiter& waiter) override;
  void allocate(File file, std::uint64_t size, Waiter& waiter) override;
  void sync(File file, Waiter& waiter) override;
  void make_directory(std::string_view path, Waiter& waiter) override;
  void rename(std::string_view from, std::string_view to, Waiter& waiter) override;
  void remove(std::string_view path, Waiter& waiter) override;
  void list(std::string_view directory, ListWaiter& waiter) override;
  void sync_directory(std::string_view directory, Waiter& waiter) override;

  void forget(Waiter& waiter) noexcept override;
  void sever() { severed_ = true; }
  std::size_t armed() const { return waiting_.size(); }

 private:
  using Request = std::unique_ptr<DiskRequest>;
  // `waiter` is null where nobody wants to know.
  void submit(Request request, Waiter* waiter);
  void submit_on_file(File file, Request request, Waiter& waiter);
  void completed(DiskRequest& request);
  void work();

  AsioLoopCore& loop_;
  AsioExecutor& executor_;
  bool severed_ = false;
  std::uint64_t next_ticket_ = 1;
  std::uint32_t next_handle_ = 1;
  // By ticket, which is the waiter's tag.
  std::map<std::uint64_t, Waiter*> waiting_;
  // Handles that were given out and not closed.
  std::set<std::uint32_t> open_;
  // Lets a completion that is already posted find out that the disk is gone.
  std::shared_ptr<AsioDisk*> self_ = std::make_shared<AsioDisk*>(this);

  // The worker's.
  PosixFiles files_;
  std::thread worker_;
  std::mutex mutex_;
  std::condition_variable submitted_;
  std::deque<Request> queue_;
  bool ending_ = false;
};

}  // namespace windtunnel
