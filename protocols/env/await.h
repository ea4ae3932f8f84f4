// Awaitable forms of the ports' operations, for tasks: `co_await sleep_for(env, d);`,
// `Result<File> f = co_await open_file(env, "meta", OpenMode::create);`. Streams: streams.h.
// Messages: mailbox.h. Tasks among themselves: channel.h. Deadlines, and the first of several:
// race.h.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/env/wait.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace windtunnel {

class SleepAwaiter final : public OperationAwaiter<Waiter> {
 public:
  SleepAwaiter(Env& env, Instant deadline) : env_(env), deadline_(deadline) {}
  void await_resume() const noexcept {}

 private:
  void start() override { env_.timers.arm(deadline_, *this); }
  Env& env_;
  Instant deadline_;
};

inline SleepAwaiter sleep_until(Env& env, Instant deadline) { return {env, deadline}; }
inline SleepAwaiter sleep_for(Env& env, Duration duration) {
  const Instant now = env.clock.now();
  return {env, now + duration};
}

// Arguments of a disk operation, as far as it has them. `bytes` must live until the operation was
// started.
struct DiskArguments {
  std::string path;
  std::string other_path;
  OpenMode mode = OpenMode::read;
  File file;
  std::uint64_t offset = 0;
  BytesView bytes;
};

// A disk operation whose completion carries no data but `value()`.
template <class T>
class DiskAwaiter final : public OperationAwaiter<Waiter> {
 public:
  using Start = void (*)(Disk&, const DiskArguments&, Waiter&);
  DiskAwaiter(Env& env, Start submit, DiskArguments arguments)
      : env_(env), submit_(submit), arguments_(std::move(arguments)) {}
  ~DiskAwaiter() { close_unclaimed(); }
  Result<T> await_resume() {
    if (error() != Errc::ok) return failure();
    is_claimed_ = true;
    if constexpr (std::is_same_v<T, void>) {
      return {};
    } else if constexpr (std::is_same_v<T, File>) {
      return File{static_cast<std::uint32_t>(value())};
    } else {
      return static_cast<T>(value());
    }
  }
  void cancel() noexcept {
    this->disarm();
    close_unclaimed();
  }

 private:
  void start() override { submit_(env_.disk, arguments_, *this); }
  // A file that was opened already, and that nobody will hear of.
  void close_unclaimed() noexcept {
    if constexpr (std::is_same_v<T, File>) {
      if (!completed() || error() != Errc::ok || std::exchange(is_claimed_, true)) return;
      env_.disk.close(File{static_cast<std::uint32_t>(value())});
    }
  }
  Env& env_;
  Start submit_;
  DiskArguments arguments_;
  bool is_claimed_ = false;
};

DiskAwaiter<File> open_file(Env& env, std::string_view path, OpenMode mode);
DiskAwaiter<std::uint64_t> file_size(Env& env, File file);
DiskAwaiter<void> write_file(Env& env, File file, std::uint64_t offset, BytesView bytes);
DiskAwaiter<void> truncate_file(Env& env, File file, std::uint64_t size);
DiskAwaiter<void> allocate_file(Env& env, File file, std::uint64_t size);
DiskAwaiter<void> sync_file(Env& env, File file);
DiskAwaiter<void> make_directory(Env& env, std::string_view path);
DiskAwaiter<void> rename_file(Env& env, std::string_view from, std::string_view to);
DiskAwaiter<void> remove_file(Env& env, std::string_view path);
DiskAwaiter<void> sync_directory(Env& env, std::string_view directory);

class ReadAwaiter final : public OperationAwaiter<ReadWaiter> {
 public:
  ReadAwaiter(Env& env, File file, std::uint64_t offset, std::uint64_t length)
      : env_(env), file_(file), offset_(offset), length_(length) {}
  Result<Bytes> await_resume() {
    if (error() != Errc::ok) return failure();
    return std::move(data);
  }

 private:
  void start() override { env_.disk.read(file_, offset_, length_, *this); }
  Env& env_;
  File file_;
  std::uint64_t offset_;
  std::uint64_t length_;
};
inline ReadAwaiter read_file(Env& env, File file, std::uint64_t offset, std::uint64_t length) {
  return {env, file, offset, length};
}

class ListAwaiter final : public OperationAwaiter<ListWaiter> {
 public:
  ListAwaiter(Env& env, std::string_view directory) : env_(env), directory_(directory) {}
  Result<std::vector<std::string>> await_resume() {
    if (error() != Errc::ok) return failure();
    return std::move(names);
  }

 private:
  void start() override { env_.disk.list(directory_, *this); }
  Env& env_;
  std::string directory_;
};
inline ListAwaiter list_directory(Env& env, std::string_view directory) { return {env, directory}; }

}  // namespace windtunnel
