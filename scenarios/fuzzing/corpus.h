// A folder of saved failures (scenarios/fuzzing/failure_file.h): they are run before anything new
// is looked for, and none is ever removed.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/scenarios/format/diagnostics.h>
#include <windtunnel/scenarios/fuzzing/fingerprint.h>

#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

struct CorpusEntry {
  std::string path;
  ScenarioSpec spec;
};

struct Corpus {
  std::vector<CorpusEntry> entries;     // by name
  std::vector<std::string> complaints;  // of files that cannot be read, as people get to see them
  int exit_code = 0;                    // what they mean for the command; 0: all could be read
};

// All *.yaml and *.yml in the folder, not those in folders below it. A folder that does not exist
// yet is empty. `command`: whom complaints say to ask.
Corpus load_corpus(const std::string& folder, const Registry& registry,
                   std::string_view command = "windtunnel");

enum class CorpusState {
  reproduces,     // it fails as it did, with the same trace
  same_failure,   // it fails as it did, by another trace
  other_failure,  // it fails in another way
  no_longer,      // it does not fail any more
  undecided,      // the run could not be judged
};

struct CorpusResult {
  CorpusState state = CorpusState::undecided;
  std::string text;              // for people
  std::string fingerprint;       // of the failure that shows now; empty for none
  std::uint64_t operations = 0;  // that the clients began
  JobsEnd end = JobsEnd::all;    // interrupted or no_processes: nothing is known
};

// Runs the entry's seed.
CorpusResult check_entry(const CorpusEntry& entry, const Registry& registry);

}  // namespace windtunnel::scenarios
