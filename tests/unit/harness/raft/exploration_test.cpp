// Files of bounds, and explorations in a process of their own.
#include <windtunnel/harness/raft/explore.h>

#include "tests/unit/checkers/explore/vote_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace windtunnel::scenarios {
namespace {

using testing::HasSubstr;
using Ending = Exploration::Ending;

ExplorationSpec spec_of(const std::string& rest) {
  const LoadedExploration loaded = parse_exploration("a.yaml", "explore: v1\nname: a\n" + rest);
  EXPECT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
  return loaded.spec.value_or(ExplorationSpec{});
}

std::string errors_of(const std::string& text) {
  const LoadedExploration loaded = parse_exploration("a.yaml", text);
  EXPECT_FALSE(loaded.spec.has_value());
  return loaded.diagnostics.render();
}

TEST(ExplorationFiles, SayWhatMayHappen) {
  const ExplorationSpec spec = spec_of(
      "nodes: 5\ndisk: async\npre_vote: true\nmax_batch: 1B\nignore: [raft.log-matching]\n"
      "bounds: { terms: 3, crashes: 2 }\nlimits: { states: 10, bytes: 1KiB, depth: 7 }\n");
  EXPECT_EQ(spec.nodes, 5U);
  EXPECT_EQ(spec.disk, DiskOrder::async);
  EXPECT_TRUE(spec.pre_vote);
  EXPECT_FALSE(spec.check_quorum);
  EXPECT_EQ(spec.max_batch.bytes, 1U);
  EXPECT_EQ(spec.ignore, std::vector<std::string>{"raft.log-matching"});
  EXPECT_EQ(spec.bounds.terms, 3U);
  EXPECT_EQ(spec.bounds.crashes, 2U);
  EXPECT_EQ(spec.bounds.timeouts, 2U);
  EXPECT_EQ(spec.limits.states, 10U);
  EXPECT_EQ(spec.limits.bytes.bytes, 1'024U);
  EXPECT_EQ(spec.limits.depth, 7U);
}

TEST(ExplorationFiles, AreRefusedWithThePlaceAndWhatWouldBeRight) {
  EXPECT_THAT(errors_of("scenario: v1\n"), HasSubstr("begin with: explore: v1"));
  EXPECT_THAT(errors_of("explore: v2\nname: a\nbounds: {}\n"), HasSubstr("this build reads v1"));
  EXPECT_THAT(errors_of("explore: v1\nname: a\n"), HasSubstr("the key 'bounds' is missing"));
  EXPECT_THAT(errors_of("explore: v1\nname: a\nbounds: { timeout: 1 }\n"),
              HasSubstr("did you mean 'timeouts'?"));
  EXPECT_THAT(errors_of("explore: v1\nname: a\nbounds: { timeouts: 256 }\n"), HasSubstr("255"));
  EXPECT_THAT(errors_of("explore: v1\nname: a\nnodes: 6\nbounds: {}\n"), HasSubstr("a.yaml:3:8"));
  EXPECT_THAT(errors_of("explore: v1\nname: a\nignore: [raft.nothing]\nbounds: {}\n"),
              HasSubstr("there is no invariant 'raft.nothing'"));
}

TEST(Explorations, ExhaustOrSayWhichLimitCameFirst) {
  ExplorationSpec spec = spec_of("bounds: { terms: 1, timeouts: 1 }\n");
  Exploration found = explore_raft(spec, true);
  EXPECT_EQ(found.verdict, Ending::exhausted);
  const std::uint64_t reduced = found.outcome.states;
  EXPECT_GT(reduced, 50U);
  EXPECT_TRUE(found.story.steps.empty());
  EXPECT_GT(explore_raft(spec, false).outcome.states, 4 * reduced);
  spec.limits.depth = 3;
  found = explore_raft(spec, true);
  EXPECT_EQ(found.verdict, Ending::bounded);
  EXPECT_EQ(found.outcome.end, explore::End::depth);
}

// Each shipped file, as far as a moment takes; whole where it is small. The bugs of tests/mutants
// that the page on exploration lists are found within so many states.
TEST(Explorations, FindNothingWithinTheShippedBounds) {
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(WT_SOURCE_DIR "/scenarios/explore")) {
    paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  EXPECT_GE(paths.size(), 6U);
  for (const std::string& path : paths) {
    LoadedExploration loaded = load_exploration(path);
    ASSERT_TRUE(loaded.spec.has_value()) << loaded.diagnostics.render();
    EXPECT_FALSE(loaded.spec->description.empty()) << path;
    loaded.spec->limits.states = 100'000;
    const Exploration found = explore_raft(*loaded.spec, true);
    EXPECT_TRUE(found.verdict == Ending::exhausted || found.verdict == Ending::bounded)
        << path << "\n"
        << explore::to_text(found.story) << found.reason;
    EXPECT_GE(found.outcome.depth, 8U) << path;
  }
}

// Nodes that end their process when they are asked a second time.
class Brittle : public explore::example::VoteLockProtocol {
 public:
  Brittle() : VoteLockProtocol(3, false) {}
  void deliver(explore::example::VoteLock& node, NodeId from, Message message,
               LockEffects& effects) const {
    const bool is_request = message == explore::example::LockMessage::request;
    WT_ASSERT(!is_request || node.may_want(), "only who is free is asked");
    VoteLockProtocol::deliver(node, from, message, effects);
  }
};

TEST(Explorations, TellThePathToAnAssertionOfTheProtocol) {
  const Exploration found =
      explore_apart(Brittle(), explore::ClusterOptions{}, explore::SearchBounds{});
  ASSERT_EQ(found.verdict, Ending::crashed);
  EXPECT_THAT(found.reason, HasSubstr("assertion failed: only who is free is asked"));
  ASSERT_EQ(found.story.steps.size(), 3U);
  EXPECT_EQ(found.story.steps[0].what, "n1: wants the lock");
  EXPECT_EQ(found.story.steps[1].what, "n2: wants the lock");
  EXPECT_THAT(found.story.steps[2].what, HasSubstr(" gets request from "));
  EXPECT_TRUE(found.story.steps[2].effects.empty()) << "the step is not taken again";
}

}  // namespace
}  // namespace windtunnel::scenarios
