#include "sim/event_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace windtunnel {
namespace {

EventQueue::Event event_at(std::int64_t ns, std::uint64_t a) {
  EventQueue::Event event;
  event.time = Instant{ns};
  event.a = a;
  return event;
}

TEST(EventQueue, EqualTimesComeOutFirstInFirstOut) {
  EventQueue queue;
  for (std::uint64_t i = 0; i < 100; ++i) queue.schedule(event_at(7, i));
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(queue.pop().a, i);
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, ASaltPermutesTiesAndLosesNone) {
  EventQueue queue(12345);
  std::set<std::uint64_t> seen;
  bool in_order = true;
  for (std::uint64_t i = 0; i < 100; ++i) queue.schedule(event_at(7, i));
  for (std::uint64_t i = 0; i < 100; ++i) {
    const std::uint64_t a = queue.pop().a;
    in_order = in_order && a == i;
    seen.insert(a);
  }
  EXPECT_FALSE(in_order);
  EXPECT_EQ(seen.size(), 100U);
}

TEST(EventQueue, ACancelledEventLeavesNothingBehind) {
  EventQueue queue;
  std::vector<EventHandle> handles;
  for (int i = 0; i < 1000; ++i) handles.push_back(queue.schedule(event_at(i % 13, 0)));
  for (const EventHandle handle : handles) EXPECT_TRUE(queue.cancel(handle));
  EXPECT_TRUE(queue.empty());
  for (const EventHandle handle : handles) EXPECT_FALSE(queue.cancel(handle));
}

TEST(EventQueue, AStaleHandleDoesNotCancelTheSlotsNextEvent) {
  EventQueue queue;
  const EventHandle first = queue.schedule(event_at(1, 1));
  queue.pop();
  queue.schedule(event_at(2, 2));
  EXPECT_FALSE(queue.cancel(first));
  EXPECT_EQ(queue.size(), 1U);
}

RC_GTEST_PROP(EventQueueProperty, BehavesAsAnOrderedMap, ()) {
  EventQueue queue;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::uint64_t> model;
  std::vector<std::pair<EventHandle, std::pair<std::int64_t, std::uint64_t>>> handles;
  std::uint64_t sequence = 0;
  const auto steps = *rc::gen::inRange(1, 400);
  for (int i = 0; i < steps; ++i) {
    const auto choice = *rc::gen::inRange(0, 4);
    if (choice <= 1) {
      const auto time = *rc::gen::inRange<std::int64_t>(0, 20);
      const auto key = std::make_pair(time, sequence++);
      model[key] = key.second;
      handles.push_back({queue.schedule(event_at(time, key.second)), key});
    } else if (choice == 2 && !handles.empty()) {
      const auto which = *rc::gen::inRange<std::size_t>(0, handles.size());
      RC_ASSERT(queue.cancel(handles[which].first) == (model.erase(handles[which].second) == 1));
    } else if (!model.empty()) {
      const EventQueue::Event event = queue.pop();
      RC_ASSERT(event.a == model.begin()->second);
      model.erase(model.begin());
    }
    RC_ASSERT(queue.size() == model.size());
  }
}

}  // namespace
}  // namespace windtunnel
