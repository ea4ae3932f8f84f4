#include "protocols/env/waiter.h"

namespace windtunnel {

void WaiterList::push_back(Waiter& waiter) noexcept {
  waiter.previous_ = last_;
  waiter.next_ = nullptr;
  (last_ == nullptr ? first_ : last_->next_) = &waiter;
  last_ = &waiter;
}

void WaiterList::remove(Waiter& waiter) noexcept {
  (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
  (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
  waiter.previous_ = nullptr;
  waiter.next_ = nullptr;
}

Waiter& WaiterList::pop_front() noexcept {
  WT_ASSERT(first_ != nullptr, "pop from an empty list of waiters");
  Waiter& waiter = *first_;
  remove(waiter);
  return waiter;
}

}  // namespace windtunnel
