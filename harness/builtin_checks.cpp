#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/harness/builtin.h>
#include <windtunnel/harness/raft/raft_monitor.h>
#include <windtunnel/scenarios/checks/availability_check.h>
#include <windtunnel/scenarios/checks/judge_check.h>
#include <windtunnel/scenarios/checks/limit_checks.h>
#include <windtunnel/scenarios/checks/recovery_check.h>

#include <utility>

namespace windtunnel::scenarios {

void add_checks(Registry& registry) {
  for (const checkers::Judge& judge : checkers::judges()) add_judge(registry, judge);
  registry.add(available_check());
  CheckDefinition recovers = recovers_check();
  recovers.info.needs_heal = true;
  registry.add(std::move(recovers));
  for (CheckDefinition& check : limit_checks()) registry.add(std::move(check));
  for (CheckDefinition& check : raft_checks()) registry.add(std::move(check));
}

}  // namespace windtunnel::scenarios
