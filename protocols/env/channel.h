// How tasks of a node wait for one another: a signal, and a bounded queue of values. Both outlive
// whoever waits on them. Nothing is resumed from inside a call: who is woken goes on through the
// executor, first come, first served. In the steady state nothing is allocated.
#pragma once

#include <windtunnel/protocols/base/ring.h>
#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/wait.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace windtunnel {

class SignalWait;

// Wakes those who wait now; who comes later waits for the next time:
//
//   while (!is_ready) co_await changed.wait();
class Signal final : private WaiterHolder {
 public:
  explicit Signal(Env& env) : executor_(env.executor) {}
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  SignalWait wait();
  // The one that has waited longest; where it is cancelled before it goes on, the next one.
  void notify_one();
  void notify_all();

 private:
  friend class SignalWait;
  void forget(Waiter& waiter) noexcept override;

  Executor& executor_;
  WaiterList waiting_;
  std::size_t woken_ = 0;  // by notify_one, and not gone on yet
};

class SignalWait final : public OperationAwaiter<Waiter> {
 public:
  explicit SignalWait(Signal& signal) : signal_(signal) {}
  ~SignalWait() { cancel(); }
  bool await_ready() const noexcept { return woken_by_ != Woken::no; }
  void run() noexcept override;
  void cancel() noexcept;
  void await_resume() noexcept { take(); }

 private:
  friend class Signal;
  void start() override;
  // The waking has reached its end.
  void take() noexcept;
  enum class Woken : std::uint8_t { no, with_all, as_one };
  Signal& signal_;
  Woken woken_by_ = Woken::no;
};

inline SignalWait Signal::wait() { return SignalWait(*this); }

// A queue of at most `capacity` values. `T` is movable and has a default.
//
//   Result<void> sent = co_await channel.send(job);        // waits for room; Errc::closed
//   Result<Job> job = co_await channel.receive();          // Errc::closed: closed and empty
template <class T>
class Channel final : private WaiterHolder {
 public:
  class Send;
  class Receive;

  Channel(Env& env, std::size_t capacity) : executor_(env.executor), capacity_(capacity) {
    WT_ASSERT(capacity > 0, "a channel holds at least one value");
  }
  ~Channel() {
    WT_ASSERT(senders_.empty() && receivers_.empty() && promised_ == 0,
              "a channel outlives whoever waits on it");
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Values that nobody has taken.
  std::size_t size() const { return queue_.size(); }
  bool closed() const { return closed_; }
  // False, and `value` is dropped, where there is no room or the channel is closed.
  bool try_send(T value) {
    if (closed_ || queue_.size() == capacity_) return false;
    push(std::move(value));
    return true;
  }
  std::optional<T> try_receive() {
    if (!has_value()) return std::nullopt;
    return take();
  }
  Send send(T value) { return Send(*this, std::move(value)); }
  Receive receive() { return Receive(*this); }
  // No more values come in; those that wait to send fail, those that are in can be received.
  void close() {
    closed_ = true;
    while (!senders_.empty()) wake(senders_);
    while (!receivers_.empty()) wake(receivers_);
  }

 private:
  static constexpr std::uint64_t kSender = 1;  // a waiter's tag
  static constexpr std::uint64_t kReceiver = 2;

  // Whether there is a value that is not promised to a receiver that was woken for it.
  bool has_value() const { return queue_.size() > promised_; }
  void push(T value) {
    queue_.push_back(std::move(value));
    promise();
  }
  void promise() {
    if (receivers_.empty() || !has_value()) return;
    auto& next = static_cast<Receive&>(wake(receivers_));
    next.is_promised_ = true;
    ++promised_;
  }
  T take() {
    T value = queue_.pop_front();
    if (!senders_.empty()) {
      auto& next = static_cast<Send&>(wake(senders_));
      next.is_sent_ = true;
      push(std::move(next.value_));
    }
    return value;
  }
  Waiter& wake(WaiterList& waiting) {
    Waiter& next = waiting.pop_front();
    next.release();
    executor_.post(next);
    return next;
  }
  void arm(Waiter& waiter, std::uint64_t as) {
    waiter.hold(*this);
    waiter.tag = as;
    (as == kSender ? senders_ : receivers_).push_back(waiter);
  }
  void forget(Waiter& waiter) noexcept override {
    (waiter.tag == kSender ? senders_ : receivers_).remove(waiter);
    waiter.release();
  }

  Executor& executor_;
  std::size_t capacity_;
  Ring<T> queue_;
  std::size_t promised_ = 0;
  bool closed_ = false;
  WaiterList senders_;
  WaiterList receivers_;
};

template <class T>
class Channel<T>::Send final : public OperationAwaiter<Waiter> {
 public:
  Send(Channel& channel, T value) : channel_(channel), value_(std::move(value)) {}
  bool await_ready() {
    if (!is_sent_ && !channel_.closed_ && channel_.queue_.size() < channel_.capacity_) {
      channel_.push(std::move(value_));
      is_sent_ = true;
    }
    return is_sent_ || channel_.closed_;
  }
  Result<void> await_resume() const {
    if (!is_sent_) return make_error_code(Errc::closed);
    return {};
  }

 private:
  friend class Channel;
  void start() override { channel_.arm(*this, kSender); }
  Channel& channel_;
  T value_;
  bool is_sent_ = false;
};

template <class T>
class Channel<T>::Receive final : public OperationAwaiter<Waiter> {
 public:
  explicit Receive(Channel& channel) : channel_(channel) {}
  ~Receive() { cancel(); }
  bool await_ready() const { return is_promised_ || channel_.has_value() || channel_.closed_; }
  Result<T> await_resume() {
    if (is_promised_) --channel_.promised_;
    is_promised_ = false;
    if (!channel_.has_value()) return make_error_code(Errc::closed);
    return channel_.take();
  }
  // Whoever waits behind it gets the value that was promised to it.
  void cancel() noexcept {
    this->disarm();
    if (!is_promised_) return;
    is_promised_ = false;
    --channel_.promised_;
    channel_.promise();
  }

 private:
  friend class Channel;
  void start() override { channel_.arm(*this, kReceiver); }
  Channel& channel_;
  bool is_promised_ = false;
};

}  // namespace windtunnel
