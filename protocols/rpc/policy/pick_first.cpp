#include <windtunnel/protocols/rpc/policy/pick_first.h>

#include <algorithm>
#include <utility>

namespace windtunnel::rpc {

Pick PickFirst::pick(const PickArguments&) {
  if (selected_) return Pick::of(*selected_);
  trying_ = true;
  return without_ready();
}

std::vector<EndpointId> PickFirst::wanted(Instant now) {
  if (selected_ || !trying_) return {};
  std::vector<EndpointId> ids;
  while (tried_ < order_.size() && (tried_ == 0 || now >= due_)) {
    const Slot& slot = *find(order_[tried_++]);
    if (slot.state == Connectivity::transient_failure) continue;
    if (slot.idle) ids.push_back(slot.endpoint.id);
    due_ = now + parameters_.attempt_delay;
  }
  if (tried_ < order_.size()) return ids;
  // Each was tried; who failed is tried again as soon as its own backoff is over.
  for (const Slot& slot : slots()) {
    const bool failed = slot.state == Connectivity::transient_failure;
    if (failed && slot.idle) ids.push_back(slot.endpoint.id);
  }
  return ids;
}

std::optional<Instant> PickFirst::next_wanted() const {
  if (selected_ || !trying_ || tried_ == order_.size()) return std::nullopt;
  return due_;
}

void PickFirst::list_changed(Instant, std::uint64_t draw) {
  order_.clear();
  for (const Slot& slot : slots()) order_.push_back(slot.endpoint.id);
  if (parameters_.shuffle) {
    for (std::size_t i = order_.size(); i > 1; --i) {
      std::swap(order_[i - 1], order_[scale(nth_draw(draw, i), i)]);
    }
  }
  begin_again();
  if (selected_ && find(*selected_) == nullptr) selected_.reset();
}

void PickFirst::state_changed(const Slot& slot, Connectivity before, Instant now) {
  const EndpointId id = slot.endpoint.id;
  if (slot.state == Connectivity::ready) {
    if (!selected_) selected_ = id;
  } else if (selected_ == id) {
    selected_.reset();
    trying_ = false;  // idle until the next pick
    begin_again();
  } else if (before != slot.state && slot.state == Connectivity::transient_failure) {
    const bool last_tried = tried_ > 0 && order_[tried_ - 1] == id;
    if (last_tried) due_ = now;
  }
}

void PickFirst::begin_again() {
  tried_ = 0;
  due_ = {};
}

}  // namespace windtunnel::rpc
