#include <windtunnel/cli/fuzz.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/finding.h>
#include <windtunnel/cli/fuzz_text.h>
#include <windtunnel/cli/junit.h>
#include <windtunnel/cli/run.h>
#include <windtunnel/cli/settings.h>
#include <windtunnel/scenarios/campaign/save_run.h>
#include <windtunnel/scenarios/campaign/shell_word.h>
#include <windtunnel/scenarios/campaign/workers.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/fuzzing/corpus.h>
#include <windtunnel/scenarios/fuzzing/fuzz.h>
#include <windtunnel/sim/trace/atomic_file.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

namespace windtunnel::cli {
namespace {

using scenarios::FailureGroup;
using scenarios::FuzzTotals;
using scenarios::ScenarioSpec;

std::string folder_for(const FuzzRequest& request, const ScenarioSpec& spec) {
  return request.corpus.empty() ? request.out + "/" + spec.name + "/findings" : request.corpus;
}

// What still fails of the corpus: its files, by scenario and fingerprint.
using Known = std::map<std::string, std::string>;

// A kind of failure of one scenario.
std::string known_as(const std::string& scenario, const std::string& fingerprint) {
  return scenario + "\n" + fingerprint;
}

// Fuzzes one scenario.
class Fuzzing {
 public:
  Fuzzing(const FuzzRequest& request, const scenarios::Registry& registry, Terminal& terminal,
          JUnitReport& junit, std::string path, ScenarioSpec spec)
      : request_(request),
        registry_(registry),
        terminal_(terminal),
        junit_(junit),
        path_(std::move(path)),
        spec_(std::move(spec)) {}

  int run(const scenarios::FuzzOptions& options, const FindingOptions& finding,
          const Known& known) {
    options_ = options;
    if (!request_.json) print_line(introduction(terminal_.strong(spec_.name), options));
    totals_ = scenarios::fuzz(spec_, registry_, options, [&](const FuzzTotals& totals) {
      keep_new(totals, known);
      show_progress(totals);
    });
    terminal_.status("");
    for (std::size_t i = 0; i < totals_.groups.size(); ++i) take(i, finding);
    keep_nondeterministic();
    sum_up();
    report_to_junit();
    return exit_code();
  }

 private:
  struct Kept {
    SavedFinding saved;
    bool is_known = false;  // the corpus has it
  };

  // What is found is written at once, as it is: the campaign may be killed before its end.
  void keep_new(const FuzzTotals& totals, const Known& known) {
    while (kept_.size() < totals.groups.size()) {
      const FailureGroup& group = totals.groups[kept_.size()];
      Kept& kept = kept_.emplace_back();
      const auto found = known.find(known_as(spec_.name, group.failure.fingerprint.text()));
      kept.is_known = found != known.end();
      if (kept.is_known) {
        kept.saved.file = found->second;
        continue;
      }
      const FindingOptions plain{1, false, {}};
      kept.saved =
          save_finding(group.spec, group.failure, file_for(group), registry_, plain, terminal_);
      report_error(kept.saved);
    }
  }

  void report_error(const SavedFinding& saved) {
    if (saved.error.empty()) return;
    complain("error: " + saved.error);
    write_failed_ = true;
  }

  void show_progress(const FuzzTotals& totals) {
    // A line for every run would cost more than the runs.
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < std::chrono::milliseconds(200)) return;
    shown_ = now;
    terminal_.status(progress_line(totals, options_));
  }

  // A name that is free: what was found before stays.
  std::string file_for(const FailureGroup& group) const {
    const std::string folder = folder_for(request_, spec_);
    const std::string name = folder + "/" + group.failure.fingerprint.text();
    std::error_code ignored;
    std::string file = name + ".yaml";
    for (int i = 2; std::filesystem::exists(file, ignored); ++i) {
      file = fmt::format("{}-{}.yaml", name, i);
    }
    return file;
  }

  // What repeats the run of a seed, without the seed. A mutated plan is no seed of the scenario:
  // its file is what repeats it.
  std::string rerun() const {
    if (options_.guided) return {};
    std::string text = fmt::format("{} run {}", scenarios::shell_word(request_.called_by),
                                   scenarios::shell_word(path_));
    for (const std::string& set : request_.set) text += " --set " + scenarios::shell_word(set);
    return text + " --seed";
  }

  void take(std::size_t number, const FindingOptions& options) {
    const FailureGroup& group = totals_.groups[number];
    FoundFailure found{&group, kept_[number].saved, kept_[number].is_known};
    if (!found.known) found.saved = finished(group, std::move(found.saved), options);
    found.rerun = rerun();
    found.called_by = request_.called_by;
    junit_.add_failure(spec_.name, group.failure.fingerprint.text(),
                       group.failure.text + "\n" + found.saved.file);
    if (!print(request_.json ? finding_json(spec_.name, found) + "\n"
                             : finding_text(found, totals_, terminal_))) {
      write_failed_ = true;
    }
    findings_.push_back(std::move(found));
  }

  // Made small, and run once more.
  SavedFinding finished(const FailureGroup& group, SavedFinding saved,
                        const FindingOptions& options) {
    if (saved.file.empty() || InterruptGuard::interrupted()) return saved;
    if (options.shrink) {
      saved = save_finding(group.spec, group.failure, saved.file, registry_, options, terminal_);
    }
    if (!saved.file.empty() && !saved.interrupted) prove_finding(registry_, saved);
    report_error(saved);
    return saved;
  }

  // A mutated plan can be repeated by its file only.
  void keep_nondeterministic() {
    for (const scenarios::NondeterministicRun& run : totals_.nondeterministic_runs) {
      if (!run.spec) continue;
      const std::string file =
          fmt::format("{}/nondeterministic-{}.yaml", folder_for(request_, spec_), run.seed);
      const std::string text = scenarios::print_spec(*run.spec);
      const FileResult<void> written = write_file_atomically(file, as_bytes(text));
      if (!written) complain("error: " + written.error().what);
      if (!written) write_failed_ = true;
    }
  }

  void report_to_junit() {
    junit_.add_passed(spec_.name, totals_.pass, totals_.cpu_seconds);
    for (const auto& [reason, unknown] : totals_.reasons) {
      const std::string name =
          fmt::format("{} unknown, first seed {}", unknown.count, unknown.first_seed);
      junit_.add_skipped(spec_.name, name, reason);
    }
    for (const scenarios::NondeterministicRun& run : totals_.nondeterministic_runs) {
      junit_.add_failure(spec_.name, fmt::format("seed {}", run.seed), "two runs of it differ");
    }
  }

  void sum_up() {
    if (InterruptGuard::interrupted()) totals_.end = JobsEnd::interrupted;
    if (!print(request_.json ? totals_json(spec_, totals_, options_, findings_) + "\n"
                             : totals_text(spec_, registry_, totals_, rerun(), terminal_))) {
      write_failed_ = true;
    }
  }

  int exit_code() const {
    if (totals_.end == JobsEnd::interrupted) return kExitInterrupted;
    if (totals_.end == JobsEnd::no_processes || write_failed_) return kExitInternal;
    if (totals_.failing > 0 && totals_.failing == totals_.crashed) return kExitCrashed;
    if (totals_.failing > 0) return kExitViolated;
    if (totals_.nondeterministic > 0) return kExitNondeterminism;
    return is_mostly_judged(totals_) ? kExitOk : kExitUnknown;
  }

  const FuzzRequest& request_;
  const scenarios::Registry& registry_;
  Terminal& terminal_;
  JUnitReport& junit_;
  std::string path_;
  ScenarioSpec spec_;
  scenarios::FuzzOptions options_;
  FuzzTotals totals_;
  std::vector<Kept> kept_;  // of each kind
  std::vector<FoundFailure> findings_;
  std::chrono::steady_clock::time_point shown_;
  bool write_failed_ = false;
};

// What makes no sense to fuzz is refused: 0, or the exit code.
int check_space(const std::string& path, const ScenarioSpec& spec, const std::string& called_by) {
  if (!spec.fuzz) {
    complain(
        fmt::format("error: {} has no `fuzz:` section, so there is nothing to draw; "
                    "`{} run --seeds A..B` runs it with many seeds",
                    path, called_by));
    return kExitBadInput;
  }
  for (const scenarios::PropertySpec& property : spec.properties) {
    if (property.expect != scenarios::Expectation::violated) continue;
    complain(
        fmt::format("error: {} expects that {} is violated in each run, and fuzzing looks for "
                    "violations; write `expect: holds`, or `violated in_any` of a known bug",
                    path, property.check));
    return kExitBadInput;
  }
  return kExitOk;
}

void take_entry(const scenarios::CorpusEntry& entry, const scenarios::CorpusResult& result,
                Known& known, JUnitReport& junit, int& code) {
  using State = scenarios::CorpusState;
  const bool shows = result.state == State::reproduces || result.state == State::same_failure;
  if (shows && entry.spec.found) {
    known.emplace(known_as(entry.spec.found->scenario, result.fingerprint), entry.path);
  }
  code = kExitViolated;
  junit.add_failure("corpus", entry.path, result.text);
}

// Runs what was found before. Returns what still shows; nothing where it was interrupted or cannot
// be read.
std::optional<Known> check_corpus(const FuzzRequest& request, const scenarios::Registry& registry,
                                  JUnitReport& junit, int& code) {
  Known known;
  if (request.corpus.empty()) return known;
  const scenarios::Corpus corpus =
      scenarios::load_corpus(request.corpus, registry, request.called_by);
  for (const std::string& complaint : corpus.complaints) complain(complaint);
  if (corpus.exit_code != 0) {
    code = corpus.exit_code;
    return std::nullopt;
  }
  std::size_t shown = 0;
  for (const scenarios::CorpusEntry& entry : corpus.entries) {
    const scenarios::CorpusResult result = scenarios::check_entry(entry, registry);
    if (result.end != JobsEnd::all) {
      const bool interrupted = result.end == JobsEnd::interrupted;
      code = interrupted ? kExitInterrupted : kExitInternal;
      complain(interrupted ? "interrupted while the corpus was run; nothing new was looked for"
                           : "error: no worker process could be started");
      return std::nullopt;
    }
    take_entry(entry, result, known, junit, code);
    if (!request.json) {
      print_line(fmt::format("corpus   {}  {}", entry.path, result.text));
    } else {
      print_line(corpus_json(entry.path, result));
    }
    if (result.state == scenarios::CorpusState::reproduces) ++shown;
  }
  if (!request.json && !corpus.entries.empty()) {
    print_line(fmt::format("corpus   {} of {} reproduce", shown, corpus.entries.size()));
  }
  return known;
}

// As for one scenario, where a crash besides other findings does not make them crashes.
int worst_of(int a, int b) {
  for (const int code : {kExitInterrupted, kExitInternal, kExitViolated, kExitCrashed,
                         kExitNondeterminism, kExitUnknown}) {
    if (a == code || b == code) return code;
  }
  return kExitOk;
}

// Found out before the first run, not after the last. Makes the folders.
std::string why_not_writable(const FuzzRequest& request, const std::vector<ScenarioSpec>& specs) {
  for (const ScenarioSpec& spec : specs) {
    const std::string folder = folder_for(request, spec);
    const std::string problem = scenarios::why_not_writable(folder);
    if (!problem.empty()) return problem;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return "cannot make the folder '" + folder + "': " + error.message();
  }
  return why_no_junit(request.junit);
}

}  // namespace

int fuzz_command(const FuzzRequest& request, const scenarios::Registry& registry,
                 Terminal& terminal) {
  const InterruptGuard guard;
  const std::optional<std::uint64_t> seed = read_seed(request.seed);
  if (!seed) return kExitUsage;
  if (request.runs != 0 && request.runs - 1 > UINT64_MAX - *seed) {
    complain(fmt::format("error: --seed {} --runs {}: the last seed is {}", request.seed,
                         request.runs, UINT64_MAX));
    return kExitUsage;
  }
  scenarios::FuzzOptions options;
  options.first_seed = *seed;
  options.runs = request.runs;
  options.jobs = jobs_of(request.jobs);
  options.guided = request.guided;
  options.verify = request.verify;
  options.max_failures = request.max_failures;
  const bool needs_time = request.runs == 0 && request.time.empty();
  if (needs_time || !request.time.empty()) {
    const auto time = read_time("--time", needs_time ? "60s" : request.time);
    if (!time) return kExitUsage;
    options.time = *time;
  }
  const auto shrink_time = read_time("--shrink-time", request.shrink_time);
  if (!shrink_time) return kExitUsage;
  const FindingOptions finding{options.jobs, !request.no_shrink, *shrink_time};
  std::vector<ScenarioSpec> specs;
  int code = read_scenarios(request.scenarios, request.set, request.called_by, registry, specs);
  for (std::size_t i = 0; i < specs.size() && code == kExitOk; ++i) {
    code = check_space(request.scenarios[i], specs[i], request.called_by);
  }
  if (code != kExitOk) return code;
  if (const std::string problem = why_not_writable(request, specs); !problem.empty()) {
    complain("error: " + problem);
    return kExitInternal;
  }
  JUnitReport junit;
  const std::optional<Known> known = check_corpus(request, registry, junit, code);
  for (std::size_t i = 0; known && i < specs.size() && code != kExitInterrupted; ++i) {
    Fuzzing fuzzing(request, registry, terminal, junit, request.scenarios[i], std::move(specs[i]));
    code = worst_of(code, fuzzing.run(options, finding, *known));
  }
  if (!request.junit.empty()) {
    const FileResult<void> written = write_file_atomically(request.junit, as_bytes(junit.text()));
    if (!written) complain("error: " + written.error().what);
    if (!written) code = kExitInternal;
  }
  return code;
}

}  // namespace windtunnel::cli
