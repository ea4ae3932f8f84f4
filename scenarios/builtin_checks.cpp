#include "scenarios/builtin.h"
#include "scenarios/history_checks.h"
#include "scenarios/raft_monitor.h"
#include "scenarios/recovery_check.h"

namespace windtunnel::scenarios {

void add_checks(Registry& registry) {
  registry.add(linearizable_check());
  registry.add(recovers_check());
  for (CheckDefinition& check : raft_checks()) registry.add(std::move(check));
}

}  // namespace windtunnel::scenarios
