#include <windtunnel/sim/event_queue.h>

#include <windtunnel/protocols/base/keyed_random.h>

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

// Pops of the queue and of a model must agree, whatever is near, far or left over.
void compare_with_model(std::uint64_t seed, std::int64_t (*delay)(std::uint64_t)) {
  using Key = std::pair<std::int64_t, std::uint64_t>;
  EventQueue queue;
  std::map<Key, std::uint64_t> model;
  std::vector<std::pair<EventHandle, Key>> handles;
  const DrawKey draws(seed, "test", "");
  std::int64_t now = 0;
  std::uint64_t sequence = 0;
  for (std::uint64_t i = 0; i < 60'000; ++i) {
    const std::uint64_t word = draws.at(2 * i);
    // Grows to some ten thousand, then shrinks to nothing, and once more.
    const std::uint64_t pops = (i / 15'000) % 2 == 0 ? 2 : 6;
    if (word % 8 >= pops) {
      const Key key{now + delay(draws.at(2 * i + 1)), sequence++};
      model[key] = i;
      handles.push_back({queue.schedule(event_at(key.first, i)), key});
    } else if (word % 8 == 0 && !handles.empty()) {
      auto& [handle, key] = handles[(word >> 8) % handles.size()];
      const auto found = model.find(key);
      const bool moves = (word >> 4) % 2 == 0;
      const Key later{now + delay(draws.at(2 * i + 1)), sequence};
      const bool was_there =
          moves ? queue.reschedule(handle, Instant{later.first}, 0) : queue.cancel(handle);
      ASSERT_EQ(was_there, found != model.end());
      if (!was_there) continue;
      if (moves) model[later] = found->second;
      model.erase(found);
      if (moves) key = later;
      ++sequence;
    } else if (!model.empty()) {
      ASSERT_EQ(queue.next_time().ns, model.begin()->first.first);
      const EventQueue::Event event = queue.pop();
      ASSERT_EQ(event.a, model.begin()->second);
      ASSERT_EQ(event.time.ns, model.begin()->first.first);
      now = event.time.ns;
      model.erase(model.begin());
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.empty(), model.empty());
  }
}

TEST(EventQueue, IsAnOrderedMapWhereDelaysAreAlike) {
  compare_with_model(
      1, [](std::uint64_t word) { return static_cast<std::int64_t>(scale(word, 1'000'000)); });
}

TEST(EventQueue, IsAnOrderedMapWhereSomeDelaysAreLong) {
  compare_with_model(2, [](std::uint64_t word) {
    const auto magnitude = static_cast<int>(word % 60);
    return static_cast<std::int64_t>((word >> 4) >> magnitude);
  });
}

// A steady number of events, for many times the span of the buckets: what is left over comes due
// among what was put into buckets.
TEST(EventQueue, TakesLeftoversInBeforeTheirTurn) {
  EventQueue queue;
  std::set<std::pair<std::int64_t, std::uint64_t>> model;
  const DrawKey draws(4, "test", "");
  std::int64_t now = 0;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    const std::uint64_t word = draws.at(i);
    const std::uint64_t longest = word % 32 == 0 ? 20'000 : 4'000;
    const auto time = now + static_cast<std::int64_t>(scale(word, longest));
    queue.schedule(event_at(time, i));
    model.insert({time, i});
    if (model.size() < 3'000) continue;
    const EventQueue::Event event = queue.pop();
    ASSERT_EQ(event.a, model.begin()->second);
    now = event.time.ns;
    model.erase(model.begin());
  }
}

TEST(EventQueue, IsAnOrderedMapWhereManyTimesAreEqual) {
  compare_with_model(
      3, [](std::uint64_t word) { return static_cast<std::int64_t>(word % 3 * 1'000'000'000); });
}

}  // namespace
}  // namespace windtunnel
