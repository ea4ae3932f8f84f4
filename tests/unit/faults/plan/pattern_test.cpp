#include <windtunnel/faults/plan/pattern.h>

#include <gtest/gtest.h>

namespace windtunnel::faults {
namespace {

Observation observation(ObservationKind kind, std::uint64_t a) {
  Observation made;
  made.kind = kind;
  made.a = a;
  return made;
}

TEST(Pattern, PrintsAsItWasParsed) {
  for (const char* text :
       {"leader elected", "leader(n1)", "commit(n1) >= 10", "applied >= 4", "term >= 3",
        "snapshot(n2) >= 1", "event kind=truncate node=n2 count=3", "event kind=mark",
        "event kind=append node=n2 at_least=2", "event kind=role count=2"}) {
    const std::optional<Pattern> pattern = parse_pattern(text);
    ASSERT_TRUE(pattern.has_value()) << text;
    EXPECT_EQ(to_string(*pattern), text);
  }
}

TEST(Pattern, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", " ", "leader", "leader crowned", "leader() elected", "leader()",
                           "commit", "commit >= ", "commit > 3", "commit >= -1", "commit( >= 1",
                           "event", "event kind=unheard", "event kind=", "event kind=role count=0",
                           "event kind=role colour=red", "commit >= 99999999999999999999"}) {
    EXPECT_FALSE(parse_pattern(text).has_value()) << text;
  }
}

TEST(Pattern, LeaderMatchesWhoBecomesLeader) {
  const Pattern pattern = *parse_pattern("leader(n1)");
  const auto leads = static_cast<std::uint64_t>(Role::leader);
  EXPECT_TRUE(matches(pattern, "n1", observation(ObservationKind::role, leads)));
  EXPECT_FALSE(matches(pattern, "n2", observation(ObservationKind::role, leads)));
  const auto follows = static_cast<std::uint64_t>(Role::follower);
  EXPECT_FALSE(matches(pattern, "n1", observation(ObservationKind::role, follows)));
  EXPECT_FALSE(matches(pattern, "n1", observation(ObservationKind::commit, leads)));
}

TEST(Pattern, QuantitiesMatchFromTheirThresholdOn) {
  const Pattern pattern = *parse_pattern("commit >= 10");
  EXPECT_FALSE(matches(pattern, "n1", observation(ObservationKind::commit, 9)));
  EXPECT_TRUE(matches(pattern, "n1", observation(ObservationKind::commit, 10)));
  EXPECT_TRUE(matches(pattern, "n2", observation(ObservationKind::commit, 11)));
}

}  // namespace
}  // namespace windtunnel::faults
