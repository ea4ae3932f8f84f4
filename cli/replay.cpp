#include <windtunnel/cli/replay.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/run.h>
#include <windtunnel/cli/traces.h>
#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/scenarios/campaign/campaign.h>
#include <windtunnel/scenarios/campaign/run_report.h>
#include <windtunnel/scenarios/campaign/traced_run.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/format/print.h>

#include <fmt/format.h>

#include <filesystem>
#include <optional>

namespace windtunnel::cli {
namespace {

using scenarios::SeedReport;

// What was saved, read back.
struct Saved {
  scenarios::ScenarioSpec spec;
  std::uint64_t seed = 1;
  std::optional<reports::ResultFile> result;  // of the run that is repeated
};

class Reader {
 public:
  Reader(const ReplayRequest& request, const scenarios::Registry& registry)
      : request_(request), registry_(registry) {}

  // An exit code when it cannot be read; the reason was printed.
  int read(Saved& saved) {
    const std::filesystem::path file(request_.file);
    std::error_code ignored;
    const bool directory = std::filesystem::is_directory(file, ignored);
    const std::string parent = file.has_parent_path() ? file.parent_path().string() : ".";
    const std::string home = directory ? request_.file : parent;
    const int scenario =
        read_scenario(directory ? (file / "scenario.yaml").string() : request_.file, saved);
    return scenario != kExitOk ? scenario : read_result(home, directory, saved);
  }

 private:
  int read_scenario(const std::string& path, Saved& saved) {
    const scenarios::Catalog catalog = registry_.catalog();
    scenarios::LoadOptions options;
    options.catalog = &catalog;
    scenarios::LoadedScenario loaded = scenarios::load_scenario(path, options);
    if (!loaded.spec) {
      complain(loaded.diagnostics.render(request_.called_by));
      return loaded.diagnostics.exit_code();
    }
    saved.spec = std::move(*loaded.spec);
    if (!saved.spec.seeds.ranges.empty()) saved.seed = saved.spec.seeds.ranges.front().first;
    return kExitOk;
  }

  // A scenario alone has no result to compare with; a run directory has one.
  int read_result(const std::string& home, bool required, Saved& saved) {
    const FileResult<reports::ResultFile> result = reports::load_result(home);
    if (!result) {
      const bool missing = result.error().code == Errc::not_found;
      if (missing && !required) return kExitOk;
      complain("error: " + result.error().what);
      return missing ? kExitMissingInput : kExitBadInput;
    }
    if (!required && result->scenario != saved.spec.name) return kExitOk;
    const std::optional<std::uint64_t> seed = parse_seed(result->seed);
    if (!seed) {
      complain("error: " + home + "/result.json: '" + result->seed + "' is no seed");
      return kExitBadInput;
    }
    saved.seed = *seed;
    saved.result = *result;
    return kExitOk;
  }

  const ReplayRequest& request_;
  const scenarios::Registry& registry_;
};

// Runs it again at full trace, in a worker. Where the code under test crashes, the trace ends
// there.
std::optional<TraceData> trace_of(const Saved& saved, const scenarios::Registry& registry) {
  std::optional<TraceData> trace;
  const bool hangs = saved.result && saved.result->violation &&
                     saved.result->violation->text.find(scenarios::kDidNotEnd) == 0;
  run_jobs(
      1, scenarios::trace_worker_options(saved.spec, hangs),
      [&](std::uint64_t) {
        return scenarios::trace_run(
            saved.spec, registry, saved.seed, [&](scenarios::TracedRun& run) {
              run.artifacts.trace.meta = scenarios::result_document(run.result, saved.spec, "");
              return std::string(as_text(encode_trace(run.artifacts.trace)));
            });
      },
      [&](std::uint64_t, const JobOutcome& outcome) {
        FileResult<TraceData> decoded = decode_trace(to_bytes(outcome.output), "the trace");
        if (decoded) trace = std::move(*decoded);
        return true;
      });
  return trace;
}

// The event at which the check's violation shows; 0: it is not violated.
std::uint64_t violation_of(const TraceData& trace, const std::string& check) {
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    const Record& record = trace.records[i];
    if (record.kind != RecordKind::violation || trace.text_of(record.a) != check) continue;
    // Its cause is the event at which it shows; one that shows at the end only has none.
    return record.cause != 0 ? record.cause : i + 1;
  }
  return 0;
}

int show_past(const ReplayRequest& request, const Saved& saved,
              const scenarios::Registry& registry) {
  const bool known = request.check == "no-crash" || registry.check(request.check) != nullptr;
  if (!request.check.empty() && !known) {
    std::vector<std::string_view> names = {"no-crash"};
    for (const scenarios::CheckDefinition& check : registry.checks()) {
      names.push_back(check.info.name);
    }
    complain(fmt::format("error: --break {}: there is no such check; {}", request.check,
                         scenarios::suggest(request.check, names)));
    return kExitUsage;
  }
  const std::optional<TraceData> trace = trace_of(saved, registry);
  if (!trace) {
    complain("error: the run ends without a trace; `" + request.called_by + " run` says why");
    return kExitCrashed;
  }
  std::uint64_t event = request.until;
  if (!request.check.empty()) event = violation_of(*trace, request.check);
  if (event == 0) {
    print_line(request.check + " is not violated in this run, so there is no event to show");
    return kExitViolated;
  }
  if (event > trace->records.size()) {
    complain(
        fmt::format("error: there is no event {}: the run has {}", event, trace->records.size()));
    return kExitUsage;
  }
  const reports::MessageWords words =
      scenarios::message_words(registry, scenarios::print_spec(saved.spec));
  const bool printed = print(past_of(*trace, words, event, request.limit));
  return printed ? kExitOk : kExitInternal;
}

// What is different from the saved run; empty: nothing.
std::string difference(const reports::ResultFile& before, const SeedReport& now) {
  const std::string verdict(name_of(now.summary.verdict));
  const bool crashed = before.violation && before.violation->check == "no-crash";
  if (now.crashed && !crashed) return "the code under test crashes now";
  if (!now.crashed && crashed) return "the code under test crashed, and does not now";
  if (crashed) return {};  // A run that did not end has no hash.
  if (verdict != before.verdict) {
    return fmt::format("the verdict was {} and is {}", before.verdict, verdict);
  }
  if (now.summary.trace_hash != before.trace_hash) {
    return fmt::format("the verdict is {} again, but the trace hash was {} and is {}", verdict,
                       before.trace_hash, now.summary.trace_hash);
  }
  return {};
}

int compare(const Saved& saved, const SeedReport& now, Terminal& terminal) {
  for (const std::string& reason : now.summary.reasons) print_line("  " + reason);
  if (!saved.result) {
    print_line("  there is no saved result to compare with");
    return kExitOk;
  }
  const std::string different = difference(*saved.result, now);
  if (different.empty()) {
    const bool printed =
        print_line(terminal.good("the same") +
                   (now.crashed ? std::string(": the code under test crashes")
                                : ": verdict and trace hash " + now.summary.trace_hash));
    return printed ? kExitOk : kExitInternal;
  }
  print_line(terminal.bad("no longer reproduces") + ": " + different);
  return now.crashed ? kExitCrashed : kExitViolated;
}

}  // namespace

int replay_command(const ReplayRequest& request, const scenarios::Registry& registry,
                   Terminal& terminal) {
  Saved saved;
  if (const int code = Reader(request, registry).read(saved); code != kExitOk) return code;
  saved.spec = scenarios::draw_scenario(saved.spec, saved.seed);
  if (request.until != 0 || !request.check.empty()) return show_past(request, saved, registry);
  scenarios::CampaignOptions options;
  options.seeds = scenarios::SeedList(saved.seed);
  int code = kExitInternal;
  const scenarios::CampaignTotals totals =
      scenarios::run_campaign(saved.spec, registry, options, [&](const SeedReport& report) {
        print_line(fmt::format("{}  seed {}  {}", saved.spec.name, saved.seed,
                               name_of(report.summary.verdict)));
        code = compare(saved, report, terminal);
        // Without a result to compare with, the run speaks for itself.
        if (!saved.result && report.summary.verdict != scenarios::RunVerdict::pass) {
          code =
              report.summary.verdict == scenarios::RunVerdict::fail ? kExitViolated : kExitUnknown;
          if (report.crashed) code = kExitCrashed;
        }
      });
  return totals.end == JobsEnd::all ? code : totals.exit_code();
}

}  // namespace windtunnel::cli
