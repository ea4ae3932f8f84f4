#include <windtunnel/scenarios/campaign/traced_run.h>

#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/scenarios/campaign/campaign.h>
#include <windtunnel/scenarios/campaign/last_words.h>
#include <windtunnel/scenarios/campaign/output_tap.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace windtunnel::scenarios {
namespace {

PropertyResult no_crash(const ScenarioSpec& spec, Simulation& sim, const Death& death,
                        const std::string& printed) {
  JobOutcome outcome;
  outcome.kind = death.signal == SIGQUIT ? JobOutcome::Kind::hung : JobOutcome::Kind::crashed;
  outcome.signal = death.signal;
  outcome.exit_code = death.exit_code;
  outcome.errors = printable(printed);
  PropertyResult property = crash_result(spec, sim.seed(), outcome).properties.front();
  Finding& finding = property.finding;
  finding.event = sim.trace().size();
  finding.time = sim.now();
  finding.node = sim.running_node();
  if (!death.stack.empty()) finding.text += "\nstack:\n" + printable(death.stack);
  while (finding.text.ends_with('\n')) finding.text.pop_back();
  return property;
}

}  // namespace

std::string trace_run(const ScenarioSpec& spec, const Registry& registry, std::uint64_t seed,
                      const UseTrace& use) {
  std::optional<OutputTap> tap;
  std::optional<LastWords> words;
  RunOptions options;
  options.seed = seed;
  options.trace = TraceLevel::full;
  options.under_way = [&](RunUnderWay* run) {
    words.reset();
    tap.reset();
    if (run == nullptr) return;
    tap.emplace(run->simulation());
    words.emplace([&, run](const Death& death) {
      TracedRun traced;
      PropertyResult violation = no_crash(spec, run->simulation(), death, tap->tail());
      traced.result = run->end(std::move(violation), traced.artifacts);
      return use(traced);
    });
  };
  TracedRun traced;
  traced.result = run_scenario(spec, registry, options, &traced.artifacts);
  return use(traced);
}

WorkerOptions trace_worker_options(const ScenarioSpec& spec, bool hangs) {
  constexpr std::int64_t kMostMs = std::int64_t{10} * 365 * 86'400'000;
  WorkerOptions workers = worker_options(spec);
  constexpr std::int64_t kLeastMs = 5'000;
  const std::int64_t run_ms = workers.watchdog_ms;
  workers.watchdog_ms = std::min(run_ms, kMostMs) * 10;
  if (hangs && run_ms != 0) workers.watchdog_ms = std::max(run_ms, kLeastMs);
  workers.last_words_ms = 60'000;
  return workers;
}

}  // namespace windtunnel::scenarios
