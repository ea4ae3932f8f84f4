// Histories with many operations whose end is not known.
#include <windtunnel/checkers/objects/linearization.h>

#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/histories.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A register with five values and ten clients that behaves; of a thousand operations 199 time out,
// half of which took place.
History timeouts(std::uint64_t operations, bool swaps, std::uint64_t per_mille = 199) {
  test::Shape shape;
  shape.operations = operations;
  shape.info_per_mille = per_mille;
  if (swaps) return generate(shape, test::GeneratedSwaps{});
  test::GeneratedRegister writes;
  writes.values = 5;
  return generate(shape, writes);
}
Verdict check_swaps(const History& history, const Limits& limits = {}) {
  return check_linearizable(history, usual_spec(Model::cas_reg), limits);
}

TEST(Timeouts, AFifthOfAThousandOperationsIsDecidedInLittleWork) {
  for (const bool swaps : {false, true}) {
    const Verdict verdict = check_swaps(timeouts(1000, swaps));
    EXPECT_EQ(verdict.decision, Decision::ok) << swaps;
    EXPECT_LT(verdict.work, kWorkPerSecond) << swaps;
  }
}

TEST(Timeouts, FourTimesAsManyAreDecidedTooWithinASecondOfWork) {
  const Verdict many = check_swaps(timeouts(4000, false));
  EXPECT_EQ(many.decision, Decision::ok);
  EXPECT_LT(many.work, kWorkPerSecond);
}

TEST(Timeouts, WhatWasDecidedNarrowlyHasAnOrder) {
  const auto orders = linearize(timeouts(400, true), usual_spec(Model::cas_reg));
  ASSERT_THAT(orders, SizeIs(1));
  EXPECT_TRUE(orders[0].found);
}

// Whatever the others did, and how often.
TEST(Timeouts, AValueThatNobodyWroteIsRefusedWithoutASearch) {
  History history = timeouts(800, true);
  for (const EventType type : {EventType::invoke, EventType::ok}) {
    Event event;
    event.type = type;
    event.process = 1'000'000;
    event.f = "read";
    if (type == EventType::ok) event.value = 77;
    ASSERT_EQ(history.add(std::move(event)), std::nullopt);
  }
  const Verdict verdict = check_swaps(history);
  EXPECT_EQ(verdict.decision, Decision::violated);
  EXPECT_LT(verdict.work, kWorkPerSecond);
}

TEST(Timeouts, ABoundTellsWhatIsKnown) {
  const History history = timeouts(1000, true);
  Limits limits;
  limits.max_work = 20'000;
  const Verdict verdict = check_swaps(history, limits);
  EXPECT_EQ(verdict.decision, Decision::unknown);
  EXPECT_EQ(verdict.reason, "the bound of work was reached");
  ASSERT_THAT(verdict.open, SizeIs(1));
  EXPECT_GT(verdict.open[0].explained, 0U);
  EXPECT_LT(verdict.open[0].explained, verdict.open[0].returned);
  EXPECT_THAT(verdict.open[0].next, HasSubstr("process "));
  EXPECT_THAT(explanation_text(verdict), HasSubstr("have a legal order; none was found that goes"));
  EXPECT_EQ(check_swaps(history, limits).work, verdict.work);
  EXPECT_THAT(check_swaps(history).open, IsEmpty());
}

}  // namespace
}  // namespace windtunnel::checkers
