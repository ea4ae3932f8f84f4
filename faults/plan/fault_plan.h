// The faults of a run, in the order of the scenario.
#pragma once

#include <windtunnel/faults/plan/fault.h>

#include <string_view>
#include <vector>

namespace windtunnel::faults {

struct FaultPlan {
  std::vector<Fault> faults;

  const Fault* find(std::string_view id) const;
  // The same plan without that fault; every other keeps its id, and with it its draws.
  FaultPlan without(std::string_view id) const;
  friend bool operator==(const FaultPlan&, const FaultPlan&) = default;
};

// Gives every fault that has no id one: its label, where no other fault has that label or id, else
// "f" and its position from 1 (with as many apostrophes as it takes to be unique).
void assign_ids(FaultPlan& plan);

}  // namespace windtunnel::faults
