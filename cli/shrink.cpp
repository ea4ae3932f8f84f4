#include <windtunnel/cli/command.h>
#include <windtunnel/cli/finding.h>
#include <windtunnel/cli/fuzz.h>
#include <windtunnel/cli/run.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/scenarios/campaign/save_run.h>
#include <windtunnel/scenarios/campaign/shell_word.h>
#include <windtunnel/scenarios/campaign/workers.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/format/load.h>

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace windtunnel::cli {
namespace {

using scenarios::indented;
using scenarios::ScenarioSpec;

int shrink_seed(const ShrinkRequest& request, const ScenarioSpec& space, std::uint64_t seed,
                const FindingOptions& options, const scenarios::Registry& registry,
                Terminal& terminal) {
  ScenarioSpec spec = scenarios::draw_scenario(space, seed);
  spec.seeds.ranges = {scenarios::SeedRange{seed, seed}};
  JobsEnd end = JobsEnd::all;
  const std::optional<scenarios::SeedReport> report =
      scenarios::run_seed(spec, seed, registry, &end);
  if (!report) {
    if (end == JobsEnd::interrupted) return kExitInterrupted;
    complain("error: no worker process could be started");
    return kExitInternal;
  }
  const std::optional<scenarios::Failure> failure = scenarios::failure_of(*report);
  if (!failure) {
    complain(fmt::format("error: seed {} of {} violates nothing, so there is nothing to shrink",
                         seed, request.scenario));
    for (const std::string& reason : report->summary.reasons) complain("  " + indented(reason));
    return kExitViolated;
  }
  print_line(fmt::format("{}  seed {}  {} is violated:\n  {}", terminal.strong(space.name), seed,
                         failure->fingerprint.check, indented(failure->text)));
  SavedFinding saved = save_finding(spec, *failure, request.output, registry, options, terminal);
  if (saved.error.empty() && !saved.interrupted) prove_finding(registry, saved);
  if (!saved.error.empty()) {
    complain("error: " + saved.error);
    return kExitInternal;
  }
  if (!print(saved_text(saved, request.called_by))) return kExitInternal;
  return saved.interrupted ? kExitInterrupted : kExitOk;
}

}  // namespace

int shrink_command(const ShrinkRequest& request, const scenarios::Registry& registry,
                   Terminal& terminal) {
  const InterruptGuard guard;
  const auto time = read_time("--time", request.time);
  if (!time) return kExitUsage;
  std::optional<std::uint64_t> seed;
  if (!request.seed.empty() && !(seed = read_seed(request.seed))) return kExitUsage;
  const scenarios::Catalog catalog = registry.catalog();
  scenarios::LoadOptions load;
  load.catalog = &catalog;
  if (!read_settings(request.set, load)) return kExitUsage;
  const scenarios::LoadedScenario loaded = scenarios::load_scenario(request.scenario, load);
  if (!loaded.spec) {
    complain(loaded.diagnostics.render(request.called_by));
    return loaded.diagnostics.exit_code();
  }
  if (!seed) seed = loaded.spec->seeds.ranges.empty() ? 1 : loaded.spec->seeds.ranges[0].first;
  std::error_code ignored;
  if (std::filesystem::is_directory(request.output, ignored) ||
      std::filesystem::equivalent(request.output, request.scenario, ignored)) {
    complain(fmt::format("error: -o {}: this is {}; name another file", request.output,
                         std::filesystem::is_directory(request.output, ignored)
                             ? "a directory"
                             : "the scenario itself"));
    return kExitUsage;
  }
  const std::string folder = std::filesystem::path(request.output).parent_path().string();
  if (const std::string problem = scenarios::why_not_writable(folder); !problem.empty()) {
    complain("error: " + problem);
    return kExitInternal;
  }
  const FindingOptions options{jobs_of(request.jobs), true, *time};
  return shrink_seed(request, *loaded.spec, *seed, options, registry, terminal);
}

}  // namespace windtunnel::cli
