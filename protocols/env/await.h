// Awaitable forms of the ports' operations, for tasks: `co_await sleep_for(env, d);`,
// `Result<File> f = co_await open_file(env, "meta", OpenMode::create);`. Each is a waiter inside
// the awaiting frame, so destroying the frame cancels it.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>

#include <coroutine>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel {

// Base of the awaiters: starts an operation with the waiter that resumes the coroutine.
template <class WaiterBase>
class OperationAwaiter : public WaiterBase {
 public:
  bool await_ready() const noexcept { return false; }
  void run() noexcept override { frame_.resume(); }

 protected:
  OperationAwaiter() = default;
  ~OperationAwaiter() = default;
  void bind(std::coroutine_handle<> frame) { frame_ = frame; }
  Error failure() const { return make_error_code(this->error()); }

 private:
  std::coroutine_handle<> frame_;
};

class SleepAwaiter final : public OperationAwaiter<Waiter> {
 public:
  SleepAwaiter(Env& env, Instant deadline) : env_(env), deadline_(deadline) {}
  void await_suspend(std::coroutine_handle<> frame) {
    bind(frame);
    env_.timers.arm(deadline_, *this);
  }
  void await_resume() const noexcept {}

 private:
  Env& env_;
  Instant deadline_;
};

inline SleepAwaiter sleep_until(Env& env, Instant deadline) { return {env, deadline}; }
inline SleepAwaiter sleep_for(Env& env, Duration duration) {
  const Instant now = env.clock.now();
  return {env, now + duration};
}

// Arguments of a disk operation, as far as it has them. Views must live until the operation was
// started, which is within the co_await expression.
struct DiskArguments {
  std::string_view path;
  std::string_view other_path;
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
  DiskAwaiter(Env& env, Start start, const DiskArguments& arguments)
      : env_(env), start_(start), arguments_(arguments) {}
  void await_suspend(std::coroutine_handle<> frame) {
    bind(frame);
    start_(env_.disk, arguments_, *this);
  }
  Result<T> await_resume() const {
    if (error() != Errc::ok) return failure();
    if constexpr (std::is_same_v<T, void>) {
      return {};
    } else if constexpr (std::is_same_v<T, File>) {
      return File{static_cast<std::uint32_t>(value())};
    } else {
      return static_cast<T>(value());
    }
  }

 private:
  Env& env_;
  Start start_;
  DiskArguments arguments_;
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
  void await_suspend(std::coroutine_handle<> frame) {
    bind(frame);
    env_.disk.read(file_, offset_, length_, *this);
  }
  Result<Bytes> await_resume() {
    if (error() != Errc::ok) return failure();
    return std::move(data);
  }

 private:
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
  void await_suspend(std::coroutine_handle<> frame) {
    bind(frame);
    env_.disk.list(directory_, *this);
  }
  Result<std::vector<std::string>> await_resume() {
    if (error() != Errc::ok) return failure();
    return std::move(names);
  }

 private:
  Env& env_;
  std::string_view directory_;
};
inline ListAwaiter list_directory(Env& env, std::string_view directory) { return {env, directory}; }

// Readiness of a stream or listener: `co_await readable(*stream);`, then read.
template <class Source, void (Source::*When)(Waiter&)>
class ReadinessAwaiter final : public OperationAwaiter<Waiter> {
 public:
  explicit ReadinessAwaiter(Source& source) : source_(source) {}
  void await_suspend(std::coroutine_handle<> frame) {
    this->bind(frame);
    (source_.*When)(*this);
  }
  void await_resume() const noexcept {}

 private:
  Source& source_;
};
using Readable = ReadinessAwaiter<Stream, &Stream::when_readable>;
using Writable = ReadinessAwaiter<Stream, &Stream::when_writable>;
using Acceptable = ReadinessAwaiter<Listener, &Listener::when_acceptable>;
inline Readable readable(Stream& stream) { return Readable(stream); }
inline Writable writable(Stream& stream) { return Writable(stream); }
inline Acceptable acceptable(Listener& listener) { return Acceptable(listener); }

// A connection attempt: `Result<std::unique_ptr<Stream>> s = co_await connect_stream(env, to);`
class ConnectAwaiter final : public OperationAwaiter<Waiter> {
 public:
  ConnectAwaiter(Env& env, const Endpoint& to) : env_(env), to_(to) {}
  void await_suspend(std::coroutine_handle<> frame) {
    bind(frame);
    stream_ = env_.transport.connect(to_, *this);
  }
  Result<std::unique_ptr<Stream>> await_resume() {
    if (error() != Errc::ok) return failure();
    return std::move(stream_);
  }

 private:
  Env& env_;
  Endpoint to_;
  std::unique_ptr<Stream> stream_;
};
inline ConnectAwaiter connect_stream(Env& env, const Endpoint& to) { return {env, to}; }

// A message socket with a queue, for tasks: `co_await next_before(mailbox, deadline)`. Messages
// over the limit are dropped, as a full socket buffer drops them.
class Mailbox final : public MessageSink {
 public:
  struct Message {
    Endpoint from;
    Bytes bytes;
  };

  explicit Mailbox(Env& env, std::size_t limit = 1024) : env_(env), limit_(limit) {}
  // Binds; Errc::address_in_use as `Transport::bind`.
  Result<void> open(Port port);
  MessageSocket& socket() { return *socket_; }
  std::size_t size() const { return queue_.size(); }
  void on_message(const Endpoint& from, BytesView message) override;

  // The next message, or Errc::timed_out at `deadline`. One reader at a time.
  class NextAwaiter final : public OperationAwaiter<Waiter> {
   public:
    NextAwaiter(Mailbox& mailbox, Instant deadline) : mailbox_(mailbox), deadline_(deadline) {}
    ~NextAwaiter() {
      if (mailbox_.reader_ == this) mailbox_.reader_ = nullptr;
    }
    bool await_ready() const noexcept { return !mailbox_.queue_.empty(); }
    void await_suspend(std::coroutine_handle<> frame);
    Result<Message> await_resume();

   private:
    friend class Mailbox;
    Mailbox& mailbox_;
    Instant deadline_;
  };
  NextAwaiter next_before(Instant deadline) { return {*this, deadline}; }

 private:
  Env& env_;
  std::size_t limit_;
  std::deque<Message> queue_;
  NextAwaiter* reader_ = nullptr;
  std::unique_ptr<MessageSocket> socket_;
};

}  // namespace windtunnel
