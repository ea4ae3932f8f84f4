#include <windtunnel/sim/clock.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>

namespace windtunnel {
namespace {

constexpr std::int64_t kBillion = 1'000'000'000;
// 2000-01-01T00:00:00Z in Unix time.
constexpr std::int64_t kSimulationEpochNs = 946'684'800 * kBillion;

}  // namespace

SimClock::SimClock(Node& node) : node_(node) {
  // Clocks start apart, so that code that compares two nodes' monotonic clocks fails at once.
  const DrawKey key = node.simulation().draws("clock.start", node.name());
  local_base_ = Instant{} + scale_between(key.at(0), seconds(1'000), seconds(1'000'000));
}

Instant SimClock::local(Instant at) const {
  if (suspended_) return local_base_;
  if (drift_ppb_ == 0) return local_base_ + (at - true_base_);
  const auto elapsed = static_cast<__int128>((at - true_base_).ns);
  const __int128 gained = elapsed * (kBillion + drift_ppb_) / kBillion;
  return local_base_ + Duration{static_cast<std::int64_t>(gained)};
}

Instant SimClock::true_time(Instant local) const {
  if (suspended_) return kEndOfTime;
  if (local <= local_base_) return true_base_;
  if (drift_ppb_ == 0) {
    const Duration ahead = local - local_base_;
    return ahead.ns > kEndOfTime.ns - true_base_.ns ? kEndOfTime : true_base_ + ahead;
  }
  const auto wanted = static_cast<__int128>((local - local_base_).ns) * kBillion;
  const __int128 rate = kBillion + drift_ppb_;
  const __int128 elapsed = (wanted + rate - 1) / rate;
  if (elapsed > kEndOfTime.ns - true_base_.ns) return kEndOfTime;
  return true_base_ + Duration{static_cast<std::int64_t>(elapsed)};
}

WallTime SimClock::wall(Instant at) const { return {kSimulationEpochNs + at.ns + wall_offset_.ns}; }

void SimClock::rebase() {
  const Instant now = node_.simulation().now();
  local_base_ = local(now);
  true_base_ = now;
}

void SimClock::changed() {
  Record record;
  record.kind = RecordKind::clock_change;
  record.node = node_.id();
  record.incarnation = node_.incarnation();
  record.a = static_cast<std::uint64_t>(local_base_.ns);
  record.b = static_cast<std::uint64_t>(drift_ppb_);
  record.c = static_cast<std::uint64_t>(wall_offset_.ns);
  record.d = suspended_ ? 1 : 0;
  node_.simulation().record(record);
  if (listener_ != nullptr) listener_->on_rate_change();
}

void SimClock::set_drift(std::int64_t ppb) {
  WT_ASSERT(ppb > -kBillion && ppb < 1'000 * kBillion, "a clock runs forward");
  rebase();
  drift_ppb_ = ppb;
  changed();
}

// A jump that is repeated goes no further than these.
void SimClock::jump_wall(Duration by) {
  constexpr std::int64_t kFurthest = std::int64_t{100} * 365 * 86'400 * kBillion;
  const std::int64_t jump = std::clamp(by.ns, -kFurthest, kFurthest);
  set_wall_offset({std::clamp(wall_offset_.ns + jump, -kFurthest, kFurthest)});
}

void SimClock::set_wall_offset(Duration offset) {
  wall_offset_ = offset;
  changed();
}

void SimClock::suspend() {
  rebase();
  suspended_ = true;
  changed();
}

void SimClock::resume() {
  rebase();
  suspended_ = false;
  changed();
}

}  // namespace windtunnel
