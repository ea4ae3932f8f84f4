// Waits that end early: the first of several, and any wait with a deadline.
//
//   Result<Bytes> got = co_await before(env, deadline, read_file(env, file, 0, 512));
//
//   Channel<int>::Receive next = jobs.receive();
//   SignalWait stop = stopping.wait();
//   if (co_await any_of(next, stop) == 1) co_return;
//   Result<int> job = next.await_resume();
//
// What loses is cancelled truly, also where the winner was there at once: nothing of it stays in
// any queue. Effects that were asked of a port stay, and a channel may have taken the value of a
// send. A task that loses is destroyed, with all that it waits for.
#pragma once

#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/env/task.h>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace windtunnel {
namespace detail {

// How a wait takes part in a race: an awaiter itself, a task by the awaiter of its end.
template <class Wait>
struct EntrantOf {
  using type = Wait&;
};
template <class T>
struct EntrantOf<Task<T>> {
  using type = typename Task<T>::Awaiter;
};
template <class Wait>
using Entrant = typename EntrantOf<Wait>::type;

// Ends a wait before its time. True where what it waits for is there all the same.
template <class Wait>
bool settle(Wait& wait) {
  const bool is_there = wait.await_ready();
  is_there ? wait.disarm() : wait.cancel();
  return is_there;
}

template <class T>
struct OrTimedOut {
  using type = Result<T>;
};
template <class T>
struct OrTimedOut<Result<T>> {
  using type = Result<T>;
};

}  // namespace detail

// Yields the number of the wait that was over first; where several are, of the first of them. The
// winner's `await_resume` gives what it yields.
template <class... Waits>
class [[nodiscard]] AnyOf final : private Race {
 public:
  static_assert(sizeof...(Waits) >= 2, "a race has several entrants");
  explicit AnyOf(Waits&... waits) : waits_(waits...) {}

  bool await_ready() {
    const bool is_there = find_ready(std::index_sequence_for<Waits...>{});
    if (is_there) cancel_all_but(first_);
    return is_there;
  }
  void await_suspend(Continuation next) {
    next_ = next;
    start(std::index_sequence_for<Waits...>{});
  }
  std::size_t await_resume() const noexcept { return first_; }
  void cancel() noexcept { cancel_all_but(sizeof...(Waits)); }
  // Once it is ready: keeps what the first has.
  void disarm() noexcept { disarm_first(std::index_sequence_for<Waits...>{}); }

 private:
  void decide(std::size_t entrant) noexcept override {
    first_ = entrant;
    cancel_all_but(entrant);
    next_.go_on();
  }
  void cancel_all_but(std::size_t kept) noexcept {
    cancel_others(kept, std::index_sequence_for<Waits...>{});
  }
  template <std::size_t... I>
  bool find_ready(std::index_sequence<I...>) {
    const auto take = [this](std::size_t entrant) {
      first_ = entrant;
      return true;
    };
    return ((std::get<I>(waits_).await_ready() && take(I)) || ...);
  }
  template <std::size_t... I>
  void start(std::index_sequence<I...>) {
    (std::get<I>(waits_).await_suspend(Continuation(*this, I)), ...);
  }
  template <std::size_t... I>
  void disarm_first(std::index_sequence<I...>) noexcept {
    ((I == first_ ? std::get<I>(waits_).disarm() : void()), ...);
  }
  template <std::size_t... I>
  void cancel_others(std::size_t kept, std::index_sequence<I...>) noexcept {
    ((I == kept ? void() : std::get<I>(waits_).cancel()), ...);
  }

  std::tuple<detail::Entrant<Waits>...> waits_;
  Continuation next_;
  std::size_t first_ = 0;
};

template <class... Waits>
AnyOf<std::remove_reference_t<Waits>...> any_of(Waits&&... waits) {
  return AnyOf<std::remove_reference_t<Waits>...>(waits...);
}

// Yields what the wait does, as a Result, or Errc::timed_out at the deadline. What is there when
// the deadline has come counts; where that has passed already, nothing is started.
template <class Wait>
class [[nodiscard]] Before final : private Race {
 public:
  using Value = decltype(std::declval<detail::Entrant<Wait>&>().await_resume());

  Before(Env& env, Instant deadline, Wait& wait)
      : wait_(wait), is_late_(deadline <= env.clock.now()), timer_(env, deadline) {}

  bool await_ready() {
    const bool is_there = wait_.await_ready();
    if (is_there) is_late_ = false;
    if (is_late_) wait_.cancel();
    return is_there || is_late_;
  }
  void await_suspend(Continuation next) {
    next_ = next;
    wait_.await_suspend(Continuation(*this, kWait));
    timer_.await_suspend(Continuation(*this, kTimer));
  }
  typename detail::OrTimedOut<Value>::type await_resume() {
    if (is_late_) return make_error_code(Errc::timed_out);
    if constexpr (std::is_void_v<Value>) {
      wait_.await_resume();
      return {};
    } else {
      return wait_.await_resume();
    }
  }
  void cancel() noexcept {
    wait_.cancel();
    timer_.cancel();
  }
  // Once it is ready: keeps what the wait has.
  void disarm() noexcept {
    wait_.disarm();
    timer_.cancel();
  }

 private:
  static constexpr std::size_t kWait = 0;
  static constexpr std::size_t kTimer = 1;
  void decide(std::size_t entrant) noexcept override {
    timer_.cancel();
    if (entrant == kTimer) is_late_ = !detail::settle(wait_);
    next_.go_on();
  }

  detail::Entrant<Wait> wait_;
  bool is_late_;
  SleepAwaiter timer_;
  Continuation next_;
};

template <class Wait>
Before<std::remove_reference_t<Wait>> before(Env& env, Instant deadline, Wait&& wait) {
  return {env, deadline, wait};
}

}  // namespace windtunnel
