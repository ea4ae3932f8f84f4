// `windtunnel explore` as a user runs it.
#include "tests/cli/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kCrashes = "scenarios/explore/crashes.yaml";

TEST(Explore, SaysThatTheBoundsAreExhausted) {
  const Ended ended = windtunnel({"explore", "scenarios/explore/five-nodes.yaml"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_THAT(ended.out, StartsWith("exhausted  raft-five-nodes  "));
  EXPECT_THAT(ended.out, HasSubstr("nothing is wrong within the bounds"));
  EXPECT_THAT(ended.err, IsEmpty());
}

TEST(Explore, SaysWhichLimitCameFirst) {
  const Ended depth = windtunnel({"explore", kCrashes, "--depth", "4"});
  EXPECT_EQ(depth.code, 0);
  EXPECT_THAT(depth.out, StartsWith("bounded  raft-crashes  "));
  EXPECT_THAT(depth.out, HasSubstr("the limit of depth came first"));
  const Ended states = windtunnel({"explore", kCrashes, "--states", "1000", "--json"});
  EXPECT_EQ(states.code, 0);
  EXPECT_THAT(states.out, StartsWith("{\"schema\":\"windtunnel.explore/1\""));
  EXPECT_THAT(states.out,
              HasSubstr("\"verdict\":\"bounded\",\"limit\":\"states\",\"states\":1000,"));
  const Ended bytes = windtunnel({"explore", kCrashes, "--bytes", "100000"});
  EXPECT_THAT(bytes.out, HasSubstr("the limit of bytes came first"));
}

TEST(Explore, CountsFewerStatesWithTheReductions) {
  const auto states = [](const Ended& ended) {
    const std::string key = "\"states\":";
    return std::stoull(ended.out.substr(ended.out.find(key) + key.size()));
  };
  const Ended reduced = windtunnel({"explore", kCrashes, "--depth", "6", "--json"});
  const Ended all = windtunnel({"explore", kCrashes, "--depth", "6", "--json", "--no-reduction"});
  EXPECT_GT(states(all), 4 * states(reduced));
}

TEST(Explore, RefusesWhatItCannotRead) {
  EXPECT_EQ(windtunnel({"explore"}).code, 64);
  EXPECT_EQ(windtunnel({"explore", kCrashes, "--depth", "0"}).code, 64);
  EXPECT_EQ(windtunnel({"explore", "no-such-file.yaml"}).code, 66);
  const Ended scenario = windtunnel({"explore", "scenarios/raft/figure-8.yaml"});
  EXPECT_EQ(scenario.code, 65);
  EXPECT_THAT(scenario.err, HasSubstr("begin with: explore: v1"));
  const Ended bounds = windtunnel({"scenario", "check", kCrashes});
  EXPECT_EQ(bounds.code, 65);
  EXPECT_THAT(bounds.err, HasSubstr("begin with: scenario: v1"));
}

}  // namespace
}  // namespace windtunnel::cli_test
