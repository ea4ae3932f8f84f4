// A run at full trace, with what the code under test logged and printed; where it ends its process,
// with all that there was until then.
#pragma once

#include <windtunnel/scenarios/campaign/workers.h>
#include <windtunnel/scenarios/engine/run.h>

#include <cstdint>
#include <functional>
#include <string>

namespace windtunnel::scenarios {

struct TracedRun {
  RunResult result;
  RunArtifacts artifacts;
};

// What is made of it, in the worker: the text that the worker hands over.
using UseTrace = std::function<std::string(TracedRun& run)>;

// The job of a worker process. Where the code under test crashes, exits or hangs, `use` is called
// from inside (last_words.h), and its text is the worker's output all the same; the result is then
// one of the check `no-crash`, with what was printed and the stack.
std::string trace_run(const ScenarioSpec& spec, const Registry& registry, std::uint64_t seed,
                      const UseTrace& use);

// How such a worker is watched. Keeping and writing a trace takes longer than the run did; but of a
// run that is known to hang nothing comes with patience.
WorkerOptions trace_worker_options(const ScenarioSpec& spec, bool hangs = false);

}  // namespace windtunnel::scenarios
