// The fast algorithms against the definition, on random small histories with `:info` operations.
#include <windtunnel/checkers/objects/jit.h>
#include <windtunnel/checkers/objects/linearization.h>
#include <windtunnel/checkers/objects/wgl.h>
#include <windtunnel/checkers/objects/witness.h>
#include "tests/unit/checkers/histories.h"
#include "tests/unit/checkers/objects/random_models.h"
#include "tests/unit/checkers/objects/random_stores.h"
#include "tests/unit/sanitized.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>

namespace windtunnel::checkers {
namespace {

using namespace test;  // NOLINT: the objects are for here

// ---- the laws

// A campaign asks for more with GoogleTest's own option: each round of `--gtest_repeat=N` draws
// others.
constexpr int kHistories = kSanitized ? 1000 : 3000;

struct Tally {
  int legal = 0;
  int illegal = 0;
  int fast = 0;  // decided by the fast check of the model
};

std::vector<std::uint32_t> choices(std::size_t most) {
  // At its full size from the first try: small numbers would choose the same things again and
  // again.
  const auto number = rc::gen::resize(100, rc::gen::inRange<std::uint32_t>(0, 1U << 24));
  const auto size = *rc::gen::resize(100, rc::gen::inRange<std::size_t>(8, most));
  return *rc::gen::container<std::vector<std::uint32_t>>(size, number);
}

// Every order that an algorithm gives of a legal history, and none of an illegal one.
void explain(const Object& object, Decision truth) {
  const Problem& problem = object.problem;
  const bool legal = truth == Decision::ok;
  std::vector<Placed> swept;
  check_jit(problem, *object.machine, Limits(), &swept);
  RC_ASSERT(is_linearization(problem, *object.machine, steps_of(swept)) == legal);
  std::uint32_t gap = 0;
  for (const Placed& placed : swept) {
    const Step& step = problem.steps[placed.step];
    RC_ASSERT(step.call <= placed.gap && placed.gap < step.ret && gap <= placed.gap);
    gap = placed.gap;
  }
  if (object.order == nullptr) return;
  const auto fast = object.fast(problem, *object.machine);
  const std::vector<std::uint32_t> order = object.order(problem, *object.machine);
  const bool expected = fast.has_value() && legal;
  RC_ASSERT((expected && is_linearization(problem, *object.machine, order)) ||
            (!expected && order.empty()));
}

// All algorithms say what the definition says, and so does the whole check, whose witness is
// illegal too.
void agree(const History& history, const ModelSpec& spec, Decision truth, Tally& tally) {
  RC_PRE(truth != Decision::unknown);
  ++(truth == Decision::ok ? tally.legal : tally.illegal);
  auto objects = objects_of(history, spec);
  RC_ASSERT(objects.has_value());
  const Limits limits;
  for (Object& object : *objects) {
    RC_ASSERT(check_jit(object.problem, *object.machine, limits).decision == truth);
    RC_ASSERT(check_wgl(object.problem, *object.machine, limits).decision == truth);
    // What leaves something out, or lets too much happen, may know less, and nothing else.
    const Ruling narrow = check_jit(object.problem, *object.machine, limits, nullptr, {1});
    RC_ASSERT(narrow.decision == truth ||
              (narrow.decision == Decision::unknown && narrow.narrowed));
    Limits once = limits;  // a queue that is filled any number of times has no end of states
    once.max_configurations = 200;
    const Ruling lavish =
        check_jit(object.problem, *object.machine, once, nullptr, {kAnyWidth, true});
    RC_ASSERT(lavish.decision == Decision::unknown ||
              (lavish.decision == Decision::violated && truth == Decision::violated));
    RC_ASSERT(linearization_of(object, limits).has_value() == (truth == Decision::ok));
    explain(object, truth);
    if (object.fast == nullptr) continue;
    const auto fast = object.fast(object.problem, *object.machine);
    if (!fast.has_value()) continue;
    RC_ASSERT(fast->decision == truth);
    ++tally.fast;
  }
  const Verdict verdict = check_linearizable(history, spec, limits);
  RC_ASSERT(verdict.decision == truth);
  if (truth == Decision::violated) {
    RC_ASSERT(!verdict.witness.operations.empty());
    RC_ASSERT(verdict.witness.minimised);
    RC_ASSERT(verdict.witness.rechecked || verdict.witness.operations.size() > 12U);
  }
}

// What `--linearization` prints, by the definition: each operation that is known to have taken
// place is in it once, none that returned before another one was called comes after that, and the
// plain model gives what was returned.
template <class Plain, class Decode>
void replay(const History& history, const std::vector<std::uint32_t>& order, const Plain& plain,
            Decode decode) {
  typename Plain::State state = plain.initial();
  std::vector<int> times(history.operations().size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Operation& op = history.operations()[order[i]];
    ++times[order[i]];
    for (std::size_t later = i + 1; later < order.size(); ++later) {
      const Operation& other = history.operations()[order[later]];
      RC_ASSERT(other.outcome != EventType::ok || other.completed > op.invoked);
    }
    const auto decoded = decode(history, op);
    RC_ASSERT(decoded.has_value() && plain.apply(state, *decoded));
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    const EventType outcome = history.operations()[i].outcome;
    const int least = outcome == EventType::ok ? 1 : 0;
    RC_ASSERT(times[i] >= least && times[i] <= (outcome == EventType::fail ? 0 : 1));
  }
}

struct Law {
  const char* name;
  RandomHistory random;
  std::size_t choices;     // at most, for one history
  int fast = 0;            // so many in a hundred are decided by the fast check at least
  const char* model = "";  // and its initial value
  const char* initial = "[]";
};

template <class Plain, class Decode>
void holds(const Law& law, const Plain& plain, Decode decode) {
  Tally tally;
  rc::detail::TestParams params;
  static std::uint64_t round = 0;  // of --gtest_repeat
  params.seed = 20261120 + round++;
  params.maxSuccess = kHistories;
  params.maxDiscardRatio = 20;
  const auto property = rc::detail::toProperty([&] {
    const History history = law.random.build(choices(law.choices));
    const Decision truth = decide_plainly(history, plain, decode);
    const auto spec = parse_model(law.model, law.initial);
    agree(history, *spec, truth, tally);
    for (const Linearization& order : linearize(history, *spec)) {
      if (order.found) replay(history, order.operations, plain, decode);
    }
  });
  const rc::detail::TestResult result =
      rc::detail::checkProperty(property, rc::detail::TestMetadata{law.name, law.name}, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << law.name << ": " << message.str();
  // A law about histories that are all alike says nothing.
  EXPECT_GT(tally.legal, kHistories / 10) << law.name;
  EXPECT_GT(tally.illegal, kHistories / 30) << law.name;
  EXPECT_GE(tally.fast, kHistories * law.fast / 100) << law.name;
  ::testing::Test::RecordProperty("legal", tally.legal);
  ::testing::Test::RecordProperty("illegal", tally.illegal);
  ::testing::Test::RecordProperty("fast", tally.fast);
}

const Value kNothing = Value::vector({});

TEST(RandomHistories, CasRegistersAgreeWithTheDefinition) {
  const RandomHistory random{4, register_call<3>, register_apply, register_lie, {}};
  holds({"cas", random, 26, 0, "cas-register", "nil"}, PlainRegister{},
        plain_decode<PlainRegister::Op>);
}

TEST(RandomHistories, RegistersWithUniqueWritesAgreeWithTheDefinition) {
  const RandomHistory random{4, unique_write_call, register_apply, register_lie, {}};
  holds({"unique writes", random, 26, 96, "register", "nil"}, PlainRegister{},
        plain_decode<PlainRegister::Op>);
}

TEST(RandomHistories, KeysOfStringsAgreeWithTheDefinition) {
  const RandomHistory random{4, kv_call, kv_apply, kv_lie, ""};
  holds({"kv", random, 24, 0, "kv", "\"\""}, PlainKv{}, plain_decode<PlainKv::Op>);
}

TEST(RandomHistories, KeysThatOnlyGrowAgreeWithTheDefinition) {
  const RandomHistory random{4, growing_call<true>, kv_apply, growing_lie, ""};
  holds({"kv, growing", random, 26, 96, "kv", "\"\""}, PlainKv{}, plain_decode<PlainKv::Op>);
}

TEST(RandomHistories, KeysThatGrowByTextsThatOverlapAgreeWithTheDefinition) {
  const RandomHistory random{4, growing_call<false>, kv_apply, growing_lie, ""};
  holds({"kv, growing, overlapping", random, 26, 33, "kv", "\"\""}, PlainKv{},
        plain_decode<PlainKv::Op>);
}

TEST(RandomHistories, KeysThatGrowAfterAPutAgreeWithTheDefinition) {
  const RandomHistory random{4, growing_after_put_call, kv_apply, growing_lie, ""};
  holds({"kv, growing after a put", random, 22, 20, "kv", "\"\""}, PlainKv{},
        plain_decode<PlainKv::Op>);
}

TEST(RandomHistories, QueuesOfUniqueValuesAgreeWithTheDefinition) {
  const RandomHistory random{4, queue_call<true>, queue_apply, queue_lie, kNothing};
  holds({"queue, unique", random, 26, 50, "fifo-queue"}, PlainQueue{}, queue_decode);
}

TEST(RandomHistories, QueuesOfRepeatedValuesAgreeWithTheDefinition) {
  const RandomHistory random{4, queue_call<false>, queue_apply, queue_lie, kNothing};
  holds({"queue, repeated", random, 26, 0, "fifo-queue"}, PlainQueue{}, queue_decode);
}

TEST(RandomHistories, StacksOfUniqueValuesAgreeWithTheDefinition) {
  const RandomHistory random{4, stack_call<true>, container_apply<newest>, container_lie, kNothing};
  holds({"stack, unique", random, 30, 50, "stack"}, PlainContainer<newest>{}, queue_decode);
}

TEST(RandomHistories, StacksOfRepeatedValuesAgreeWithTheDefinition) {
  const RandomHistory random{4, stack_call<false>, container_apply<newest>, container_lie,
                             kNothing};
  holds({"stack, repeated", random, 26, 0, "stack"}, PlainContainer<newest>{}, queue_decode);
}

TEST(RandomHistories, PriorityQueuesOfUniqueValuesAgreeWithTheDefinition) {
  const RandomHistory random{4, queue_call<true>, container_apply<smallest>, container_lie,
                             kNothing};
  holds({"priority queue, unique", random, 30, 50, "priority-queue"}, PlainContainer<smallest>{},
        queue_decode);
}

TEST(RandomHistories, SetsOfElementsUsedAgainAgreeWithTheDefinition) {
  const RandomHistory random{4, set_call<false>, set_apply, set_lie, kNothing};
  holds({"set, elements used again", random, 26, 96, "set"}, PlainSet{}, queue_decode);
}

TEST(RandomHistories, SetsOfElementsUsedOnceAgreeWithTheDefinition) {
  const RandomHistory random{4, set_call<true>, set_apply, set_lie, kNothing};
  holds({"set, elements used once", random, 20, 96, "set"}, PlainSet{}, queue_decode);
}

TEST(RandomHistories, GrowingSetsAgreeWithTheDefinition) {
  const RandomHistory random{4, growing_set_call, set_apply, set_lie, kNothing};
  holds({"set, growing", random, 26, 96, "set"}, PlainSet{}, queue_decode);
}

TEST(RandomHistories, CountersAgreeWithTheDefinition) {
  const RandomHistory random{4, counter_call, counter_apply, counter_lie, 0};
  holds({"counter", random, 24, 0, "counter", "0"}, PlainCounter{}, plain_decode<PlainCounter::Op>);
}

TEST(RandomHistories, KeysWithRevisionsAgreeWithTheDefinition) {
  const RandomHistory random{4, revision_call, revision_apply, revision_lie, kNothing};
  holds({"revisions", random, 22, 0, "revision-kv", "1"}, PlainRevisions{},
        plain_decode<PlainRevisions::Op>);
}

template <std::size_t kPermits, bool kReentrant, bool kFenced>
void lock_law(const char* model, const char* initial) {
  const Value free = Value::vector({Value::vector({}), 0});
  const RandomHistory random{4, lock_call, lock_apply<kPermits, kReentrant>, lock_lie, free};
  const PlainLock<kPermits, kReentrant, kFenced> plain;
  holds({model, random, 26, 0, model, initial}, plain, lock_decode);
}

TEST(RandomHistories, OwnedLocksAgreeWithTheDefinition) {
  lock_law<1, false, false>("owned-mutex", "free");
}
TEST(RandomHistories, ReentrantLocksAgreeWithTheDefinition) {
  lock_law<1, true, false>("reentrant-mutex", "free");
}
TEST(RandomHistories, FencedLocksAgreeWithTheDefinition) {
  lock_law<1, false, true>("fenced-mutex", "free");
}
TEST(RandomHistories, ReentrantFencedLocksAgreeWithTheDefinition) {
  lock_law<1, true, true>("reentrant-fenced-mutex", "free");
}
TEST(RandomHistories, OwnedSemaphoresAgreeWithTheDefinition) {
  lock_law<2, false, false>("owned-semaphore", "2");
}

}  // namespace
}  // namespace windtunnel::checkers
