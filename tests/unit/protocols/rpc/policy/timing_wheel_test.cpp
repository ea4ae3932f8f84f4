#include <windtunnel/protocols/rpc/policy/timing_wheel.h>

#include <windtunnel/protocols/base/keyed_random.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <map>

namespace windtunnel::rpc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::uint64_t> due(TimingWheel& wheel, Instant now) {
  std::vector<std::uint64_t> values;
  while (const auto value = wheel.pop(now)) values.push_back(*value);
  return values;
}

TEST(TimingWheel, FiresAtTheFirstTickNotBeforeTheDeadline) {
  TimingWheel wheel(Instant{1000}, Duration{10});
  wheel.arm(Instant{1000}, 0);
  wheel.arm(Instant{1010}, 1);
  wheel.arm(Instant{1011}, 2);
  wheel.arm(Instant{1020}, 3);
  EXPECT_EQ(wheel.next(), Instant{1010});
  EXPECT_THAT(due(wheel, Instant{1009}), IsEmpty());
  EXPECT_THAT(due(wheel, Instant{1010}), ElementsAre(0, 1));
  EXPECT_THAT(due(wheel, Instant{1019}), IsEmpty());
  EXPECT_THAT(due(wheel, Instant{1020}), ElementsAre(2, 3));
  wheel.arm(Instant{5}, 4);
  EXPECT_THAT(due(wheel, Instant{1029}), IsEmpty());
  EXPECT_THAT(due(wheel, Instant{1030}), ElementsAre(4)) << "a passed deadline is the next tick";
  EXPECT_EQ(wheel.next(), std::nullopt);
}

TEST(TimingWheel, WhatFiredOrWasCancelledIsUnknown) {
  TimingWheel wheel({}, Duration{1});
  const auto fired = wheel.arm(Instant{1}, 1);
  const auto cancelled = wheel.arm(Instant{2}, 2);
  EXPECT_TRUE(wheel.cancel(cancelled));
  EXPECT_THAT(due(wheel, Instant{9}), ElementsAre(1));
  const auto reuses = wheel.arm(Instant{20}, 3);
  const auto reuses_too = wheel.arm(Instant{20}, 4);
  for (const auto timer : {fired, cancelled, TimingWheel::Timer{}, TimingWheel::Timer{77, 1}}) {
    EXPECT_FALSE(wheel.cancel(timer));
    EXPECT_FALSE(wheel.move(timer, Instant{30}));
  }
  EXPECT_TRUE(wheel.cancel(reuses));
  EXPECT_TRUE(wheel.cancel(reuses_too));
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimingWheel, OneThatIsDueCanStillBeCancelled) {
  TimingWheel wheel({}, Duration{1});
  wheel.arm(Instant{5}, 1);
  const auto second = wheel.arm(Instant{5}, 2);
  EXPECT_EQ(wheel.pop(Instant{9}), 1U);
  EXPECT_TRUE(wheel.cancel(second));
  EXPECT_EQ(wheel.pop(Instant{9}), std::nullopt);
}

TEST(TimingWheel, ReachesAsFarAsTime) {
  TimingWheel wheel({}, Duration{1});
  wheel.arm(kEndOfTime, 2);
  wheel.arm(Instant{INT64_MAX - 1}, 1);
  EXPECT_LE(*wheel.next(), Instant{INT64_MAX - 1});
  EXPECT_THAT(due(wheel, Instant{INT64_MAX - 2}), IsEmpty());
  EXPECT_THAT(due(wheel, Instant{INT64_MAX - 1}), ElementsAre(1));
  EXPECT_THAT(due(wheel, kEndOfTime), ElementsAre(2));
}

// A wheel of go-zero, as far as SetTimer, MoveTimer and its tick go, to be refused below.
class GoZeroWheel {
 public:
  explicit GoZeroWheel(int slots) : slots_(slots), ticked_(slots - 1) {}

  void set(int key, int steps) {
    const int pos = (ticked_ + steps) % size();
    slots_[pos].push_back({key, (steps - 1) / size(), 0, false});
    timers_[key] = {pos, std::prev(slots_[pos].end())};
  }
  void move(int key, int steps) {
    const int pos = (ticked_ + steps) % size();
    const int circle = (steps - 1) / size();
    auto& [old_pos, item] = timers_[key];
    if (pos >= old_pos) {
      item->circle = circle;
      item->diff = pos - old_pos;
    } else if (circle > 0) {
      item->circle = circle - 1;
      item->diff = size() + pos - old_pos;
    } else {
      item->removed = true;
      slots_[pos].push_back({key, 0, 0, false});
      timers_[key] = {pos, std::prev(slots_[pos].end())};
    }
  }
  // The keys that fire.
  std::vector<int> tick() {
    ticked_ = (ticked_ + 1) % size();
    std::vector<int> fired;
    auto& list = slots_[ticked_];
    for (auto item = list.begin(); item != list.end();) {
      if (item->removed) {
        item = list.erase(item);
      } else if (item->circle > 0) {
        --(item++)->circle;
      } else if (item->diff > 0) {
        const int pos = (ticked_ + item->diff) % size();
        item->diff = 0;
        const auto moved = item++;
        slots_[pos].splice(slots_[pos].end(), list, moved);
        timers_[moved->key] = {pos, moved};
      } else {
        fired.push_back(item->key);
        item = list.erase(item);
      }
    }
    return fired;
  }

 private:
  struct Item {
    int key;
    int circle;
    int diff;
    bool removed;
  };
  int size() const { return static_cast<int>(slots_.size()); }

  std::vector<std::list<Item>> slots_;
  std::map<int, std::pair<int, std::list<Item>::iterator>> timers_;
  int ticked_;
};

// The tick at which a timer fires that is set for `set` at `before`, and after `wait` more ticks
// moved to `move`.
struct Story {
  int before, set, wait, move;
  int should() const { return before + wait + move; }
};

int fires_in_go_zero(const Story& story) {
  GoZeroWheel wheel(10);
  int tick = 0;
  for (; tick < story.before; ++tick) wheel.tick();
  wheel.set(1, story.set);
  for (; tick < story.before + story.wait; ++tick) wheel.tick();
  wheel.move(1, story.move);
  while (tick < 200) {
    ++tick;
    if (!wheel.tick().empty()) return tick;
  }
  return -1;
}

int fires_here(const Story& story) {
  TimingWheel wheel({}, Duration{1});
  wheel.pop(Instant{story.before});
  const auto timer = wheel.arm(Instant{story.before + story.set}, 1);
  wheel.pop(Instant{story.before + story.wait});
  EXPECT_TRUE(wheel.move(timer, Instant{story.should()}));
  for (int tick = 0; tick < 200; ++tick) {
    if (wheel.pop(Instant{tick})) return tick;
  }
  return -1;
}

TEST(TimingWheel, MovesExactlyWhereGoZerosDoesNot) {
  const Story early{0, 2, 1, 20};
  EXPECT_EQ(fires_in_go_zero(early), 11) << "GZ1: a rotation early";
  EXPECT_EQ(fires_here(early), 21);
  const Story late{6, 7, 0, 3};
  EXPECT_EQ(fires_in_go_zero(late), late.should() + 10) << "GZ1: a rotation late";
  EXPECT_EQ(fires_here(late), late.should());
  int wrong = 0;
  int moves = 0;
  for (int before = 0; before < 10; ++before) {
    for (int set = 1; set <= 25; ++set) {
      for (int wait = 0; wait < set; wait += 2) {
        for (int move = 1; move <= 25; ++move) {
          const Story story{before, set, wait, move};
          EXPECT_EQ(fires_here(story), story.should());
          ++moves;
          wrong += fires_in_go_zero(story) == story.should() ? 0 : 1;
        }
      }
    }
  }
  EXPECT_GT(wrong, moves / 10) << "this check refuses go-zero's";
}

// What a wheel is, in the simplest way.
class SortedTimers {
 public:
  explicit SortedTimers(std::int64_t tick) : tick_(tick) {}
  void arm(std::uint64_t value, std::int64_t deadline) {
    const std::int64_t at = std::max(now_ + 1, (deadline + tick_ - 1) / tick_);
    timers_[{at, order_++}] = value;
  }
  bool cancel(std::uint64_t value) {
    for (auto timer = timers_.begin(); timer != timers_.end(); ++timer) {
      if (timer->second != value) continue;
      timers_.erase(timer);
      return true;
    }
    return false;
  }
  std::optional<std::uint64_t> pop(std::int64_t now) {
    const std::int64_t until = now / tick_;
    if (timers_.empty() || timers_.begin()->first.first > until) {
      now_ = until;
      return std::nullopt;
    }
    now_ = timers_.begin()->first.first;
    const std::uint64_t value = timers_.begin()->second;
    timers_.erase(timers_.begin());
    return value;
  }
  std::optional<std::int64_t> next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first * tick_;
  }

 private:
  std::int64_t tick_;
  std::int64_t now_ = 0;
  std::uint64_t order_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::uint64_t> timers_;
};

// A time ahead, of any magnitude up to 2^bits.
std::int64_t ahead(std::uint64_t word, unsigned bits) {
  return static_cast<std::int64_t>((word >> 1) >> (63 - scale(word * 0x9E3779B97F4A7C15ULL, bits)));
}

void compare_with_sorted(std::uint64_t seed, std::int64_t tick, unsigned bits) {
  TimingWheel wheel({}, Duration{tick});
  SortedTimers sorted(tick);
  std::vector<TimingWheel::Timer> timers;
  std::int64_t now = 0;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const DrawKey key = DrawKey(seed, "wheel", "").of(i);
    const std::int64_t deadline = now + ahead(key.at(1), bits);
    const std::size_t any = timers.empty() ? 0 : scale(key.at(2), timers.size());
    const std::uint64_t action = scale(key.at(0), 10);
    if (action < 4 || timers.empty()) {
      sorted.arm(timers.size(), deadline);
      timers.push_back(wheel.arm(Instant{deadline}, timers.size()));
    } else if (action < 6) {
      const bool armed = sorted.cancel(any);
      if (armed) sorted.arm(any, deadline);
      ASSERT_EQ(wheel.move(timers[any], Instant{deadline}), armed);
    } else if (action < 7) {
      ASSERT_EQ(wheel.cancel(timers[any]), sorted.cancel(any));
    } else {
      now += ahead(key.at(3), bits);
      // Sometimes it stops on the way.
      for (std::uint64_t pops = scale(key.at(4), 30); pops > 0; --pops) {
        const auto value = wheel.pop(Instant{now});
        ASSERT_EQ(value, sorted.pop(now)) << seed << " " << i;
        if (!value) break;
      }
    }
    const auto next = wheel.next();
    ASSERT_EQ(next.has_value(), sorted.next().has_value());
    if (next) {
      ASSERT_LE(next->ns, *sorted.next());
    }
  }
}

TEST(TimingWheel, EqualsASortedMap) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const std::int64_t tick : {1, 7, 1'000'000}) {
      compare_with_sorted(seed, tick, 8 + static_cast<unsigned>(seed % 40));
    }
  }
}

TEST(TimingWheel, IsAValue) {
  TimingWheel wheel({}, Duration{1});
  wheel.arm(Instant{100'000}, 1);
  TimingWheel copy = wheel;
  EXPECT_EQ(copy, wheel);
  EXPECT_THAT(due(copy, Instant{100'000}), ElementsAre(1));
  EXPECT_NE(copy, wheel);
  EXPECT_THAT(due(wheel, Instant{100'000}), ElementsAre(1));
  EXPECT_EQ(copy, wheel);
}

}  // namespace
}  // namespace windtunnel::rpc
