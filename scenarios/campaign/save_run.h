// The files that a run leaves behind for people and for `replay`, `report` and `show`.
#pragma once

#include <windtunnel/scenarios/campaign/campaign.h>

#include <functional>
#include <string>

namespace windtunnel::scenarios {

// A run directory: OUT/SCENARIO/SEED. The report is written by whoever has the report layer.
struct RunDirectory {
  std::string path;
  std::string error;         // what could not be written; empty when all was
  bool interrupted = false;  // by a signal: nothing is promised of what is there
};

// Runs the seed again at full trace in a worker and writes result.json, scenario.yaml,
// history.jsonl and trace.wtt to a directory aside; `then` runs in the worker afterwards, with its
// path, and what it returns is an error. Only when all of it was written it takes the place of what
// an earlier run of the seed left, and `out`/latest points there.
//
// A seed that crashed has no trace and no history: it leaves result.json and scenario.yaml, which
// `replay` needs.
RunDirectory save_run(const ScenarioSpec& spec, const Registry& registry, const SeedReport& report,
                      const std::string& out, const std::string& replay_command,
                      const std::function<std::string(const std::string&)>& then);

// Why nothing could be written below this directory, which need not exist yet; empty where nothing
// speaks against it.
std::string why_not_writable(const std::string& directory);

}  // namespace windtunnel::scenarios
