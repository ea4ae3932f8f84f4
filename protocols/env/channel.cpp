#include <windtunnel/protocols/env/channel.h>

namespace windtunnel {

Signal::~Signal() {
  WT_ASSERT(waiting_.empty() && woken_ == 0, "a signal outlives whoever waits for it");
}

void Signal::notify_one() {
  if (waiting_.empty()) return;
  auto& next = static_cast<SignalWait&>(waiting_.pop_front());
  next.release();
  next.is_woken_ = true;
  ++woken_;
  executor_.post(next);
}

void Signal::notify_all() {
  while (!waiting_.empty()) {
    Waiter& next = waiting_.pop_front();
    next.release();
    executor_.post(next);
  }
}

void Signal::forget(Waiter& waiter) noexcept {
  waiting_.remove(waiter);
  waiter.release();
}

void SignalWait::start() {
  hold(signal_);
  signal_.waiting_.push_back(*this);
}

void SignalWait::run() noexcept {
  take();
  go_on();
}

void SignalWait::take() noexcept {
  if (is_woken_) --signal_.woken_;
  is_woken_ = false;
}

void SignalWait::cancel() noexcept {
  disarm();
  if (!is_woken_) return;
  take();
  signal_.notify_one();
}

}  // namespace windtunnel
