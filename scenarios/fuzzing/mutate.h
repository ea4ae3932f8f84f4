// Guided search: which scenario to run next, from those that reached something new.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/scenarios/format/spec.h>

#include <cstdint>
#include <vector>

namespace windtunnel::scenarios {

// Changes some faults of `spec`, which was drawn from `space`: adds, removes, moves, stretches,
// repeats or exchanges them, takes some over from `other`, or gives the run another seed.
ScenarioSpec mutate(const ScenarioSpec& spec, const ScenarioSpec& other, const ScenarioSpec& space,
                    DrawKey draws);

// The scenarios that reached something new.
class Pool {
 public:
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  void add(ScenarioSpec spec);
  // One of them: the newer ones more often.
  const ScenarioSpec& choose(DrawKey draws) const;

 private:
  static constexpr std::size_t kMost = 4'096;
  std::vector<ScenarioSpec> entries_;
  std::size_t next_ = 0;  // to be replaced, once it is full
};

}  // namespace windtunnel::scenarios
