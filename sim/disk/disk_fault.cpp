#include <windtunnel/sim/disk/disk_fault.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <iterator>

namespace windtunnel {
namespace {

constexpr std::string_view kNames[] = {
    "none",        "slow",    "fail-sync",         "lie-sync",  "full", "read-error",
    "write-error", "bit-rot", "misdirected-write", "torn-tail", "wipe",
};
static_assert(std::size(kNames) == kDiskFaultKinds, "every kind has a name");

}  // namespace

std::string_view name_of(DiskFaultKind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  return index < std::size(kNames) ? kNames[index] : std::string_view("unknown");
}

void DiskFaults::begin(const DiskFault& fault) {
  for (State& state : states_) {
    if (state.fault.id != fault.id) continue;
    WT_ASSERT(state.fault.kind == fault.kind, "a fault's id names one kind");
    state.fault = fault;
    state.active = true;
    state.bites_now = 0;
    return;
  }
  states_.push_back({fault, true, 0, 0});
}

void DiskFaults::end(std::uint64_t id) {
  for (State& state : states_) {
    if (state.fault.id == id) state.active = false;
  }
}

void DiskFaults::end_all() {
  for (State& state : states_) state.active = false;
}

std::uint64_t DiskFaults::bites(std::uint64_t id) const {
  for (const State& state : states_) {
    if (state.fault.id == id) return state.bites;
  }
  return 0;
}

DiskFaults::State* DiskFaults::find(std::uint64_t id) {
  for (State& state : states_) {
    if (state.fault.id == id) return &state;
  }
  return nullptr;
}

DiskFaults::State* DiskFaults::hit(DiskFaultKind kind, const DrawKey& key, std::uint64_t ordinal) {
  for (State& state : states_) {
    if (!state.active || state.fault.kind != kind) continue;
    const std::uint64_t word = key.of(state.fault.id).at(ordinal);
    if (state.fault.probability.hit(word)) return &state;
  }
  return nullptr;
}

bool DiskFaults::bite(State& state) {
  ++state.bites_now;
  if (state.fault.limit != 0 && state.bites_now >= state.fault.limit) state.active = false;
  if (++state.bites != 1) return false;
  const std::uint64_t plan_id = state.fault.plan_id;
  return plan_id == 0 || std::none_of(states_.begin(), states_.end(), [&](const State& other) {
           return &other != &state && other.fault.plan_id == plan_id && other.bites != 0;
         });
}

}  // namespace windtunnel
