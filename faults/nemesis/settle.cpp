// What a node is while faults act on it: all of them together.
#include <windtunnel/faults/nemesis/nemesis.h>
#include <windtunnel/sim/clock.h>
#include <windtunnel/sim/node.h>

#include <algorithm>
#include <utility>

namespace windtunnel::faults {
namespace {

// A fault that fires again before it has ended acts several times. Together they go no further than
// these: a clock runs forward, and an input ends.
constexpr std::int64_t kSlowestPpb = -999'000'000;
constexpr std::int64_t kFastestPpb = 999'000'000'000;
constexpr std::int64_t kMostNsAnInput = 86'400'000'000'000;
constexpr std::int64_t kMostPsAByte = 1'000'000'000;

std::int64_t times(std::int64_t cost, std::uint32_t factor, std::int64_t most) {
  const __int128 product = static_cast<__int128>(cost) * factor;
  return product > most ? most : static_cast<std::int64_t>(product);
}

void overload(ComputeOptions& compute, const Overload& by) {
  const std::int64_t scaled = times(compute.per_input.ns, by.factor, kMostNsAnInput);
  compute.per_input.ns = scaled + std::min(by.per_input.ns, kMostNsAnInput - scaled);
  compute.per_byte_ps = times(compute.per_byte_ps, by.factor, kMostPsAByte);
}

}  // namespace

void Nemesis::settle_node(NodeId id) {
  Node& node = sim_.node(id);
  const NodeNormal& normal = normal_[id.value];
  bool pause = false;
  bool suspend = false;
  ComputeOptions compute = normal.compute;
  std::int64_t drift = normal.drift_ppb;
  for (const Active& active : active_) {
    const bool mine =
        std::find(active.victims.begin(), active.victims.end(), id) != active.victims.end();
    if (!mine) continue;
    if (std::holds_alternative<Pause>(active.effect)) pause = true;
    if (std::holds_alternative<Suspend>(active.effect)) suspend = true;
    if (std::holds_alternative<ClockDrift>(active.effect)) drift += active.amount;
    if (const auto* by = std::get_if<Overload>(&active.effect)) overload(compute, *by);
  }
  node.compute_options() = compute;
  drift = std::clamp(drift, kSlowestPpb, kFastestPpb);
  if (node.clock().drift_ppb() != drift) node.clock().set_drift(drift);
  if (!node.up()) return;
  if (suspend) {
    node.suspend();
  } else if (pause) {
    node.pause();
  } else {
    node.resume();
  }
}

}  // namespace windtunnel::faults
