// Streams for tasks: connect, accept, and reads and writes that wait.
//
//   Result<std::unique_ptr<Stream>> stream = co_await connect_stream(env, to);
//   Result<void> read = co_await before(env, deadline, read_exactly(**stream, header));
//
// Bytes and streams must outlive the wait. One reader and one writer of a stream at a time. Where a
// read or write is cancelled half-way the stream is in the middle of something: give it up.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/wait.h>

#include <memory>
#include <utility>

namespace windtunnel {

// Tries again whenever the source is ready, until there is nothing more to wait for.
template <class Source, void (Source::*When)(Waiter&)>
class ReadinessAwaiter : public OperationAwaiter<Waiter> {
 public:
  bool await_ready() { return attempt(); }
  void run() noexcept override {
    if (!attempt()) return start();
    go_on();
  }

 protected:
  explicit ReadinessAwaiter(Source& source) : source_(source) {}
  ~ReadinessAwaiter() = default;
  // True where it is over.
  virtual bool attempt() = 0;
  void start() override { (source_.*When)(*this); }
  Source& source() { return source_; }

 private:
  Source& source_;
};

// What has arrived, at least one byte; 0 at the end of the stream.
class ReadSome final : public ReadinessAwaiter<Stream, &Stream::when_readable> {
 public:
  ReadSome(Stream& stream, MutableBytesView into) : ReadinessAwaiter(stream), into_(into) {}
  Result<std::size_t> await_resume() const { return result_; }

 private:
  bool attempt() override;
  MutableBytesView into_;
  Result<std::size_t> result_ = make_error_code(Errc::would_block);
};
inline ReadSome read_some(Stream& stream, MutableBytesView into) { return {stream, into}; }

// All of `into`. Errc::closed where the stream ends before that.
class ReadExactly final : public ReadinessAwaiter<Stream, &Stream::when_readable> {
 public:
  ReadExactly(Stream& stream, MutableBytesView into) : ReadinessAwaiter(stream), rest_(into) {}
  Result<void> await_resume() const { return result_; }

 private:
  bool attempt() override;
  MutableBytesView rest_;
  Result<void> result_;
};
inline ReadExactly read_exactly(Stream& stream, MutableBytesView into) { return {stream, into}; }

// All of `bytes`, so far as the stream has taken them.
class WriteAll final : public ReadinessAwaiter<Stream, &Stream::when_writable> {
 public:
  WriteAll(Stream& stream, BytesView bytes) : ReadinessAwaiter(stream), rest_(bytes) {}
  Result<void> await_resume() const { return result_; }

 private:
  bool attempt() override;
  BytesView rest_;
  Result<void> result_;
};
inline WriteAll write_all(Stream& stream, BytesView bytes) { return {stream, bytes}; }

// The next connection.
class AcceptStream final : public ReadinessAwaiter<Listener, &Listener::when_acceptable> {
 public:
  explicit AcceptStream(Listener& listener) : ReadinessAwaiter(listener) {}
  Result<std::unique_ptr<Stream>> await_resume() { return std::move(result_); }

 private:
  bool attempt() override;
  Result<std::unique_ptr<Stream>> result_ = make_error_code(Errc::would_block);
};
inline AcceptStream accept_stream(Listener& listener) { return AcceptStream(listener); }

class ConnectStream final : public OperationAwaiter<Waiter> {
 public:
  ConnectStream(Env& env, const Endpoint& to) : env_(env), to_(to) {}
  // Gives the attempt up.
  void cancel() noexcept {
    disarm();
    stream_.reset();
  }
  Result<std::unique_ptr<Stream>> await_resume() {
    if (error() != Errc::ok) return failure();
    return std::move(stream_);
  }

 private:
  void start() override { stream_ = env_.transport.connect(to_, *this); }
  Env& env_;
  Endpoint to_;
  std::unique_ptr<Stream> stream_;
};
inline ConnectStream connect_stream(Env& env, const Endpoint& to) { return {env, to}; }

// Readiness alone, for code that reads and writes by itself.
template <void (Stream::*When)(Waiter&)>
class StreamReady final : public OperationAwaiter<Waiter> {
 public:
  explicit StreamReady(Stream& stream) : stream_(stream) {}
  void await_resume() const noexcept {}

 private:
  void start() override { (stream_.*When)(*this); }
  Stream& stream_;
};
using Readable = StreamReady<&Stream::when_readable>;
using Writable = StreamReady<&Stream::when_writable>;
inline Readable readable(Stream& stream) { return Readable(stream); }
inline Writable writable(Stream& stream) { return Writable(stream); }

}  // namespace windtunnel
