// A waiter is how a port says "done". It is an intrusive object at a stable address: a port (or the
// executor's queue) holds it while it is armed, and it takes itself out when it is destroyed.
// Destroying it cancels the completion, never the effect of the operation.
//
// Life: the owner arms it on a port (`timers.arm(t, w)`, `disk.sync(f, w)`); the port completes it,
// which only pushes it to the executor; the executor calls `run()` once, from a fresh stack, with
// the waiter disarmed, so `run` may arm it again. A waiter is armed in at most one place at a time.
#pragma once

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/result.h>

#include <cstdint>

namespace windtunnel {

class Waiter;

// Who holds an armed waiter. Implemented by ports and executors only.
class WaiterHolder {
 public:
  // Takes `waiter` out, without running it. Called when an armed waiter is disarmed or destroyed.
  virtual void forget(Waiter& waiter) noexcept = 0;

 protected:
  ~WaiterHolder() = default;
};

class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // The completion, from the executor. `error()` and `value()` are those of the operation.
  virtual void run() noexcept = 0;

  bool armed() const noexcept { return holder_ != nullptr; }
  // Forgets the completion. Does nothing when not armed.
  void disarm() noexcept {
    if (holder_ != nullptr) holder_->forget(*this);
    WT_ASSERT(holder_ == nullptr, "a port that forgets a waiter releases it");
  }

  // Errc::ok, or why the operation failed.
  Errc error() const noexcept { return error_; }
  // What the operation yields: a file handle, a byte count; 0 where it yields nothing.
  std::uint64_t value() const noexcept { return value_; }
  // Whether a port has completed an operation with it, though `run` may be yet to come.
  bool completed() const noexcept { return completed_; }

  // --- For ports and executors only. ---
  void hold(WaiterHolder& holder) noexcept {
    WT_ASSERT(holder_ == nullptr, "a waiter is armed in one place at a time");
    holder_ = &holder;
  }
  void release() noexcept { holder_ = nullptr; }
  WaiterHolder* holder() const noexcept { return holder_; }
  void complete(Errc error, std::uint64_t value) noexcept {
    error_ = error;
    value_ = value;
    completed_ = true;
  }
  // Free for the holder: a heap slot, an operation's number, the event that caused the completion.
  std::uint64_t tag = 0;
  std::uint64_t cause = 0;

 protected:
  ~Waiter() { disarm(); }

 private:
  friend class WaiterList;
  WaiterHolder* holder_ = nullptr;
  Waiter* previous_ = nullptr;
  Waiter* next_ = nullptr;
  std::uint64_t value_ = 0;
  Errc error_ = Errc::ok;
  bool completed_ = false;
};

// A first-in first-out list of waiters, linked through the waiters themselves. For holders: it does
// not touch `holder()`.
class WaiterList {
 public:
  WaiterList() = default;
  WaiterList(const WaiterList&) = delete;
  WaiterList& operator=(const WaiterList&) = delete;

  bool empty() const noexcept { return first_ == nullptr; }
  Waiter* front() const noexcept { return first_; }
  void push_back(Waiter& waiter) noexcept {
    waiter.previous_ = last_;
    waiter.next_ = nullptr;
    (last_ == nullptr ? first_ : last_->next_) = &waiter;
    last_ = &waiter;
  }
  void remove(Waiter& waiter) noexcept {
    (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
    (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
    waiter.previous_ = nullptr;
    waiter.next_ = nullptr;
  }
  // Removes and returns the first; the list must not be empty.
  Waiter& pop_front() noexcept {
    WT_ASSERT(first_ != nullptr, "pop from an empty list of waiters");
    Waiter& waiter = *first_;
    remove(waiter);
    return waiter;
  }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

// A waiter that calls a method of its owner: `MemberWaiter<Host, &Host::on_tick> tick_{*this};`
template <class Owner, void (Owner::*Method)()>
class MemberWaiter final : public Waiter {
 public:
  explicit MemberWaiter(Owner& owner) : owner_(owner) {}
  void run() noexcept override { (owner_.*Method)(); }

 private:
  Owner& owner_;
};

}  // namespace windtunnel
