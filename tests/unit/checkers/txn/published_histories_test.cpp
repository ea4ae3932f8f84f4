// Histories that others have published with their checkers, rebuilt from what they say of them, and
// large ones made as they make theirs. What each level says follows from its definition.
#include <windtunnel/checkers/txn/check.h>

#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/txn/transactions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::checkers {
namespace {

using test::history_of;
using test::Txn;
using Txns = std::vector<Txn>;
using Levels = std::vector<std::string_view>;

const Levels kPlain{"read-committed", "read-atomic",        "causal",
                    "prefix",         "snapshot-isolation", "serializable"};
const Levels kSessions{"strong-session-read-committed", "strong-session-read-atomic",
                       "strong-session-causal", "strong-session-snapshot-isolation",
                       "strong-session-serializable"};

// The weakest level of either kind that forbids it; empty where all of them allow it.
struct Published {
  const char* name;
  Txns txns;
  std::string_view plain;
  std::string_view sessions;
};

// Plume's patterns (Liu et al., OOPSLA 2024), which IsoVista counts. It holds what a transaction
// does not see of its own against read committed, too; here the level begins with others' writes.
const std::vector<Published> kPatterns{
    {"a: thin air", {{0, "ok", "[[:r x 7]]"}}, kPlain[0], kSessions[0]},
    {"b: aborted read",
     {{0, "fail", "[[:w x 1]]"}, {1, "ok", "[[:r x 1]]"}},
     kPlain[0],
     kSessions[0]},
    {"c: future read", {{0, "ok", "[[:r x 1] [:w x 1]]"}}, kPlain[0], kSessions[0]},
    {"d: not my own write",
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:w x 2] [:r x 1]]"}},
     kPlain[1],
     kSessions[1]},
    {"e: not my last write", {{0, "ok", "[[:w x 1] [:w x 2] [:r x 1]]"}}, kPlain[1], kSessions[1]},
    {"f: intermediate read",
     {{0, "ok", "[[:w x 1] [:w x 2]]"}, {1, "ok", "[[:r x 1]]"}},
     kPlain[0],
     kSessions[0]},
    {"g: a circle of causes",
     {{0, "ok", "[[:r y 1] [:w x 1]]"}, {1, "ok", "[[:r x 1] [:w y 1]]"}},
     kPlain[0],
     kSessions[0]},
    {"g: a circle with the order of sessions",
     {{0, "ok", "[[:r y 1]]"},
      {0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1]]"},
      {1, "ok", "[[:w y 1]]"}},
     "",
     kSessions[0]},
    {"h: a later read sees what a cause had overwritten",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2] [:w y 1]]"},
      {2, "ok", "[[:r y 1] [:r x 1]]"}},
     kPlain[0],
     kSessions[0]},
    {"i: two readers go back, each from the other's",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:w x 2] [:w y 2]]"},
      {2, "ok", "[[:r y 2] [:r x 1]]"},
      {3, "ok", "[[:r y 1] [:r x 2]]"}},
     kPlain[0],
     kSessions[0]},
    {"j: a read that is not repeatable",
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:w x 2]]"}, {2, "ok", "[[:r x 1] [:r x 2]]"}},
     kPlain[1],
     kSessions[1]},
    {"k: fractured by a cause",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2] [:w y 1]]"},
      {2, "ok", "[[:r x 1] [:r y 1]]"}},
     kPlain[1],
     kSessions[1]},
    {"l: fractured twice, each against the other",
     {{0, "ok", "[[:w x 1] [:w z 1]]"},
      {1, "ok", "[[:w x 2] [:w y 1]]"},
      {2, "ok", "[[:r x 1] [:r y 1]]"},
      {3, "ok", "[[:r x 2] [:r z 1]]"}},
     kPlain[1],
     kSessions[1]},
    {"m: overwritten by a cause of a cause",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2]]"},
      {2, "ok", "[[:r x 2] [:w y 1]]"},
      {3, "ok", "[[:r y 1] [:r x 1]]"}},
     kPlain[2],
     kSessions[2]},
    {"n: overwritten twice, each by the other",
     {{0, "ok", "[[:w x 1] [:w a 1]]"},
      {1, "ok", "[[:w x 2] [:w b 1]]"},
      {2, "ok", "[[:r a 1] [:w c 1]]"},
      {3, "ok", "[[:r b 1] [:w d 1]]"},
      {4, "ok", "[[:r d 1] [:r x 1]]"},
      {5, "ok", "[[:r c 1] [:r x 2]]"}},
     kPlain[2],
     kSessions[2]},
};

// What was found in databases, with the keys and values of the reports.
const std::vector<Published> kFound{
    // codership/galera issue 609.
    {"Galera loses sight of a transaction that it has shown",
     {{2, "ok", "[[:w 1 2272]]"},
      {4, "ok", "[[:r 1 2272] [:w 0 6211] [:w 1 6212]]"},
      {2, "ok", "[[:r 1 2272] [:r 0 6211]]"}},
     kPlain[1],
     kSessions[1]},
    // Huang et al. (PolySI), VLDB 2023, section 5.2.
    {"Galera loses an update",
     {{0, "ok", "[[:w 10 4]]"},
      {1, "ok", "[[:r 10 4] [:w 10 5]]"},
      {2, "ok", "[[:r 10 4] [:w 10 13]]"}},
     kPlain[4],
     kSessions[3]},
    // dgraph-io/dgraph issue 8146.
    {"Dgraph shows a value that was overwritten by what it shows beside it",
     {{0, "ok", "[[:w 19 3]]"},
      {0, "ok", "[[:w 10 3]]"},
      {1, "ok", "[[:r 10 3]]"},
      {1, "ok", "[[:w 0 22] [:w 19 25]]"},
      {0, "ok", "[[:r 0 22] [:r 19 3]]"}},
     "",
     kSessions[0]},
    // IsoVista's example of a bug of Dgraph's: the overwriting transaction is a step further back.
    {"Dgraph shows a value that was overwritten before a cause of the read",
     {{0, "ok", "[[:w 378 1] [:w 5 1]]"},
      {1, "ok", "[[:r 5 1] [:w 378 2]]"},
      {1, "ok", "[[:w 6 1]]"},
      {2, "ok", "[[:r 6 1] [:r 378 1]]"}},
     "",
     kSessions[2]},
    // As PolySI has it of YugabyteDB.
    {"YugabyteDB shows an effect without its cause",
     {{0, "ok", "[[:w 1 1]]"},
      {0, "ok", "[[:r 1 1] [:w 1 2]]"},
      {0, "ok", "[[:w 2 1]]"},
      {1, "ok", "[[:r 2 1]]"},
      {1, "ok", "[[:r 1 1]]"}},
     "",
     kSessions[2]},
};

// The kinds that the tests of the checkers have: of dbcop and PolySI, and of AWDIT after Biswas &
// Enea (OOPSLA 2019, figure 2).
const std::vector<Published> kTested{
    {"dbcop: all is seen",
     {{0, "ok", "[[:w x 1] [:w y 1]]"}, {1, "ok", "[[:r x 1] [:r y 1]]"}},
     "",
     ""},
    {"dbcop: a chain",
     {{0, "ok", "[[:w x 1]]"}, {1, "ok", "[[:r x 1] [:w y 2]]"}, {2, "ok", "[[:r y 2]]"}},
     "",
     ""},
    {"dbcop: a read of what its own causes are after",
     {{0, "ok", "[[:w x 2] [:w y 1]]"},
      {1, "ok", "[[:w x 3] [:r y 1]]"},
      {2, "ok", "[[:r x 3] [:r x 2]]"}},
     kPlain[0],
     kSessions[0]},
    {"dbcop: a part of a transaction",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r y 1] [:w x 2] [:w z 1]]"},
      {2, "ok", "[[:r x 1] [:r z 1]]"}},
     kPlain[1],
     kSessions[1]},
    {"dbcop: the session reads back",
     {{0, "ok", "[[:w x 1]]"},
      {0, "ok", "[[:w x 2]]"},
      {1, "ok", "[[:r x 2]]"},
      {1, "ok", "[[:r x 1]]"}},
     "",
     kSessions[2]},
    {"dbcop: a long chain of causes",
     {{0, "ok", "[[:w x 1] [:w a 1]]"},
      {1, "ok", "[[:r x 1] [:w y 1]]"},
      {2, "ok", "[[:r y 1] [:w z 1]]"},
      {3, "ok", "[[:r z 1] [:w a 2]]"},
      {4, "ok", "[[:r a 2] [:w p 1]]"},
      {5, "ok", "[[:r p 1] [:w q 1]]"},
      {6, "ok", "[[:r q 1] [:r a 1]]"}},
     kPlain[2],
     kSessions[2]},
    {"dbcop: write skew",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:w y 2]]"},
      {2, "ok", "[[:r y 1] [:w x 2]]"}},
     kPlain[5],
     kSessions[4]},
    {"PolySI: the order of a session turned round",
     {{0, "ok", "[[:w x 1]]"}, {0, "ok", "[[:w x 2] [:w y 2]]"}, {1, "ok", "[[:r y 2] [:r x 1]]"}},
     "",
     kSessions[0]},
    {"PolySI: the session's own write is gone",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:w y 2]]"},
      {1, "ok", "[[:r x 1] [:r y 1]]"}},
     "",
     kSessions[1]},
    {"PolySI: causal",
     {{0, "ok", "[[:w x 1]]"},
      {1, "ok", "[[:r x 2] [:w y 1]]"},
      {2, "ok", "[[:r x 1] [:w x 2]]"},
      {3, "ok", "[[:r x 1] [:r y 1]]"}},
     kPlain[2],
     kSessions[2]},
    {"PolySI: prefix",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:w x 2]]"},
      {2, "ok", "[[:r x 2] [:r y 1]]"},
      {3, "ok", "[[:r y 1] [:w y 2]]"},
      {4, "ok", "[[:r y 2] [:r x 1]]"}},
     kPlain[3],
     kSessions[3]},
    {"PolySI: write skew after reads of both",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:r x 1] [:r y 1] [:w x 2]]"},
      {2, "ok", "[[:r x 1] [:r y 1] [:w y 2]]"}},
     kPlain[5],
     kSessions[4]},
    {"AWDIT: read committed and no more",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:w x 2] [:w y 2]]"},
      {2, "ok", "[[:w z 2]]"},
      {3, "ok", "[[:r x 1] [:r y 2] [:r z 2]]"}},
     kPlain[1],
     kSessions[1]},
    {"AWDIT: read atomic and no more",
     {{0, "ok", "[[:w x 1]]"},
      {0, "ok", "[[:w x 2]]"},
      {1, "ok", "[[:r x 2] [:w y 1]]"},
      {2, "ok", "[[:r x 1] [:r y 1]]"}},
     "",
     kSessions[2]},
    {"AWDIT: a fork in the sessions of the writers",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:w x 2]]"},
      {1, "ok", "[[:r x 2] [:r y 1]]"},
      {2, "ok", "[[:w y 2]]"},
      {2, "ok", "[[:r y 2] [:r x 1]]"}},
     kPlain[3],
     kSessions[3]},
    {"AWDIT: serializable",
     {{0, "ok", "[[:w x 1] [:w y 1]]"},
      {1, "ok", "[[:w x 2]]"},
      {2, "ok", "[[:r x 2]]"},
      {2, "ok", "[[:r y 1]]"}},
     "",
     ""},
};

Decision decided(const History& history, std::string_view level) {
  return check_isolation(history, DataType::rw_register, level).verdict.decision;
}

// Each level allows the history but for `forbidden` and what is stronger.
void expect_from(const Published& one, const Levels& levels, std::string_view forbidden) {
  const History history = history_of(one.txns);
  bool holds = true;
  for (const std::string_view level : levels) {
    holds = holds && level != forbidden;
    EXPECT_EQ(decided(history, level), holds ? Decision::ok : Decision::violated)
        << one.name << ": " << level;
  }
}

TEST(PublishedHistories, HaveTheirVerdictsAtEveryLevel) {
  for (const auto* const all : {&kPatterns, &kFound, &kTested}) {
    for (const Published& one : *all) {
      expect_from(one, kPlain, one.plain);
      expect_from(one, kSessions, one.sessions);
    }
  }
}

// Registers under snapshot isolation: a transaction reads as of its beginning, up to four commits
// ago, where nobody has since committed a write of a key that it writes.
class Snapshots : public test::GeneratedTransactions {
 public:
  Snapshots() : GeneratedTransactions("w") {}
  Value apply(const test::GeneratedCall& call) {
    std::uint64_t begin = commits_ - std::min(commits_, delays_.below(5));
    for (const Value& access : call.argument.items()) {
      const auto& versions = at(versions_, static_cast<std::size_t>(access.items()[1].integer()));
      const bool writes = access.items()[0].text() == "w";
      if (writes && !versions.empty()) begin = std::max(begin, versions.back().first);
    }
    ++commits_;
    return carry_out(
        call,
        [this](std::size_t key, const Value& value) {
          at(versions_, key).emplace_back(commits_, value);
        },
        [this, begin](std::size_t key) {
          const auto& versions = at(versions_, key);
          for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
            const bool own = version->first == commits_;
            if (own || version->first <= begin) return version->second;
          }
          return Value();
        });
  }

 private:
  test::Stream delays_{4};
  std::uint64_t commits_ = 0;
  std::vector<std::vector<std::pair<std::uint64_t, Value>>> versions_;  // by key
};

struct Large {
  const char* name;
  History history;
  std::string_view forbidden;  // as above; the weakest of them
};

TEST(PublishedHistories, LargeOnesHaveThoseOfWhatIsPlantedInThem) {
  const auto of = [](auto object) { return test::generate({20, 2000, 3, 0}, std::move(object)); };
  const History serial = of(test::GeneratedRegisters{});
  const History snapshots = of(Snapshots{});
  const auto planted = [](const History& around, const std::vector<std::string>& values) {
    return test::with_in_the_middle(around, test::open_transactions(values));
  };
  const std::vector<std::string> lost_update{"[[:w p 1]]", "[[:r p 1] [:w p 2]]",
                                             "[[:r p 1] [:w p 3]]"};
  const std::vector<std::string> causality{"[[:w p 1]]", "[[:r p 1] [:w p 2]]",
                                           "[[:r p 2] [:w q 1]]", "[[:r q 1] [:r p 1]]"};
  const std::vector<std::string> fractured{"[[:w p 1]]", "[[:r p 1] [:w p 2] [:w q 1]]",
                                           "[[:r p 1] [:r q 1]]"};
  const std::vector<std::string> lost_sight{"[[:w p 1]]", "[[:r p 1] [:w p 2] [:w q 1]]",
                                            "[[:r q 1] [:r p 1]]"};
  const Large all[] = {
      {"serial", serial, ""},
      {"serial and a write skew", test::with_in_the_middle(serial, test::write_skew()), kPlain[5]},
      {"snapshots", snapshots, kPlain[5]},
      {"snapshots and a lost update", planted(snapshots, lost_update), kPlain[4]},
      {"snapshots and a long fork", test::with_in_the_middle(snapshots, test::long_fork()),
       kPlain[3]},
      {"snapshots and an effect without its cause", planted(snapshots, causality), kPlain[2]},
      {"serial and a fractured read", planted(serial, fractured), kPlain[1]},
      {"serial and a transaction out of sight", planted(serial, lost_sight), kPlain[0]},
  };
  for (const Large& one : all) {
    bool holds = true;
    for (const std::string_view level : kPlain) {
      holds = holds && level != one.forbidden;
      const IsolationReport report = check_isolation(one.history, DataType::rw_register, level);
      EXPECT_EQ(report.verdict.decision, holds ? Decision::ok : Decision::violated)
          << one.name << ": " << level << " " << report.verdict.reason;
      EXPECT_TRUE(holds || report.verdict.witness.rechecked) << one.name << ": " << level;
    }
  }
  EXPECT_EQ(decided(serial, "strict-serializable"), Decision::ok);
}

}  // namespace
}  // namespace windtunnel::checkers
