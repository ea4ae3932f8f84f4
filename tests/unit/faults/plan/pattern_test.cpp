#include <windtunnel/faults/plan/pattern.h>

#include <gtest/gtest.h>

namespace windtunnel::faults {
namespace {

TEST(Pattern, PrintsAsItWasParsed) {
  for (const char* text :
       {"leader elected", "leader(n1)", "leader(n/1)", "commit(n1) >= 10", "commit(n1/1) >= 10",
        "applied >= 4", "term >= 3", "snapshot(n2) >= 1", "event kind=truncate node=n2 count=3",
        "event kind=mark", "event kind=append node=n2 at_least=2", "event kind=role count=2",
        "event kind=prepared node=c1 txn=7 count=3", "event kind=append last-index>=4 term=2",
        "event kind=mark node=n2/1 mark=raft.quorum-lost"}) {
    const std::optional<Pattern> pattern = parse_pattern(text);
    ASSERT_TRUE(pattern.has_value()) << text;
    EXPECT_EQ(to_string(*pattern), text);
  }
  EXPECT_EQ(to_string(*parse_pattern("event kind=commit group=n/1")), "event kind=commit node=n/1");
  EXPECT_EQ(to_string(*parse_pattern("event kind=commit node=n2 group=n/1")),
            "event kind=commit node=n2/1");
}

TEST(Pattern, RefusesWhatHasNotItsForm) {
  for (const char* text : {"",
                           " ",
                           "leader",
                           "leader crowned",
                           "leader() elected",
                           "leader()",
                           "leader(n/)",
                           "leader(/1)",
                           "leader(n/x)",
                           "commit",
                           "commit >= ",
                           "commit > 3",
                           "commit >= -1",
                           "commit( >= 1",
                           "commit(n1/) >= 1",
                           "event",
                           "event kind=",
                           "event kind=role count=0",
                           "event kind=role term>4",
                           "event kind=role =4",
                           "event kind=role term=",
                           "event kind=role group=n",
                           "event node=n1",
                           "commit >= 99999999999999999999"}) {
    EXPECT_FALSE(parse_pattern(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace windtunnel::faults
