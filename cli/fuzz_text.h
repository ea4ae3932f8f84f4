// What `fuzz` prints: for people, and as JSON lines (schemas windtunnel.finding/1,
// windtunnel.corpus/1 and, last, windtunnel.fuzz/1).
#pragma once

#include <windtunnel/cli/finding.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/fuzzing/corpus.h>
#include <windtunnel/scenarios/fuzzing/fuzz.h>

#include <string>
#include <vector>

namespace windtunnel::cli {

// A kind of failure, and what became of it.
struct FoundFailure {
  const scenarios::FailureGroup* group = nullptr;
  SavedFinding saved;
  bool known = false;          // the corpus has it
  std::string rerun = {};      // what repeats the first run, without its seed; empty: nothing does
  std::string called_by = {};  // the tool, as it was called
};

std::string introduction(const std::string& name, const scenarios::FuzzOptions& options);
// "1,204 runs  210/s  2,900x  3 failing (2 kinds)  8,123 states  0:41 left".
std::string progress_line(const scenarios::FuzzTotals& totals,
                          const scenarios::FuzzOptions& options);
std::string finding_text(const FoundFailure& finding, const scenarios::FuzzTotals& totals,
                         const Terminal& terminal);
// `rerun`: as in FoundFailure.
std::string totals_text(const scenarios::ScenarioSpec& space, const scenarios::Registry& registry,
                        const scenarios::FuzzTotals& totals, const std::string& rerun,
                        const Terminal& terminal);

std::string corpus_json(const std::string& path, const scenarios::CorpusResult& result);
std::string finding_json(const std::string& scenario, const FoundFailure& finding);
std::string totals_json(const scenarios::ScenarioSpec& space, const scenarios::FuzzTotals& totals,
                        const scenarios::FuzzOptions& options,
                        const std::vector<FoundFailure>& findings);

// At most one run in a hundred could not be judged, and at least one could.
bool is_mostly_judged(const scenarios::FuzzTotals& totals);

}  // namespace windtunnel::cli
