#include "scenarios/availability_check.h"
#include "scenarios/builtin.h"
#include "scenarios/history_checks.h"
#include "scenarios/raft_monitor.h"
#include "scenarios/recovery_check.h"

#include <utility>

namespace windtunnel::scenarios {

void add_checks(Registry& registry) {
  registry.add(linearizable_check());
  registry.add(available_check());
  CheckDefinition recovers = recovers_check();
  recovers.info.needs_heal = true;
  registry.add(std::move(recovers));
  for (CheckDefinition& check : raft_checks()) registry.add(std::move(check));
}

}  // namespace windtunnel::scenarios
