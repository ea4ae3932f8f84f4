// Patterns over the words of two services: `n` of two Raft groups, `t` with words of its own.
#include <windtunnel/faults/plan/watch.h>

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/raft/words.h>

#include <gtest/gtest.h>

namespace windtunnel::faults {
namespace {

enum class Word : std::uint16_t { prepared = 1000, decided, end };
constexpr ObservationWord kTable[] = {
    {observed(Word::prepared),
     "prepared",
     "prepares transaction {txn} with {peer}",
     {{{"txn", FieldType::number, "txn"},
       {"peer", FieldType::node},
       {"how long", FieldType::duration}}}},
    {observed(Word::decided),
     "decided",
     "decides transaction {txn}: {commit}",
     {{{"txn"}, {"commit", FieldType::truth}}}},
};
constexpr Counter kNumbers[] = {{"txn", observed(Word::prepared), Strip::line}};
constexpr RoleWord kRoles[] = {{"coordinator", '*', true}, {"participant", '-'}};
constexpr ProtocolWords kWords{kTable, kNumbers, kRoles};
static_assert(flaw_of(kWords, Word::prepared, Word::end) == "");

const std::vector<NodeName> kNodes = {
    {"n1", "n"}, {"n2", "n"}, {"t1", "t"}, {"t2", "t"}, {"c1", "c", true}};

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    dictionary_.add("n", "raft-kv", 2, raft::kWords);
    dictionary_.add("t", "two-phase", 1, kWords);
  }

  Watch watch(const std::string& text) {
    const std::optional<Pattern> pattern = parse_pattern(text);
    EXPECT_TRUE(pattern.has_value()) << text;
    flaw_.reset();
    return Watch::make(pattern.value_or(Pattern{}), dictionary_, kNodes, flaw_);
  }
  std::string flaw(const std::string& text) {
    watch(text);
    return flaw_ ? flaw_->message : "";
  }

  template <class Kind>
  static Record seen(std::uint32_t node, std::uint32_t group, Kind kind, std::uint64_t a,
                     std::uint64_t b = 0) {
    Record record;
    record.kind = windtunnel::kind_of(observed(kind));
    record.node = NodeId{node};
    record.group = GroupId{group};
    record.a = a;
    record.b = b;
    return record;
  }

  Dictionary dictionary_;
  std::optional<PatternFlaw> flaw_;
};

constexpr std::uint64_t kLeader = 3;

TEST_F(WatchTest, LeaderIsWhoTakesALeadingRole) {
  EXPECT_TRUE(watch("leader elected").matches(seen(0, 0, raft::Word::role, kLeader)));
  EXPECT_FALSE(watch("leader elected").matches(seen(0, 0, raft::Word::role, 0)));
  EXPECT_FALSE(watch("leader elected").matches(seen(0, 0, raft::Word::commit, kLeader)));
  EXPECT_TRUE(watch("leader(n1)").matches(seen(0, 1, raft::Word::role, kLeader)));
  EXPECT_FALSE(watch("leader(n1)").matches(seen(1, 1, raft::Word::role, kLeader)));
  // Another protocol numbers its roles otherwise.
  EXPECT_TRUE(watch("leader(t)").matches(seen(2, 2, raft::Word::role, 0)));
  EXPECT_FALSE(watch("leader(t)").matches(seen(2, 2, raft::Word::role, 1)));
}

TEST_F(WatchTest, AGroupIsOneOfThoseOfItsNodes) {
  const Watch leader = watch("leader(n/1)");
  EXPECT_TRUE(leader.matches(seen(0, 1, raft::Word::role, kLeader)));
  EXPECT_TRUE(leader.matches(seen(1, 1, raft::Word::role, kLeader)));
  EXPECT_FALSE(leader.matches(seen(0, 0, raft::Word::role, kLeader)));
  const Watch commit = watch("commit(n1/1) >= 10");
  EXPECT_TRUE(commit.matches(seen(0, 1, raft::Word::commit, 10)));
  EXPECT_FALSE(commit.matches(seen(0, 0, raft::Word::commit, 10)));
  EXPECT_FALSE(commit.matches(seen(1, 1, raft::Word::commit, 10)));
  EXPECT_EQ(flaw("leader(n/2)"), "the nodes 'n' form 2 group(s), numbered from 0");
}

TEST_F(WatchTest, CountersMatchFromTheirThresholdOn) {
  const Watch commit = watch("commit >= 10");
  EXPECT_FALSE(commit.matches(seen(0, 0, raft::Word::commit, 9)));
  EXPECT_TRUE(commit.matches(seen(0, 0, raft::Word::commit, 10)));
  EXPECT_TRUE(commit.matches(seen(1, 1, raft::Word::commit, 11)));
  EXPECT_TRUE(watch("txn(t1) >= 2").matches(seen(2, 2, Word::prepared, 2)));
}

TEST_F(WatchTest, EveryFieldOfAWordCanBeAskedFor) {
  const Watch watched = watch("event kind=prepared node=t1 txn=7 peer=t2 how-long>=5");
  Record record = seen(2, 2, Word::prepared, 7, 3);
  EXPECT_FALSE(watched.matches(record));
  record.c = 5;
  EXPECT_TRUE(watched.matches(record));
  record.a = 8;
  EXPECT_FALSE(watched.matches(record));
  EXPECT_TRUE(watch("event kind=decided commit=no").matches(seen(3, 2, Word::decided, 7, 0)));
  EXPECT_FALSE(watch("event kind=decided commit=no").matches(seen(3, 2, Word::decided, 7, 1)));
  EXPECT_TRUE(watch("event kind=role role=participant").matches(seen(3, 2, raft::Word::role, 1)));
  Record mark = seen(0, 0, ObservationKind::mark, hash_text("raft.quorum-lost"));
  EXPECT_TRUE(watch("event kind=mark mark=raft.quorum-lost").matches(mark));
}

// B3: the two tables of kinds ended before the last one.
TEST_F(WatchTest, EveryWordOfAProtocolIsKnown) {
  for (const ObservationWord& word : dictionary_.services()[0].words) {
    EXPECT_EQ(flaw("event kind=" + std::string(word.name)), "");
  }
  EXPECT_EQ(flaw("event kind=snapshot-extent"), "");
}

TEST_F(WatchTest, SaysWhatIsNotKnown) {
  EXPECT_EQ(flaw("event kind=prepare"), "no service here has a word 'prepare'");
  EXPECT_EQ(flaw("event kind=prepared node=n1"), "no service here has a word 'prepared'");
  EXPECT_EQ(flaw("event kind=prepared tnx=7"), "'prepared' has no field 'tnx'");
  EXPECT_EQ(flaw("event kind=decided commit=perhaps"),
            "'perhaps' is no value of the field 'commit' of 'decided'");
  EXPECT_EQ(flaw("event kind=mark mark=raft.quorum-last"),
            "'raft.quorum-last' is no value of the field 'mark' of 'mark'");
  EXPECT_EQ(flaw("comit >= 3"), "no service here counts 'comit'");
  EXPECT_EQ(flaw("event kind=prepared txn=7"), "");
}

// The words of one protocol are not those of another that has the same numbers.
TEST_F(WatchTest, AGroupSaysWhoseWordANumberIs) {
  EXPECT_FALSE(watch("event kind=commit").matches(seen(2, 2, raft::Word::commit, 10)));
  EXPECT_FALSE(watch("event kind=prepared").matches(seen(0, 0, Word::prepared, 7)));
}

}  // namespace
}  // namespace windtunnel::faults
