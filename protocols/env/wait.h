// The base of everything that `co_await` takes: an operation of a port as a waiter inside the
// awaiting frame. Destroying the frame cancels it: the completion is forgotten, the effect is not.
#pragma once

#include <windtunnel/protocols/env/waiter.h>

#include <coroutine>
#include <cstddef>

namespace windtunnel {

// Several waits of which the first decides (race.h).
class Race {
 public:
  // The wait that was started as number `entrant` is over. Called from its `run`.
  virtual void decide(std::size_t entrant) noexcept = 0;

 protected:
  ~Race() = default;
};

// What goes on when a wait is over: a coroutine, or a race that the wait takes part in.
class Continuation {
 public:
  Continuation() = default;
  template <class Promise>
  Continuation(std::coroutine_handle<Promise> frame) : frame_(frame) {}
  Continuation(Race& race, std::size_t entrant) : race_(&race), entrant_(entrant) {}

  // What called it may be gone afterwards.
  void go_on() const noexcept {
    const Continuation self = *this;
    if (self.race_ != nullptr) return self.race_->decide(self.entrant_);
    self.frame_.resume();
  }

 private:
  std::coroutine_handle<> frame_;
  Race* race_ = nullptr;
  std::size_t entrant_ = 0;
};

// Base of the awaiters. One is awaited once, alone or in a race; it stands still in memory.
template <class WaiterBase>
class OperationAwaiter : public WaiterBase {
 public:
  // What is done counts, also where `run` is yet to come: a race may ask again at its end.
  bool await_ready() const noexcept { return this->completed(); }
  void await_suspend(Continuation next) {
    next_ = next;
    start();
  }
  void run() noexcept override { next_.go_on(); }
  // Forgets the completion, as destroying it does.
  void cancel() noexcept { this->disarm(); }

 protected:
  OperationAwaiter() = default;
  ~OperationAwaiter() = default;
  // Starts the operation, with this as its waiter.
  virtual void start() = 0;
  void go_on() noexcept { next_.go_on(); }
  Error failure() const { return make_error_code(this->error()); }

 private:
  Continuation next_;
};

}  // namespace windtunnel
