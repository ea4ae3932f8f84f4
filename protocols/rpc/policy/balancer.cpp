#include <windtunnel/protocols/rpc/policy/balancer.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <set>
#include <utility>

namespace windtunnel::rpc {

void Balancer::update(std::vector<Endpoint> endpoints, Instant now, std::uint64_t draw) {
  std::map<EndpointId, const Slot*> before;
  for (const Slot& slot : slots_) before[slot.endpoint.id] = &slot;
  std::vector<Slot> slots;
  std::set<EndpointId> seen;
  for (Endpoint& endpoint : endpoints) {
    if (!seen.insert(endpoint.id).second) continue;
    const auto old = before.find(endpoint.id);
    Slot slot = old == before.end() ? Slot() : *old->second;
    slot.endpoint = std::move(endpoint);
    slots.push_back(std::move(slot));
  }
  slots_ = std::move(slots);
  collect_ready();
  list_changed(now, draw);
}

void Balancer::set_state(EndpointId id, Connectivity state, Instant now) {
  const auto slot = std::find_if(slots_.begin(), slots_.end(),
                                 [id](const Slot& each) { return each.endpoint.id == id; });
  if (slot == slots_.end()) return;
  const Connectivity before = slot->state;
  slot->idle = state == Connectivity::idle;
  const bool still_failed =
      before == Connectivity::transient_failure && state != Connectivity::ready;
  if (!still_failed) slot->state = state;
  collect_ready();
  state_changed(*slot, before, now);
}

void Balancer::on_start(const Pick& pick) {
  WT_ASSERT(pick.kind == Pick::Kind::complete, "only a complete pick is started");
  ++in_flight_[pick.endpoint];
}

void Balancer::on_done(const Completion& completion) {
  const auto entry = in_flight_.find(completion.pick.endpoint);
  WT_ASSERT(entry != in_flight_.end(), "a call ends once, after it was started");
  if (--entry->second == 0) in_flight_.erase(entry);
}

std::vector<EndpointId> Balancer::wanted(Instant) {
  std::vector<EndpointId> ids;
  for (const Slot& slot : slots_) {
    if (slot.idle) ids.push_back(slot.endpoint.id);
  }
  return ids;
}

std::int64_t Balancer::in_flight(EndpointId id) const {
  const auto entry = in_flight_.find(id);
  return entry == in_flight_.end() ? 0 : entry->second;
}

const Balancer::Slot* Balancer::find(EndpointId id) const {
  const auto slot = std::find_if(slots_.begin(), slots_.end(),
                                 [id](const Slot& each) { return each.endpoint.id == id; });
  return slot == slots_.end() ? nullptr : &*slot;
}

Pick Balancer::without_ready() const {
  const bool hope = std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) {
    return slot.state != Connectivity::transient_failure;
  });
  return {hope ? Pick::Kind::queue : Pick::Kind::fail, {}, 0};
}

void Balancer::collect_ready() {
  ready_.clear();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].state == Connectivity::ready) ready_.push_back(i);
  }
}

}  // namespace windtunnel::rpc
