// Histories by construction: what the checkers say of them is known.
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/objects/linearizable.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>

namespace windtunnel::gen {
namespace {

using checkers::Decision;
using checkers::EventType;
using checkers::History;

HistoryOptions options_of(checkers::Model model) {
  HistoryOptions options;
  options.model = checkers::usual_spec(model);
  return options;
}

HistoryOptions some_options() {
  HistoryOptions options = options_of(*rc::gen::elementOf(checkers::all_models()));
  options.clients = *rc::gen::inRange<std::int64_t>(1, 6);
  options.keys = *rc::gen::inRange<std::int64_t>(1, 4);
  options.model.independent = *rc::gen::arbitrary<bool>();
  return options;
}

RC_GTEST_PROP(LinearizableHistories, AreLinearizable, ()) {
  const HistoryOptions options = some_options();
  const History history = *linearizable_history(options);
  const checkers::Verdict verdict = checkers::check_linearizable(history, options.model);
  if (verdict.decision != Decision::ok) RC_FAIL(checkers::explanation_text(verdict));
}

RC_GTEST_PROP(LinearizableHistories, StartAsTheyAreTold, ()) {
  HistoryOptions options;
  options.model = CounterModel{.initial = 1'000};
  const History history = *linearizable_history(options);
  const checkers::Verdict verdict = checkers::check_linearizable(history, options.model);
  RC_ASSERT(verdict.decision == Decision::ok);
}

RC_GTEST_PROP(Histories, ReadBackAsTheyWereWritten, (const History& history)) {
  const std::string text = checkers::write_history_edn(history);
  const checkers::HistoryResult read = checkers::read_history(text);
  RC_ASSERT(read.has_value() || history.events().empty());
  if (read.has_value()) RC_ASSERT(checkers::write_history_edn(*read) == text);
}

// Of each model, of 100 histories: some of each outcome, and each verdict is possible.
TEST(Histories, ReachWhatTheyAreFor) {
  for (const checkers::Model model : checkers::all_models()) {
    HistoryOptions options = options_of(model);
    options.operations = 20;
    const rc::Gen<History> gen = history(options);
    std::set<EventType> outcomes;
    std::set<Decision> decisions;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const History made = gen(rc::Random(seed), 100).value();
      EXPECT_LE(made.operations().size(), 40U);
      for (const checkers::Operation& op : made.operations()) outcomes.insert(op.outcome);
      decisions.insert(checkers::check_linearizable(made, options.model).decision);
    }
    EXPECT_THAT(outcomes,
                testing::UnorderedElementsAre(EventType::ok, EventType::fail, EventType::info));
    EXPECT_THAT(decisions, testing::IsSupersetOf({Decision::ok, Decision::violated}))
        << name_of(model);
  }
}

TEST(Histories, HaveNoInfosOrFailsWhereTheyAreOff) {
  HistoryOptions options;
  options.infos = false;
  options.fails = false;
  const rc::Gen<History> gen = linearizable_history(options);
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const History made = gen(rc::Random(seed), 100).value();
    for (const checkers::Event& event : made.events()) {
      EXPECT_TRUE(event.type == EventType::invoke || event.type == EventType::ok);
    }
  }
}

TEST(Histories, ShrinkToTheFewOperationsThatMatter) {
  const rc::Gen<History> gen = history();
  const auto fails = [](const History& made) {
    return checkers::check_linearizable(made, RegisterModel{}).decision == Decision::violated;
  };
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 100 && tried < 10; ++seed) {
    rc::Shrinkable<History> at = gen(rc::Random(seed), 100);
    if (!fails(at.value())) continue;
    ++tried;
    for (bool smaller = true; smaller;) {
      smaller = false;
      rc::Seq<rc::Shrinkable<History>> shrinks = at.shrinks();
      while (const rc::Maybe<rc::Shrinkable<History>> next = shrinks.next()) {
        if (!fails(next->value())) continue;
        at = *next;
        smaller = true;
        break;
      }
    }
    EXPECT_LE(at.value().operations().size(), 3U) << rc::toString(at.value());
  }
  EXPECT_EQ(tried, 10);
}

}  // namespace
}  // namespace windtunnel::gen
