#include <windtunnel/protocols/env/channel.h>

namespace windtunnel {

Signal::~Signal() {
  WT_ASSERT(waiting_.empty() && woken_ == 0, "a signal outlives whoever waits for it");
}

void Signal::notify_one() {
  if (waiting_.empty()) return;
  auto& next = static_cast<SignalWait&>(waiting_.pop_front());
  next.release();
  next.woken_by_ = SignalWait::Woken::as_one;
  ++woken_;
  executor_.post(next);
}

void Signal::notify_all() {
  while (!waiting_.empty()) {
    auto& next = static_cast<SignalWait&>(waiting_.pop_front());
    next.release();
    next.woken_by_ = SignalWait::Woken::with_all;
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
  if (woken_by_ == Woken::as_one) --signal_.woken_;
  woken_by_ = Woken::no;
}

void SignalWait::cancel() noexcept {
  disarm();
  const bool passes_on = woken_by_ == Woken::as_one;
  take();
  if (passes_on) signal_.notify_one();
}

}  // namespace windtunnel
