#include <windtunnel/checkers/history/order_of_time.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using ::testing::ElementsAre;

// "a( 10": process a invokes at 10; "a) 20": it completes. A time of -1 is none.
struct Short {
  const char* what;
  std::int64_t time;
};
std::vector<Event> events_of(const std::vector<Short>& all) {
  std::vector<Event> events;
  for (const Short& each : all) {
    Event event;
    event.process = Value::keyword(std::string(1, each.what[0]));
    event.type = each.what[1] == '(' ? EventType::invoke : EventType::ok;
    event.time_ns = each.time;
    event.line = static_cast<std::uint32_t>(events.size() + 1);
    events.push_back(std::move(event));
  }
  return events;
}
std::vector<std::string> sorted(const std::vector<Short>& all) {
  std::vector<Event> events = events_of(all);
  sort_by_time(events);
  std::vector<std::string> texts;
  for (const Event& event : events) {
    texts.push_back(std::string(event.process.text()) +
                    (event.type == EventType::invoke ? "(" : ")"));
  }
  return texts;
}

TEST(OrderOfTime, SortsAndKeepsWhatHasNoTimeBehindItsNeighbour) {
  EXPECT_THAT(sorted({{"a(", 30}, {"a)", 40}, {"b(", 10}, {"b)", kNoTime}, {"c(", 20}}),
              ElementsAre("b(", "b)", "c(", "a(", "a)"));
}

TEST(OrderOfTime, WhatHappensAtOneTimeIsConcurrent) {
  EXPECT_THAT(sorted({{"a(", 10}, {"a)", 20}, {"b(", 20}, {"b)", 30}}),
              ElementsAre("a(", "b(", "a)", "b)"));
  // The order of one process stays.
  EXPECT_THAT(sorted({{"a(", 10}, {"a)", 20}, {"a(", 20}, {"b(", 20}, {"b)", 20}, {"a)", 20}}),
              ElementsAre("a(", "b(", "a)", "a(", "b)", "a)"));
}

TEST(OrderOfTime, AHintNamesTheFirstTimeThatGoesBack) {
  TimeWatch watch;
  for (const Event& event : events_of({{"a(", 10}, {"a)", kNoTime}, {"b(", 10}, {"b)", 12}})) {
    watch.see(event);
  }
  EXPECT_EQ(watch.hint(), std::nullopt);
  for (const Event& event : events_of({{"c(", 11}, {"d(", 3}})) watch.see(event);
  EXPECT_EQ(watch.hint(),
            "the times go back in 2 events (in line 1 the time is 11 ns, after 12 ns before it); "
            "the order of lines was taken, and where the times are right, say --sort time");
}

}  // namespace
}  // namespace windtunnel::checkers
