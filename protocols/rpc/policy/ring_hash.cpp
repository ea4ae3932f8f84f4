#include <windtunnel/protocols/rpc/policy/ring_hash.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/policy/xxh64.h>

#include <algorithm>

namespace windtunnel::rpc {
namespace {

using Wide = unsigned __int128;

Wide quotient_up(Wide dividend, Wide divisor) { return (dividend + divisor - 1) / divisor; }

}  // namespace

RingHash::RingHash(const Parameters& parameters) : parameters_(parameters) {
  parameters_.max_ring_size = std::min(parameters.max_ring_size, kSizeCap);
  parameters_.min_ring_size = std::min(parameters.min_ring_size, parameters_.max_ring_size);
  WT_ASSERT(parameters_.min_ring_size > 0, "a ring has entries");
  WT_ASSERT(parameters.load_percent == 0 || parameters.load_percent >= 100,
            "less than all calls cannot be all");
}

// Envoy's construction, in exact fractions: a scale by which the smallest weight has a whole number
// of entries, and each endpoint's entries end where its share of the scale does.
void RingHash::list_changed(Instant, std::uint64_t) {
  ring_.clear();
  std::uint64_t total = 0;
  std::uint64_t smallest = ~std::uint64_t{0};
  for (const Slot& slot : slots()) {
    WT_ASSERT(slot.endpoint.weight > 0, "a weight is positive");
    total += slot.endpoint.weight;
    smallest = std::min<std::uint64_t>(smallest, slot.endpoint.weight);
  }
  if (total == 0) return;
  // entries / weight = numerator / denominator
  Wide numerator = quotient_up(Wide{smallest} * parameters_.min_ring_size, total);
  Wide denominator = smallest;
  if (numerator * total > denominator * parameters_.max_ring_size) {
    numerator = parameters_.max_ring_size;
    denominator = total;
  }
  std::uint64_t weights = 0;
  for (std::size_t slot = 0; slot < slots().size(); ++slot) {
    const Endpoint& endpoint = slots()[slot].endpoint;
    weights += endpoint.weight;
    for (std::size_t i = 0; ring_.size() * denominator < weights * numerator; ++i) {
      ring_.push_back({xxh64(endpoint.address + "_" + std::to_string(i)), slot});
    }
  }
  std::sort(ring_.begin(), ring_.end());
}

std::size_t RingHash::index_for(std::uint64_t hash) const {
  const auto entry = std::lower_bound(ring_.begin(), ring_.end(), Entry{hash, 0});
  return entry == ring_.end() ? 0 : static_cast<std::size_t>(entry - ring_.begin());
}

Pick RingHash::pick(const PickArguments& arguments) {
  if (ring_.empty()) return {};
  const std::size_t first = index_for(arguments.hash);
  const Slot& slot = slots()[ring_[first].slot];
  switch (slot.state) {
    case Connectivity::ready: return with_room(first);
    case Connectivity::idle: want(slot); [[fallthrough]];
    case Connectivity::connecting: return {Pick::Kind::queue, {}, 0};
    case Connectivity::transient_failure: break;
  }
  want(slot);
  return pick_past_failure(first);
}

// The picker of A42, behind an endpoint that failed: a second one is waited for as the first is,
// then the next ready one is good enough.
Pick RingHash::pick_past_failure(std::size_t first) {
  bool found_second = false;
  bool found_not_failed = false;
  for (std::size_t i = 1; i < ring_.size(); ++i) {
    const std::size_t index = (first + i) % ring_.size();
    if (ring_[index].slot == ring_[first].slot) continue;
    const Slot& slot = slots()[ring_[index].slot];
    if (slot.state == Connectivity::ready) return with_room(index);
    const bool failed = slot.state == Connectivity::transient_failure;
    if (!found_not_failed && slot.state != Connectivity::connecting) want(slot);
    if (!found_second && !failed) return {Pick::Kind::queue, {}, 0};
    found_second = true;
    found_not_failed = found_not_failed || !failed;
  }
  return {};
}

// From a ready entry on, the first that takes another call. There is one: all together take more
// than all calls.
Pick RingHash::with_room(std::size_t first) const {
  if (parameters_.load_percent == 0) return Pick::of(id_of(ring_[first].slot));
  std::uint64_t calls = 1;  // with this one
  std::uint64_t weights = 0;
  for (const std::size_t slot : ready()) {
    calls += static_cast<std::uint64_t>(in_flight(id_of(slot)));
    weights += slots()[slot].endpoint.weight;
  }
  for (std::size_t i = 0; i < ring_.size(); ++i) {
    const std::size_t slot = ring_[(first + i) % ring_.size()].slot;
    if (slots()[slot].state != Connectivity::ready) continue;
    const Wide share = Wide{parameters_.load_percent} * calls * slots()[slot].endpoint.weight;
    const auto flying = static_cast<std::uint64_t>(in_flight(id_of(slot)));
    if (flying < quotient_up(share, Wide{100} * weights)) return Pick::of(id_of(slot));
  }
  // Those with room may have no entry, where there are more endpoints than entries.
  return Pick::of(id_of(ring_[first].slot));
}

std::vector<EndpointId> RingHash::wanted(Instant) {
  std::vector<EndpointId> ids;
  for (const Slot& slot : slots()) {
    if (slot.idle && wanted_.erase(slot.endpoint.id) > 0) ids.push_back(slot.endpoint.id);
  }
  return ids;
}

}  // namespace windtunnel::rpc
