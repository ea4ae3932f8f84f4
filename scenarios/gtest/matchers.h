// Matchers for GoogleTest: what must hold of a history, and of a run.
//
//   EXPECT_THAT(history, IsLinearizable(RegisterModel{}));
//   EXPECT_THAT(run, Holds("raft.*"));
//   EXPECT_THAT(run, Violates("linearizable"));
//
// They are named as matchers are. A failed expectation says why, in the sentences of `windtunnel
// check`. What cannot be decided never matches: neither that it holds nor that it is violated. So
// say `Violates`, and not `Not(Holds(...))`, where a violation is expected.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/objects/model_tags.h>
#include <windtunnel/checkers/objects/problem.h>
#include <windtunnel/checkers/txn/dependencies.h>
#include <windtunnel/scenarios/campaign/test_run.h>
#include <windtunnel/scenarios/engine/run.h>

#include <gmock/gmock.h>

#include <iosfwd>
#include <string_view>

namespace windtunnel {

using HistoryMatcher = testing::Matcher<const checkers::History&>;
using RunMatcher = testing::Matcher<const scenarios::RunResult&>;

// --- Histories. `model` is a tag (checkers/objects/model_tags.h) or any ModelSpec. An empty
// history shows nothing and does not match. ---

HistoryMatcher IsLinearizable(const checkers::ModelSpec& model,
                              const checkers::Limits& limits = {});
HistoryMatcher IsSequentiallyConsistent(const checkers::ModelSpec& model,
                                        const checkers::Limits& limits = {});
// A level of objects: "linearizable", "sequential", "read-your-writes", ...
// (checkers/levels/consistency.h)
HistoryMatcher SatisfiesLevel(std::string_view level, const checkers::ModelSpec& model,
                              const checkers::Limits& limits = {});
// A level of transactions: "serializable", ... (checkers/txn/levels.h)
HistoryMatcher SatisfiesIsolation(std::string_view level, checkers::DataType type);

// A witness was found.
HistoryMatcher ViolatesLevel(std::string_view level, const checkers::ModelSpec& model,
                             const checkers::Limits& limits = {});
HistoryMatcher ViolatesIsolation(std::string_view level, checkers::DataType type);

// --- Runs: RunResult and TestRun (scenarios/campaign/test_run.h). `check` is a name or PREFIX.*; a
// check that is not among the run's properties does not match. `workload`: only properties of that
// workload. ---

// Each of these checks holds.
RunMatcher Holds(std::string_view check, std::string_view workload = {});
// One of these checks is violated, whatever the scenario expects of it.
RunMatcher Violates(std::string_view check, std::string_view workload = {});
// The run's verdict is `pass`: all as the scenario expects, and it did as much as its floor says.
RunMatcher Passes();

}  // namespace windtunnel

// How failures call them: "a history of 12 operations", "the run of raft-x with seed 4 (fail)".
namespace windtunnel::checkers {
void PrintTo(const History& history, std::ostream* out);
}
namespace windtunnel::scenarios {
void PrintTo(const RunResult& run, std::ostream* out);
void PrintTo(const TestRun& run, std::ostream* out);
}  // namespace windtunnel::scenarios
