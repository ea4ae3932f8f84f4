#include <windtunnel/scenarios/fuzzing/corpus.h>

#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/fuzzing/failure_file.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace windtunnel::scenarios {
namespace {

namespace fs = std::filesystem;

// Why another build may see something else.
std::string about_build(const FoundSpec& found) {
  if (found.draws != kDrawVersion) {
    return fmt::format("; its seed means draws of version {}, this build has version {}",
                       found.draws, kDrawVersion);
  }
  if (!found.build.empty() && found.build != build_text())
    return "; it was found by " + found.build;
  return {};
}

CorpusResult judge(const FoundSpec& found, const SeedReport& report) {
  CorpusResult result;
  const std::vector<Failure> failures = failures_of(report);
  if (!failures.empty()) {
    result.fingerprint = failures.front().fingerprint.text();
    for (const Failure& failure : failures) {
      if (failure.fingerprint.text() == found.fingerprint) result.fingerprint = found.fingerprint;
    }
    if (found.fingerprint.empty()) {
      result.state = CorpusState::other_failure;
      result.text = "fails, with " + result.fingerprint + "; it has no `found:` to compare with";
      return result;
    }
    if (result.fingerprint != found.fingerprint) {
      result.state = CorpusState::other_failure;
      result.text = "no longer reproduces: it fails otherwise now, with " + result.fingerprint;
    } else if (!report.crashed && report.summary.trace_hash != found.trace_hash) {
      result.state = CorpusState::same_failure;
      result.text = "fails as it did, but its trace is another one";
    } else {
      result.state = CorpusState::reproduces;
      result.text = "reproduces";
      return result;
    }
  } else if (report.summary.verdict == RunVerdict::unknown) {
    result.text = "no longer reproduces: the run could not be judged";
  } else {
    result.state = CorpusState::no_longer;
    result.text = found.fingerprint.empty() ? "nothing fails, and it has no `found:`"
                                            : "no longer reproduces: nothing fails";
  }
  result.text += about_build(found);
  return result;
}

}  // namespace

Corpus load_corpus(const std::string& folder, const Registry& registry, std::string_view command) {
  Corpus corpus;
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path extension = entry->path().extension();
    if (extension == ".yaml" || extension == ".yml") paths.push_back(entry->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    corpus.complaints.push_back("error: cannot read the folder '" + folder +
                                "': " + error.message());
    corpus.exit_code = 66;
  }
  std::sort(paths.begin(), paths.end());
  const Catalog catalog = registry.catalog();
  LoadOptions options;
  options.catalog = &catalog;
  for (const std::string& path : paths) {
    LoadedScenario loaded = load_scenario(path, options);
    if (loaded.spec) {
      corpus.entries.push_back({path, std::move(*loaded.spec)});
    } else {
      corpus.complaints.push_back(loaded.diagnostics.render(command));
      corpus.exit_code = loaded.diagnostics.exit_code();
    }
  }
  return corpus;
}

CorpusResult check_entry(const CorpusEntry& entry, const Registry& registry) {
  const std::uint64_t seed =
      entry.spec.seeds.ranges.empty() ? 1 : entry.spec.seeds.ranges.front().first;
  CorpusResult result;
  const std::optional<SeedReport> report = run_seed(entry.spec, seed, registry, &result.end);
  if (!report) return result;
  result = judge(entry.spec.found.value_or(FoundSpec{}), *report);
  result.operations = report->summary.ops;
  return result;
}

}  // namespace windtunnel::scenarios
