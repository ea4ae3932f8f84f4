#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/ring.h>
#include <windtunnel/protocols/base/slab.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace windtunnel {
namespace {

TEST(Payload, CopiesShareTheBytesAndOutliveTheOriginal) {
  auto original = std::make_unique<Payload>(as_bytes("hello"));
  const Payload copy = *original;
  EXPECT_EQ(copy.view().data(), original->view().data());
  original.reset();
  EXPECT_EQ(as_text(copy.view()), "hello");
}

TEST(Payload, ComparesContents) {
  EXPECT_EQ(Payload(as_bytes("a")), Payload(as_bytes("a")));
  EXPECT_FALSE(Payload(as_bytes("a")) == Payload(as_bytes("b")));
  EXPECT_EQ(Payload(), Payload(BytesView{}));
}

TEST(Payload, MoveAndSelfAssignmentKeepTheBytes) {
  Payload one(as_bytes("x"));
  Payload& same = one;
  one = same;
  EXPECT_EQ(as_text(one.view()), "x");
  const Payload other = std::move(one);
  EXPECT_EQ(as_text(other.view()), "x");
}

TEST(Payload, OwnsItsBytes) {
  std::string text = "before";
  const Payload payload(as_bytes(text));
  text = "after!";
  EXPECT_EQ(as_text(payload.view()), "before");
}

TEST(Slab, ReusesTheSlotReleasedLast) {
  Slab<int, 4> slab;
  const std::uint32_t a = slab.acquire();
  const std::uint32_t b = slab.acquire();
  EXPECT_NE(a, b);
  slab.release(a);
  slab.release(b);
  EXPECT_EQ(slab.acquire(), b);
  EXPECT_EQ(slab.acquire(), a);
  EXPECT_EQ(slab.live(), 2U);
}

TEST(Slab, AddressesDoNotMoveWhenItGrows) {
  Slab<int, 4> slab;
  const std::uint32_t first = slab.acquire();
  int* const address = &slab[first];
  *address = 7;
  std::vector<std::uint32_t> slots;
  for (int i = 0; i < 100; ++i) slots.push_back(slab.acquire());
  EXPECT_EQ(&slab[first], address);
  EXPECT_EQ(slab[first], 7);
  for (const std::uint32_t slot : slots) slab.release(slot);
  EXPECT_EQ(slab.live(), 1U);
}

TEST(Slab, SlotsAreDenseFromZero) {
  Slab<int, 4> slab;
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(slab.acquire(), i);
}

RC_GTEST_PROP(Ring, BehavesAsAQueue, (const std::vector<bool>& pushes)) {
  Ring<int> ring;
  std::deque<int> model;
  int next = 0;
  for (const bool push : pushes) {
    if (push || model.empty()) {
      RC_ASSERT(ring.push_back(next) == static_cast<std::uint64_t>(next));
      model.push_back(next++);
    } else {
      RC_ASSERT(ring.pop_front() == model.front());
      model.pop_front();
    }
    RC_ASSERT(ring.size() == model.size());
    RC_ASSERT(ring.next() - ring.first() == model.size());
    for (std::size_t i = 0; i < model.size(); ++i) RC_ASSERT(ring[ring.first() + i] == model[i]);
  }
}

TEST(RingDeathTest, RefusesAnOrdinalThatWasPopped) {
  Ring<int> ring;
  ring.push_back(1);
  ring.push_back(2);
  ring.pop_front();
  EXPECT_EQ(ring[1], 2);
  EXPECT_DEATH(ring[0], "an ordinal that is not in the ring");
}

}  // namespace
}  // namespace windtunnel
