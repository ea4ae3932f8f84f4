#include <windtunnel/cli/run.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/junit.h>
#include <windtunnel/cli/log_printer.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/scenarios/campaign/campaign.h>
#include <windtunnel/scenarios/campaign/run_report.h>
#include <windtunnel/scenarios/campaign/save_run.h>
#include <windtunnel/scenarios/campaign/shell_word.h>
#include <windtunnel/scenarios/format/load.h>

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <filesystem>

namespace windtunnel::cli {
namespace {

using scenarios::CampaignTotals;
using scenarios::RunVerdict;
using scenarios::ScenarioSpec;
using scenarios::SeedList;
using scenarios::SeedReport;
using scenarios::shell_word;

// Run directories of at most so many bad seeds are written; the others are named. So is that of the
// first seed that shows an expected violation.
constexpr std::uint64_t kKeptFailures = 5;

class ScenarioRun {
 public:
  ScenarioRun(const RunRequest& request, const scenarios::Registry& registry, Terminal& terminal,
              JUnitReport& junit, std::string path, ScenarioSpec spec)
      : request_(request),
        registry_(registry),
        terminal_(terminal),
        junit_(junit),
        path_(std::move(path)),
        spec_(std::move(spec)) {}

  int run(SeedList seeds) {
    scenarios::CampaignOptions options;
    options.seeds = std::move(seeds);
    options.jobs = request_.no_fork ? 1 : jobs_of(request_.jobs);
    options.in_process = request_.no_fork;
    options.verify = request_.verify;
    options.max_failures = request_.max_failures;
    total_ = options.seeds.size();
    LogPrinter printer(total_ > 1);
    options.log = log_level();
    options.on_log = &printer;
    if (!request_.json) introduce(options);
    const auto began = std::chrono::steady_clock::now();
    const CampaignTotals totals = scenarios::run_campaign(
        spec_, registry_, options, [this](const SeedReport& report) { take(report); });
    terminal_.status("");
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (totals.end == JobsEnd::no_processes) {
      complain("error: no worker process could be started");
    }
    junit_.add_never_violated(spec_.name, totals.never_violated);
    sum_up(totals, took.count());
    if (interrupted_) return kExitInterrupted;
    return write_failed_ ? kExitInternal : totals.exit_code();
  }

 private:
  LogLevel log_level() const {
    if (const auto asked = log_level_of(request_.log)) return *asked;
    return total_ == 1 ? LogLevel::output : LogLevel::off;
  }

  void introduce(const scenarios::CampaignOptions& options) {
    if (total_ == 1) return;
    print_line(fmt::format("{}  {} seeds, {} at a time{}", terminal_.strong(spec_.name), total_,
                           options.jobs, options.verify ? ", each twice" : ""));
  }

  void take(const SeedReport& report) {
    ++done_;
    if (!request_.junit.empty()) junit_.add(spec_.name, report);
    const bool bad = report.summary.verdict != RunVerdict::pass || report.nondeterministic;
    if (bad) ++failed_;
    if (request_.json) {
      if (!print_line(report.line)) write_failed_ = true;
      // The line is that of the first of two runs and does not know of the second.
      if (report.nondeterministic) complain(difference_of(report));
    } else {
      describe(report);
    }
    // A debugger that follows the run has no use for others of it, and what ran out of memory would
    // do so again.
    if (request_.no_fork || report.crash.kind == JobOutcome::Kind::killed) return;
    const bool shows = !bad && !report.summary.violated.empty() && !shown_;
    if (total_ == 1 || shows || (bad && kept_ < kKeptFailures)) {
      if (shows) shown_ = true;
      if (bad) ++kept_;
      keep(report);
    }
    terminal_.status(fmt::format("[{}/{}] {} failed", done_, total_, failed_));
  }

  std::string rerun(std::uint64_t seed) const {
    std::string text =
        fmt::format("{} run {} --seed {}", shell_word(request_.called_by), shell_word(path_), seed);
    for (const std::string& set : request_.set) text += " --set " + shell_word(set);
    return text;
  }

  std::string verdict_text(const SeedReport& report) const {
    if (report.nondeterministic) return terminal_.bad("NONDETERMINISTIC");
    switch (report.summary.verdict) {
      case RunVerdict::pass: return terminal_.good("pass");
      case RunVerdict::fail: return terminal_.bad("FAIL");
      case RunVerdict::unknown: break;
    }
    return terminal_.doubtful("UNKNOWN");
  }

  void describe(const SeedReport& report) {
    const bool pass = report.summary.verdict == RunVerdict::pass && !report.nondeterministic;
    // Of many seeds that pass, the first that shows an expected violation is worth a look.
    if (pass && total_ > 1 && (report.summary.violated.empty() || shown_)) return;
    terminal_.status("");
    print_line(fmt::format("{} {}  seed {}  {} operations ok  {}", verdict_text(report), spec_.name,
                           report.seed, report.summary.ops_ok,
                           duration_text(report.summary.wall_ms / 1000)));
    for (const std::string& reason : report.summary.reasons) {
      print_line("  " + scenarios::indented(reason));
    }
    if (pass && !report.summary.violated.empty()) {
      print_line("  as expected, " + report.summary.violated.front().check + " is violated:");
      print_line("  " + scenarios::indented(report.summary.witness));
    }
    if (report.nondeterministic) print_line("  " + scenarios::indented(difference_of(report)));
    if (!pass) print_line("  rerun    " + rerun(report.seed));
  }

  static std::string difference_of(const SeedReport& report) {
    std::string text = fmt::format("two runs of seed {} differ", report.seed);
    if (report.first_difference == 0) {
      return text + ", but the traces of the next two did not: it depends on what ran before";
    }
    text += fmt::format(" first at event {}", report.first_difference);
    return report.difference.empty() ? text : text + "\n" + report.difference;
  }

  // Writes the run directory with its report.
  void keep(const SeedReport& report) {
    std::string report_path;
    const scenarios::RunDirectory directory =
        scenarios::save_run(spec_, registry_, report, request_.out, rerun(report.seed),
                            [this](const std::string& path) {
                              return scenarios::write_run_report(spec_, registry_, path);
                            });
    if (directory.interrupted) interrupted_ = true;
    if (!directory.error.empty()) {
      complain("error: " + directory.error);
      write_failed_ = true;
    } else if (!request_.json) {
      if (!directory.stack.empty()) {
        print_line("  stack    " + scenarios::indented(directory.stack));
      }
      print_line(directory.has_trace ? "  report   " + directory.path + "/report.html"
                                     : "  saved    " + directory.path);
    }
  }

  void sum_up(const CampaignTotals& totals, double seconds) {
    for (const std::string& check : totals.never_violated) {
      const std::string what =
          spec_.name + ": no seed violated " + check + ", but a violation was expected";
      if (request_.json) {
        complain("error: " + what);
      } else {
        print_line(terminal_.bad("FAIL") + " " + what);
      }
    }
    if (request_.json) return;
    if (totals.end == JobsEnd::interrupted) print_line("interrupted");
    if (total_ == 1) return;
    print_line(fmt::format("{} of {} seeds: {} passed, {} failed, {} unknown{}  {}", done_, total_,
                           totals.pass, totals.fail, totals.unknown,
                           totals.crashed > 0 ? fmt::format(" ({} crashed)", totals.crashed) : "",
                           duration_text(seconds)));
  }

  const RunRequest& request_;
  const scenarios::Registry& registry_;
  Terminal& terminal_;
  JUnitReport& junit_;
  std::string path_;
  ScenarioSpec spec_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t kept_ = 0;
  bool shown_ = false;  // a seed with an expected violation
  bool write_failed_ = false;
  bool interrupted_ = false;
};

// Found out before the first run, not after the last.
bool can_write_results(const RunRequest& request) {
  std::string problem = scenarios::why_not_writable(request.out);
  if (problem.empty()) problem = why_no_junit(request.junit);
  if (problem.empty()) return true;
  complain("error: " + problem);
  return false;
}

// Those that the scenario names; seed 1 where it names none. Nothing where there are too many.
std::optional<SeedList> seeds_of(const ScenarioSpec& spec) {
  if (spec.seeds.ranges.empty()) return SeedList(1);
  return SeedList::of(spec.seeds.ranges);
}

// Those of the command line; empty where it names none, nothing, with the reason printed, where it
// makes no sense.
std::optional<SeedList> asked_seeds(const RunRequest& request) {
  if (!request.seed.empty()) {
    const std::optional<std::uint64_t> seed = read_seed(request.seed);
    if (!seed) return std::nullopt;
    return SeedList(*seed);
  }
  if (request.seeds.empty()) return SeedList();
  std::optional<SeedList> range = parse_seed_range(request.seeds);
  if (!range) {
    complain(
        fmt::format("error: --seeds {}: not a range of at most {} seeds; write A..B, the smaller "
                    "first, as 1..200",
                    request.seeds, SeedList::kMost));
  }
  return range;
}

// 1 wins over 2, a crash over both; input errors stop everything before.
int worse(int a, int b) {
  const auto rank = [](int code) {
    switch (code) {
      case kExitOk: return 0;
      case kExitUnknown: return 1;
      case kExitViolated: return 2;
      case kExitNondeterminism: return 3;
      case kExitCrashed: return 4;
      case kExitInterrupted: return 6;
      default: return 5;
    }
  };
  return rank(a) >= rank(b) ? a : b;
}

}  // namespace

std::optional<std::uint64_t> parse_seed(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hex ? text.substr(2) : text;
  std::uint64_t seed = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), seed, hex ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) {
    return std::nullopt;
  }
  return seed;
}

std::optional<SeedList> parse_seed_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return std::nullopt;
  const std::optional<std::uint64_t> first = parse_seed(text.substr(0, dots));
  const std::optional<std::uint64_t> last = parse_seed(text.substr(dots + 2));
  if (!first || !last || *last < *first) return std::nullopt;
  return SeedList::of({{*first, *last}});
}

int run_command(const RunRequest& request, const scenarios::Registry& registry,
                Terminal& terminal) {
  const std::optional<SeedList> asked = asked_seeds(request);
  if (!asked) return kExitUsage;
  std::vector<ScenarioSpec> specs;
  const int input =
      read_scenarios(request.scenarios, request.set, request.called_by, registry, specs);
  if (input != kExitOk) return input;
  if (!can_write_results(request)) return kExitInternal;
  JUnitReport junit;
  int code = kExitOk;
  for (std::size_t i = 0; i < specs.size() && code != kExitInterrupted; ++i) {
    std::optional<SeedList> of_this = asked;
    if (asked->empty()) of_this = seeds_of(specs[i]);
    if (!of_this) {
      complain(fmt::format("error: {} names more than {} seeds; choose some with --seeds A..B",
                           request.scenarios[i], SeedList::kMost));
      return kExitUsage;
    }
    ScenarioRun run(request, registry, terminal, junit, request.scenarios[i], std::move(specs[i]));
    code = worse(code, run.run(std::move(*of_this)));
  }
  if (!request.junit.empty()) {
    const FileResult<void> written = write_file_atomically(request.junit, as_bytes(junit.text()));
    if (!written) {
      complain("error: " + written.error().what);
      code = worse(code, kExitInternal);
    }
  }
  return code;
}

}  // namespace windtunnel::cli
