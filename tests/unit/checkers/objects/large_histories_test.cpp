// Histories that exhaust other checkers, with a planted defect: decided, with a small witness. How
// long that takes is what tests/bench measures.
#include <windtunnel/checkers/objects/linearizable.h>
#include <windtunnel/checkers/objects/linearization.h>
#include <windtunnel/checkers/objects/wgl.h>
#include "tests/unit/checkers/generated.h"

#include <gtest/gtest.h>

namespace windtunnel::checkers {
namespace {

using test::generate;
using test::Shape;

Verdict check(const History& history, std::string_view model) {
  return check_linearizable(history, *parse_model(model, std::nullopt));
}

// The history with the result of its last read of something replaced by that of the first.
History with_stale_read(const History& history) {
  History stale;
  Value first;
  std::size_t last = 0;
  const std::vector<Event>& events = history.events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Event& event = events[i];
    if (event.type != EventType::ok || event.f != "read" || event.value.is_nil()) continue;
    if (first.is_nil()) first = event.value;
    last = i;
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    Event event = events[i];
    if (i == last) event.value = first;
    EXPECT_FALSE(stale.add(std::move(event)).has_value());
  }
  return stale;
}

TEST(LargeHistories, AStaleReadAmongUniqueWritesHasAWitnessOfAtMostFourOperations) {
  const History good = generate({50, 50'000, 7, 10}, test::GeneratedRegister{});
  EXPECT_EQ(check(good, "register").decision, Decision::ok);
  const Verdict verdict = check(with_stale_read(good), "register");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.algorithm, "zones");
  EXPECT_LE(verdict.witness.operations.size(), 4U);
  EXPECT_TRUE(verdict.witness.minimised);
  EXPECT_TRUE(verdict.witness.rechecked);
}

TEST(LargeHistories, UniqueWritesHaveALinearization) {
  const History good = generate({50, 20'000, 7, 10}, test::GeneratedRegister{});
  const auto orders = linearize(good, *parse_model("register", std::nullopt));
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_TRUE(orders.front().found);
  Limits limits;
  limits.max_configurations = 1000;
  const History stale = with_stale_read(good);
  const auto none = linearize(stale, *parse_model("register", std::nullopt), limits);
  EXPECT_FALSE(none.front().found);
}

TEST(LargeHistories, EveryKeyIsDecidedThoughOneLostAnAppend) {
  test::GeneratedKv kv;
  kv.lost = 500;
  const Verdict verdict = check(generate({50, 2000, 3, 0}, kv), "kv");
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.objects_violated, 1U);
  EXPECT_EQ(verdict.objects_ok, 9U);
  EXPECT_EQ(verdict.objects_unknown, 0U);
  EXPECT_FALSE(verdict.witness.operations.empty());
  EXPECT_FALSE(verdict.witness.key.empty());
}

TEST(LargeHistories, EachViolatedKeyHasItsWitness) {
  History history;
  for (const char* key : {"a", "b", "c"}) {
    for (const EventType type : {EventType::invoke, EventType::ok}) {
      Event event;
      event.type = type;
      event.process = 0;
      event.f = "get";
      event.extra = Value(Value::Kind::map, {Value::keyword("key"), key});
      if (type == EventType::ok && key[0] != 'b') event.value = "never put";
      EXPECT_FALSE(history.add(std::move(event)).has_value());
    }
  }
  const Verdict verdict = check(history, "kv");
  EXPECT_EQ(verdict.objects_violated, 2U);
  EXPECT_EQ(verdict.witness.key, "\"a\"");
  ASSERT_EQ(verdict.further.size(), 1U);
  EXPECT_EQ(verdict.further.front().key, "\"c\"");
}

TEST(LargeHistories, ContainersOfManyValuesAreDecidedByTheirOrder) {
  test::GeneratedQueue stack;
  stack.stack = true;
  const Verdict good = check(generate({20, 20'000, 5, 0}, stack), "stack");
  EXPECT_EQ(good.decision, Decision::ok);
  EXPECT_EQ(good.algorithm, "stack-nesting");
  const Verdict queue = check(generate({20, 20'000, 5, 0}, test::GeneratedQueue{}), "fifo-queue");
  EXPECT_EQ(queue.decision, Decision::ok);
  EXPECT_EQ(queue.algorithm, "queue-order");
  const Verdict priority =
      check(generate({20, 20'000, 5, 0}, test::GeneratedPriorityQueue{}), "priority-queue");
  EXPECT_EQ(priority.decision, Decision::ok);
  EXPECT_EQ(priority.algorithm, "priority-order");
  const Verdict set = check(generate({20, 20'000, 5, 0}, test::GeneratedSet{}), "set");
  EXPECT_EQ(set.decision, Decision::ok);
  EXPECT_EQ(set.algorithm, "set-order");
}

// With a bound that lets no search begin: the order comes from what decided.
void expect_order(const History& history, std::string_view model, const Limits& limits) {
  const auto spec = parse_model(model, std::nullopt);
  const auto orders = linearize(history, *spec, limits);
  EXPECT_FALSE(orders.empty());
  for (const Linearization& order : orders) EXPECT_TRUE(order.found) << model << " " << order.key;
}

TEST(LargeHistories, WhatIsDecidedFastIsOrderedFast) {
  Limits limits;
  limits.max_configurations = 1;
  const Shape shape{20, 20'000, 5, 0};
  test::GeneratedQueue stack;
  stack.stack = true;
  expect_order(generate(shape, stack), "stack", limits);
  expect_order(generate(shape, test::GeneratedQueue{}), "fifo-queue", limits);
  expect_order(generate(shape, test::GeneratedPriorityQueue{}), "priority-queue", limits);
  expect_order(generate(shape, test::GeneratedSet{}), "set", limits);
  test::GeneratedKv kv;
  kv.keys = 100;
  expect_order(generate({20, 20'000, 5, 10}, kv), "kv", limits);
}

TEST(LargeHistories, WhatTheSweepDecidesItOrdersToo) {
  test::GeneratedRegister few;
  few.values = 5;
  Limits limits;
  limits.max_configurations = 200'000;
  const History history = generate({20, 2000, 11, 5}, few);
  const auto objects = objects_of(history, *parse_model("register", std::nullopt));
  const Object& object = objects->front();
  EXPECT_EQ(check_wgl(object.problem, *object.machine, limits).decision, Decision::unknown);
  expect_order(history, "register", limits);
}

}  // namespace
}  // namespace windtunnel::checkers
