// A call in a task's hands, on either side: what server and client calls have in common.
//
//   Bytes message;
//   while (co_await call.read(message)) {
//     co_await call.write(message);
//   }
//
// It stands still in memory, and may outlive its connection: then the call has ended. Destroying it
// cancels the call. One task reads and one writes at a time; reading a message is consuming it, so
// that the peer may send as much more.
#pragma once

#include <windtunnel/protocols/base/ring.h>
#include <windtunnel/protocols/env/streams.h>
#include <windtunnel/protocols/rpc/session.h>

#include <cstdint>

namespace windtunnel::rpc {

class Connection;
class OpenCall;

// Readiness of a call in one of three respects.
enum class CallWait : std::uint8_t { readable, writable, ended };

class OpenCall : private WaiterHolder {
 public:
  class Read;
  class Write;
  class End;

  OpenCall(const OpenCall&) = delete;
  OpenCall& operator=(const OpenCall&) = delete;

  // Puts the next message in the place of `into`; false: there are no more, the peer has
  // half-closed or the call has ended.
  Read read(Bytes& into);
  // Takes the message, which must live until then; false: the call has ended.
  Write write(BytesView message);
  // Until the call has ended.
  End ended();
  bool has_ended() const { return has_ended_; }
  // Once it has ended: how. On the server's side never ok.
  const Status& status() const { return status_; }

 protected:
  explicit OpenCall(Env& env) : env_(env) {}
  ~OpenCall();

  Env& env_;
  Connection* connection_ = nullptr;  // null: it has not begun, or has ended
  CallId id_;
  Metadata head_;
  Metadata trailers_;
  Status status_;
  Reach reach_ = Reach::nowhere;
  bool has_ended_ = false;
  // It ends without having been on a connection, or without its word.
  void end(Status status);

 private:
  friend class Connection;
  struct Received {
    Bytes message;
    std::uint32_t credit = 0;
  };

  void on_event(const Event& event);
  void when_readable(Waiter& waiter) { arm(CallWait::readable, waiter); }
  void when_writable(Waiter& waiter) { arm(CallWait::writable, waiter); }
  void when_ended(Waiter& waiter) { arm(CallWait::ended, waiter); }
  void arm(CallWait what, Waiter& waiter);
  void wake(CallWait what);
  void forget(Waiter& waiter) noexcept override;
  bool try_read(Bytes& into, bool& is_over);
  Result<void> try_write(BytesView message);

  std::vector<Received> inbox_;
  std::size_t inbox_begin_ = 0;
  bool is_half_closed_ = false;  // by the peer
  Waiter* waiting_[3] = {};
};

class OpenCall::Read final : public OperationAwaiter<Waiter> {
 public:
  Read(OpenCall& call, Bytes& into) : call_(call), into_(into) {}
  bool await_ready() {
    if (!is_done_) is_done_ = call_.try_read(into_, is_over_) || is_over_;
    return is_done_;
  }
  bool await_resume() const { return !is_over_; }
  void run() noexcept override {
    if (!await_ready()) return start();
    go_on();
  }

 private:
  void start() override { call_.when_readable(*this); }
  OpenCall& call_;
  Bytes& into_;
  bool is_done_ = false;
  bool is_over_ = false;
};

class OpenCall::Write final : public OperationAwaiter<Waiter> {
 public:
  Write(OpenCall& call, BytesView message) : call_(call), message_(message) {}
  bool await_ready() {
    if (!is_done_) result_ = call_.try_write(message_);
    is_done_ = result_ || result_.error() != Errc::would_block;
    return is_done_;
  }
  bool await_resume() const { return result_.has_value(); }
  void run() noexcept override {
    if (!await_ready()) return start();
    go_on();
  }

 private:
  void start() override { call_.when_writable(*this); }
  OpenCall& call_;
  BytesView message_;
  bool is_done_ = false;
  Result<void> result_;
};

class OpenCall::End final : public OperationAwaiter<Waiter> {
 public:
  explicit End(OpenCall& call) : call_(call) {}
  bool await_ready() const { return call_.has_ended(); }
  void await_resume() const {}

 private:
  void start() override { call_.when_ended(*this); }
  OpenCall& call_;
};

inline OpenCall::Read OpenCall::read(Bytes& into) { return {*this, into}; }
inline OpenCall::Write OpenCall::write(BytesView message) { return {*this, message}; }
inline OpenCall::End OpenCall::ended() { return End(*this); }

}  // namespace windtunnel::rpc
