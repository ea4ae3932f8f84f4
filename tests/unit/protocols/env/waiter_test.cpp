#include <windtunnel/protocols/env/waiter.h>

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace windtunnel {
namespace {

struct Counter final : Waiter {
  void run() noexcept override { ++runs; }
  int runs = 0;
};

struct Holder final : WaiterHolder {
  void add(Waiter& waiter) {
    waiter.hold(*this);
    list.push_back(waiter);
  }
  void forget(Waiter& waiter) noexcept override {
    list.remove(waiter);
    waiter.release();
    ++forgotten;
  }
  WaiterList list;
  int forgotten = 0;
};

TEST(WaiterList, IsFirstInFirstOut) {
  Counter a, b, c;
  WaiterList list;
  list.push_back(a);
  list.push_back(b);
  list.push_back(c);
  EXPECT_EQ(&list.pop_front(), &a);
  EXPECT_EQ(&list.pop_front(), &b);
  EXPECT_EQ(&list.pop_front(), &c);
  EXPECT_TRUE(list.empty());
}

TEST(WaiterList, RemovesAtEitherEndAndInTheMiddle) {
  for (std::size_t removed = 0; removed < 3; ++removed) {
    Counter waiters[3];
    WaiterList list;
    for (Counter& waiter : waiters) list.push_back(waiter);
    list.remove(waiters[removed]);
    std::vector<Waiter*> left;
    while (!list.empty()) left.push_back(&list.pop_front());
    EXPECT_EQ(left.size(), 2U);
    for (const Waiter* waiter : left) EXPECT_NE(waiter, &waiters[removed]);
    list.push_back(waiters[removed]);
    EXPECT_EQ(list.front(), &waiters[removed]);
    list.pop_front();
  }
}

TEST(Waiter, TakesItselfOutWhenItIsDestroyed) {
  Holder holder;
  auto waiter = std::make_unique<Counter>();
  holder.add(*waiter);
  EXPECT_TRUE(waiter->armed());
  waiter.reset();
  EXPECT_TRUE(holder.list.empty());
  EXPECT_EQ(holder.forgotten, 1);
}

TEST(Waiter, DisarmsOnce) {
  Holder holder;
  Counter waiter;
  waiter.disarm();
  EXPECT_EQ(holder.forgotten, 0);
  holder.add(waiter);
  waiter.disarm();
  waiter.disarm();
  EXPECT_EQ(holder.forgotten, 1);
  EXPECT_FALSE(waiter.armed());
}

TEST(Waiter, CarriesTheCompletion) {
  Counter waiter;
  EXPECT_EQ(waiter.error(), Errc::ok);
  waiter.complete(Errc::no_space, 9);
  EXPECT_EQ(waiter.error(), Errc::no_space);
  EXPECT_EQ(waiter.value(), 9U);
}

TEST(WaiterDeathTest, IsArmedInOnePlaceAtATime) {
  Holder holder;
  Counter waiter;
  holder.add(waiter);
  EXPECT_DEATH(waiter.hold(holder), "a waiter is armed in one place at a time");
}

struct Owner {
  void on_tick() { ++ticks; }
  int ticks = 0;
  MemberWaiter<Owner, &Owner::on_tick> waiter{*this};
};

TEST(MemberWaiter, CallsItsOwner) {
  Owner owner;
  static_cast<Waiter&>(owner.waiter).run();
  EXPECT_EQ(owner.ticks, 1);
}

}  // namespace
}  // namespace windtunnel
