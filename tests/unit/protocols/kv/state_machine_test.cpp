#include <windtunnel/protocols/kv/state_machine.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace windtunnel::kv {
namespace {

Bytes bytes_of(const Command& command) {
  Bytes bytes;
  encode(command, bytes);
  return bytes;
}

Bytes open_session() {
  Command command;
  command.op = Op::open_session;
  return bytes_of(command);
}

Bytes write(Op op, SessionId session, std::uint64_t sequence, std::string_view key,
            std::string_view value) {
  Command command;
  command.op = op;
  command.session = session;
  command.sequence = sequence;
  command.key = key;
  command.value = value;
  return bytes_of(command);
}

Bytes snapshot_of(const StateMachine& machine) {
  Bytes bytes;
  machine.encode_snapshot(bytes);
  return bytes;
}

TEST(KvStateMachine, AWriteInTheLogTwiceTakesEffectOnce) {
  StateMachine machine;
  machine.apply(1, open_session());
  const Applied first = machine.apply(2, write(Op::append, 1, 1, "k", "a"));
  const Applied again = machine.apply(3, write(Op::append, 1, 1, "k", "a"));
  EXPECT_TRUE(first.effect);
  EXPECT_FALSE(again.effect);
  EXPECT_EQ(again.status, Status::ok);
  EXPECT_EQ(machine.get("k"), "a");
}

TEST(KvStateMachine, ARetryGetsTheFirstAnswer) {
  StateMachine machine;
  machine.apply(1, open_session());
  Command cas;
  cas.op = Op::cas;
  cas.session = 1;
  cas.sequence = 1;
  cas.key = "k";
  cas.value = "1";
  EXPECT_EQ(machine.apply(2, bytes_of(cas)).status, Status::ok);
  EXPECT_EQ(machine.apply(3, bytes_of(cas)).status, Status::ok) << "now the key is set";
}

TEST(KvStateMachine, AnOlderWriteOfTheSessionHasNoEffect) {
  StateMachine machine;
  machine.apply(1, open_session());
  machine.apply(2, write(Op::put, 1, 2, "k", "new"));
  EXPECT_EQ(machine.apply(3, write(Op::put, 1, 1, "k", "old")).status, Status::stale);
  EXPECT_EQ(machine.get("k"), "new");
}

TEST(KvStateMachine, AWriteWithoutASessionHasNoEffect) {
  StateMachine machine;
  EXPECT_EQ(machine.apply(1, write(Op::put, 9, 1, "k", "v")).status, Status::session_unknown);
  EXPECT_EQ(machine.get("k"), std::nullopt);
}

TEST(KvStateMachine, CasComparesWithWhatIsThere) {
  StateMachine machine;
  machine.apply(1, open_session());
  Command cas;
  cas.op = Op::cas;
  cas.session = 1;
  cas.sequence = 1;
  cas.value = "2";
  cas.expected = "1";
  EXPECT_EQ(machine.apply(2, bytes_of(cas)).status, Status::mismatch) << "unset is not \"1\"";
  machine.apply(3, write(Op::put, 1, 2, "", "1"));
  cas.sequence = 3;
  EXPECT_EQ(machine.apply(4, bytes_of(cas)).status, Status::ok);
  EXPECT_EQ(machine.get(""), "2");
}

TEST(KvStateMachine, TheSessionUnusedForLongestExpires) {
  StateMachine machine(2);
  machine.apply(1, open_session());
  machine.apply(2, open_session());
  machine.apply(3, write(Op::put, 1, 1, "k", "v"));
  machine.apply(4, open_session());
  EXPECT_EQ(machine.sessions(), 2U);
  EXPECT_EQ(machine.apply(5, write(Op::put, 2, 1, "k", "w")).status, Status::session_unknown);
  EXPECT_EQ(machine.apply(6, write(Op::put, 1, 2, "k", "x")).status, Status::ok);
}

TEST(KvStateMachine, DigestForgetsWhatIsDeletedAndTheOrderOfKeys) {
  StateMachine a;
  StateMachine b;
  for (StateMachine* machine : {&a, &b}) machine->apply(1, open_session());
  a.apply(2, write(Op::put, 1, 1, "x", "1"));
  a.apply(3, write(Op::put, 1, 2, "y", "2"));
  b.apply(2, write(Op::put, 1, 1, "y", "2"));
  EXPECT_NE(a.digest(), b.digest());
  b.apply(3, write(Op::put, 1, 2, "x", "1"));
  EXPECT_EQ(a.digest(), b.digest());
  a.apply(4, write(Op::put, 1, 3, "z", "3"));
  a.apply(5, write(Op::remove, 1, 4, "z", ""));
  b.apply(4, write(Op::put, 1, 3, "x", "1"));
  b.apply(5, write(Op::put, 1, 4, "x", "1"));
  EXPECT_EQ(a.digest(), b.digest());
}

TEST(KvStateMachine, DigestSeesTheSessions) {
  StateMachine a;
  a.apply(1, open_session());
  a.apply(2, write(Op::put, 1, 1, "x", "1"));
  StateMachine b = a;
  b.apply(3, write(Op::put, 1, 2, "x", "1"));
  EXPECT_NE(a.digest(), b.digest()) << "same keys, another last sequence";
}

TEST(KvStateMachine, SnapshotKeepsTheSessions) {
  StateMachine machine;
  machine.apply(1, open_session());
  machine.apply(2, write(Op::append, 1, 1, "k", "a"));
  StateMachine restored;
  ASSERT_TRUE(restored.restore(snapshot_of(machine)));
  EXPECT_EQ(restored, machine);
  EXPECT_FALSE(restored.apply(3, write(Op::append, 1, 1, "k", "a")).effect);
  EXPECT_EQ(restored.get("k"), "a");
}

TEST(KvStateMachine, ADamagedSnapshotIsRefusedAtEveryByte) {
  StateMachine machine;
  machine.apply(1, open_session());
  machine.apply(2, write(Op::put, 1, 1, "key", "value"));
  const Bytes good = snapshot_of(machine);
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x10};
    StateMachine victim;
    EXPECT_FALSE(victim.restore(bad)) << "byte " << i;
    EXPECT_EQ(victim, StateMachine()) << "unchanged";
    EXPECT_FALSE(victim.restore(BytesView(good).first(i))) << "length " << i;
  }
}

TEST(KvStateMachine, AnEntryThatIsNoCommandHasNoEffect) {
  StateMachine machine;
  EXPECT_EQ(machine.apply(1, as_bytes("\xff junk")).status, Status::invalid);
  EXPECT_EQ(machine, StateMachine());
}

// The law behind snapshots: state(prefix) restored, then the suffix, is state(all).
RC_GTEST_PROP(KvStateMachineLaw, SnapshotAndSuffixEqualTheWholeLog, ()) {
  const auto choices =
      *rc::gen::container<std::vector<std::uint8_t>>(40, rc::gen::arbitrary<std::uint8_t>());
  const auto cut = *rc::gen::inRange<std::size_t>(0, choices.size());
  StateMachine whole(3);
  StateMachine parts(3);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::uint8_t choice = choices[i];
    const std::string key(1, static_cast<char>('a' + choice % 3));
    const std::string value(1 + choice % 4, 'v');
    const Op op = choice % 7 == 0 ? Op::open_session : static_cast<Op>(1 + choice % 4);
    const Bytes entry = write(op, 1 + choice % 5, 1 + choice / 16, key, value);
    whole.apply(i + 1, entry);
    parts.apply(i + 1, entry);
    if (i == cut) {
      StateMachine restored(3);
      RC_ASSERT(restored.restore(snapshot_of(parts)).has_value());
      parts = restored;
    }
  }
  RC_ASSERT(whole == parts);
}

}  // namespace
}  // namespace windtunnel::kv
