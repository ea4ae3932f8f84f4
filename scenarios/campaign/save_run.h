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
  bool has_trace = false;    // and so history and report
  std::string stack;         // of a crash, a line a frame; may be empty
};

// Runs the seed again at full trace in a worker and writes result.json, scenario.yaml,
// history.jsonl and trace.wtt to a directory aside; `then` runs in a worker afterwards, with its
// path, and what it returns is an error. Only when all of it was written it takes the place of what
// an earlier run of the seed left, and `out`/latest points there.
//
// Of a seed that crashed they tell what there was until then. Where not even that can be had, the
// directory holds result.json and scenario.yaml, which `replay` needs.
RunDirectory save_run(const ScenarioSpec& spec, const Registry& registry, const SeedReport& report,
                      const std::string& out, const std::string& replay_command,
                      const std::function<std::string(const std::string&)>& then);

// Why nothing could be written below this directory, which need not exist yet; empty where nothing
// speaks against it.
std::string why_not_writable(const std::string& directory);

}  // namespace windtunnel::scenarios
