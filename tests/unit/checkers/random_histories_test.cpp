// The fast algorithms against the definition, on random small histories with `:info` operations.
#include "checkers/jit.h"
#include "checkers/linearization.h"
#include "checkers/wgl.h"
#include "checkers/witness.h"
#include "tests/unit/checkers/histories.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <sstream>

namespace windtunnel::checkers {
namespace {

using test::decide_plainly;
using test::RandomHistory;
using Call = RandomHistory::Call;

Value pick(std::uint32_t choice, std::uint32_t count) { return std::int64_t{choice % count}; }

// ---- registers

template <std::uint32_t kValues>
Call register_call(std::uint32_t choice) {
  const std::uint32_t rest = choice / 8;
  if (choice % 8 < 3) return {"read", {}};
  if (choice % 8 < 6) return {"write", pick(rest, kValues)};
  return {"cas", Value::vector({pick(rest, kValues), pick(rest / kValues, kValues)})};
}
Call unique_write_call(std::uint32_t choice) {
  if (choice % 2 == 0) return {"read", {}};
  return {"write", std::int64_t{choice}};
}
std::optional<Value> register_apply(Value& object, const Call& call) {
  if (call.f == "read") return object;
  if (call.f == "cas" && !(object == call.argument.items()[0])) return std::nullopt;
  object = call.f == "cas" ? call.argument.items()[1] : call.argument;
  return call.argument;
}
Value register_lie(const Value&, const Call& call, std::uint32_t choice) {
  return call.f == "read" ? pick(choice, 3) : call.argument;
}

// Registers, sets of numbers and strings as plain values: no numbering, no merging of states.
struct PlainRegister {
  using State = Value;
  struct Op {
    std::string f;
    Value argument;
    Value result;
    auto operator<=>(const Op&) const = default;
  };
  State initial() const { return {}; }
  bool apply(State& state, const Op& op) const {
    if (op.f == "read") return state == op.result;
    if (op.f == "cas" && !(state == op.argument.items()[0])) return false;
    state = op.f == "cas" ? op.argument.items()[1] : op.argument;
    return true;
  }
};

template <class Op>
std::optional<Op> plain_decode(const History& history, const Operation& op) {
  const bool looks = history.f(op) == "read" || history.f(op) == "get";
  if (looks && op.outcome != EventType::ok) return std::nullopt;
  return Op{history.f(op), history.argument(op), history.result(op)};
}

// ---- keys of strings

Call kv_call(std::uint32_t choice) {
  const std::string text(1, static_cast<char>('a' + choice / 8 % 4));
  if (choice % 8 < 3) return {"get", Value::vector({"k", Value()})};
  if (choice % 8 < 4) return {"put", Value::vector({"k", text})};
  return {"append", Value::vector({"k", text})};
}
std::optional<Value> kv_apply(Value& object, const Call& call) {
  const Value& argument = call.argument.items()[1];
  if (call.f == "get") return Value::vector({"k", object});
  object =
      call.f == "put" ? argument : Value(std::string(object.text()) + std::string(argument.text()));
  return call.argument;
}
Value kv_lie(const Value&, const Call& call, std::uint32_t choice) {
  if (call.f != "get") return call.argument;
  return Value::vector({"k", std::string(1, static_cast<char>('a' + choice % 4)) + "b"});
}

struct PlainKv {
  using State = std::string;
  using Op = PlainRegister::Op;
  State initial() const { return {}; }
  bool apply(State& state, const Op& op) const {
    if (op.f == "get") return state == op.result.items()[1].text();
    if (op.f == "put") state.clear();
    state += op.argument.items()[1].text();
    return true;
  }
};

// ---- queues

template <bool kUnique>
Call queue_call(std::uint32_t choice) {
  if (choice % 2 == 0) return {"dequeue", {}};
  return {"enqueue", kUnique ? Value(std::int64_t{choice}) : pick(choice / 2, 2)};
}
std::optional<Value> queue_apply(Value& object, const Call& call) {
  std::vector<Value> items = object.items();
  Value result = call.argument;
  if (call.f == "enqueue") {
    items.push_back(call.argument);
  } else if (!items.empty()) {
    result = items.front();
    items.erase(items.begin());
  }
  object = Value::vector(std::move(items));
  return result;
}
// Overtaking: the last in is the first out.
Value queue_lie(const Value& object, const Call& call, std::uint32_t choice) {
  if (call.f == "enqueue") return call.argument;
  return choice % 2 == 0 || object.items().empty() ? Value() : object.items().back();
}

struct PlainQueue {
  using State = Value;
  struct Op {
    std::string f;
    Value argument;
    Value result;
    bool known = true;
    auto operator<=>(const Op&) const = default;
  };
  State initial() const { return Value::vector({}); }
  bool apply(State& state, const Op& op) const {
    const std::optional<Value> result = queue_apply(state, {op.f, op.argument});
    return !op.known || op.f == "enqueue" || *result == op.result;
  }
};
std::optional<PlainQueue::Op> queue_decode(const History& history, const Operation& op) {
  return PlainQueue::Op{history.f(op), history.argument(op), history.result(op),
                        op.outcome == EventType::ok};
}

// ---- stacks and priority queues

template <bool kUnique>
Call stack_call(std::uint32_t choice) {
  if (choice % 2 == 0) return {"pop", {}};
  return {"push", kUnique ? Value(std::int64_t{choice}) : pick(choice / 2, 2)};
}
// A container of which `kFirst(items)` goes first.
template <std::size_t (*kFirst)(const std::vector<Value>&)>
std::optional<Value> container_apply(Value& object, const Call& call) {
  std::vector<Value> items = object.items();
  Value result = call.argument;
  if (!call.argument.is_nil()) {
    items.push_back(call.argument);
  } else if (!items.empty()) {
    const std::size_t at = kFirst(items);
    result = items[at];
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  }
  object = Value::vector(std::move(items));
  return result;
}
std::size_t newest(const std::vector<Value>& items) { return items.size() - 1; }
std::size_t smallest(const std::vector<Value>& items) {
  return static_cast<std::size_t>(std::min_element(items.begin(), items.end()) - items.begin());
}
// Whatever lies in the middle, or nothing.
Value container_lie(const Value& object, const Call& call, std::uint32_t choice) {
  if (!call.argument.is_nil()) return call.argument;
  if (choice % 3 == 0 || object.items().empty()) return {};
  return object.items()[choice / 3 % object.items().size()];
}

template <std::size_t (*kFirst)(const std::vector<Value>&)>
struct PlainContainer {
  using State = Value;
  using Op = PlainQueue::Op;
  State initial() const { return Value::vector({}); }
  bool apply(State& state, const Op& op) const {
    const std::optional<Value> result = container_apply<kFirst>(state, {op.f, op.argument});
    return !op.known || !op.argument.is_nil() || *result == op.result;
  }
};

// ---- sets

// Few elements, or each added and removed once.
template <bool kOnce>
Call set_call(std::uint32_t choice) {
  const std::uint32_t element = choice / 8 % (kOnce ? 4 : 2);
  if (choice % 8 < 2) return {"remove", std::int64_t{element}};
  if (choice % 8 < 4) return {"add", std::int64_t{element}};
  return {"contains", std::int64_t{element}};
}
Call growing_set_call(std::uint32_t choice) {
  if (choice % 3 != 0) return {"add", std::int64_t{choice}};
  return {"read", {}};
}
std::optional<Value> set_apply(Value& object, const Call& call) {
  std::vector<Value> items = object.items();
  const auto at = std::lower_bound(items.begin(), items.end(), call.argument);
  const bool present = at != items.end() && *at == call.argument;
  if (call.f == "read") return object;
  if (call.f == "contains") return Value::boolean(present);
  if (call.f == "add" && !present) items.insert(at, call.argument);
  if (call.f == "remove" && present) items.erase(at);
  object = Value::vector(std::move(items));
  return call.argument;
}
Value set_lie(const Value& object, const Call& call, std::uint32_t choice) {
  if (call.f == "contains") return Value::boolean(choice % 2 == 0);
  if (call.f != "read" || object.items().empty()) return call.f == "read" ? object : call.argument;
  std::vector<Value> items = object.items();
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(choice % items.size()));
  return Value::vector(std::move(items));
}

struct PlainSet {
  using State = Value;
  using Op = PlainQueue::Op;
  State initial() const { return Value::vector({}); }
  bool apply(State& state, const Op& op) const {
    const std::optional<Value> result = set_apply(state, {op.f, op.argument});
    return !op.known || *result == op.result;
  }
};

// ---- counters

Call counter_call(std::uint32_t choice) {
  if (choice % 3 == 0) return {"read", {}};
  return {"add", std::int64_t{choice / 3 % 4} - 1};
}
std::optional<Value> counter_apply(Value& object, const Call& call) {
  if (call.f == "read") return object;
  object = object.integer() + call.argument.integer();
  return call.argument;
}
Value counter_lie(const Value& object, const Call& call, std::uint32_t choice) {
  return call.f == "read" ? Value(object.integer() + choice % 3) : call.argument;
}

struct PlainCounter {
  using State = Value;
  using Op = PlainRegister::Op;
  State initial() const { return 0; }
  bool apply(State& state, const Op& op) const {
    if (op.f == "read") return state == op.result;
    state = state.integer() + op.argument.integer();
    return true;
  }
};

// ---- the laws

// A campaign asks for more with GoogleTest's own option: each round of `--gtest_repeat=N` draws
// others.
constexpr int kHistories = 3000;

struct Tally {
  int legal = 0;
  int illegal = 0;
};

std::vector<std::uint32_t> choices(std::size_t most) {
  // At its full size from the first try: small numbers would choose the same things again and
  // again.
  const auto number = rc::gen::resize(100, rc::gen::inRange<std::uint32_t>(0, 1U << 24));
  const auto size = *rc::gen::resize(100, rc::gen::inRange<std::size_t>(8, most));
  return *rc::gen::container<std::vector<std::uint32_t>>(size, number);
}

// All algorithms say what the definition says, and so does the whole check, whose witness is
// illegal too.
void agree(const History& history, Decision truth, std::string_view model, std::string_view initial,
           Tally& tally) {
  RC_PRE(truth != Decision::unknown);
  ++(truth == Decision::ok ? tally.legal : tally.illegal);
  const auto spec = parse_model(model, initial);
  auto objects = objects_of(history, *spec);
  RC_ASSERT(objects.has_value());
  const Limits limits;
  for (Object& object : *objects) {
    RC_ASSERT(check_jit(object.problem, *object.machine, limits).decision == truth);
    RC_ASSERT(check_wgl(object.problem, *object.machine, limits).decision == truth);
    RC_ASSERT(linearization_of(object, limits).has_value() == (truth == Decision::ok));
    if (object.fast == nullptr) continue;
    const auto fast = object.fast(object.problem, *object.machine);
    if (fast.has_value()) RC_ASSERT(fast->decision == truth);
  }
  const Verdict verdict = check_linearizable(history, *spec, limits);
  RC_ASSERT(verdict.decision == truth);
  if (truth == Decision::violated) {
    RC_ASSERT(!verdict.witness.operations.empty());
    RC_ASSERT(verdict.witness.minimised);
    RC_ASSERT(verdict.witness.rechecked || verdict.witness.operations.size() > 12U);
  }
}

template <class Body>
void holds(const char* law, Body body) {
  Tally tally;
  rc::detail::TestParams params;
  static std::uint64_t round = 0;  // of --gtest_repeat
  params.seed = 20261120 + round++;
  params.maxSuccess = kHistories;
  params.maxDiscardRatio = 20;
  const auto property = rc::detail::toProperty([&] { body(tally); });
  const rc::detail::TestResult result =
      rc::detail::checkProperty(property, rc::detail::TestMetadata{law, law}, params);
  std::ostringstream message;
  rc::detail::printResultMessage(result, message);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << law << ": " << message.str();
  // A law about histories that are all alike says nothing.
  EXPECT_GT(tally.legal, 300) << law;
  EXPECT_GT(tally.illegal, 100) << law;
  ::testing::Test::RecordProperty("legal", tally.legal);
  ::testing::Test::RecordProperty("illegal", tally.illegal);
}

TEST(RandomHistories, CasRegistersAgreeWithTheDefinition) {
  holds("cas-register", [](Tally& tally) {
    const RandomHistory random{4, register_call<3>, register_apply, register_lie, {}};
    const History history = random.build(choices(26));
    const Decision truth =
        decide_plainly(history, PlainRegister{}, plain_decode<PlainRegister::Op>);
    agree(history, truth, "cas-register", "nil", tally);
  });
}

TEST(RandomHistories, RegistersWithUniqueWritesAgreeWithTheDefinition) {
  holds("register", [](Tally& tally) {
    const RandomHistory random{4, unique_write_call, register_apply, register_lie, {}};
    const History history = random.build(choices(26));
    const Decision truth =
        decide_plainly(history, PlainRegister{}, plain_decode<PlainRegister::Op>);
    agree(history, truth, "register", "nil", tally);
  });
}

TEST(RandomHistories, KeysOfStringsAgreeWithTheDefinition) {
  holds("kv", [](Tally& tally) {
    const RandomHistory random{4, kv_call, kv_apply, kv_lie, ""};
    const History history = random.build(choices(24));
    const Decision truth = decide_plainly(history, PlainKv{}, plain_decode<PlainKv::Op>);
    agree(history, truth, "kv", "\"\"", tally);
  });
}

TEST(RandomHistories, QueuesOfUniqueValuesAgreeWithTheDefinition) {
  holds("fifo-queue, unique", [](Tally& tally) {
    const RandomHistory random{4, queue_call<true>, queue_apply, queue_lie, Value::vector({})};
    const History history = random.build(choices(26));
    const Decision truth = decide_plainly(history, PlainQueue{}, queue_decode);
    agree(history, truth, "fifo-queue", "[]", tally);
  });
}

TEST(RandomHistories, QueuesOfRepeatedValuesAgreeWithTheDefinition) {
  holds("fifo-queue, repeated", [](Tally& tally) {
    const RandomHistory random{4, queue_call<false>, queue_apply, queue_lie, Value::vector({})};
    const History history = random.build(choices(26));
    const Decision truth = decide_plainly(history, PlainQueue{}, queue_decode);
    agree(history, truth, "fifo-queue", "[]", tally);
  });
}

TEST(RandomHistories, StacksOfUniqueValuesAgreeWithTheDefinition) {
  holds("stack, unique", [](Tally& tally) {
    const RandomHistory random{4, stack_call<true>, container_apply<newest>, container_lie,
                               Value::vector({})};
    const History history = random.build(choices(30));
    const Decision truth = decide_plainly(history, PlainContainer<newest>{}, queue_decode);
    agree(history, truth, "stack", "[]", tally);
  });
}

TEST(RandomHistories, StacksOfRepeatedValuesAgreeWithTheDefinition) {
  holds("stack, repeated", [](Tally& tally) {
    const RandomHistory random{4, stack_call<false>, container_apply<newest>, container_lie,
                               Value::vector({})};
    const History history = random.build(choices(26));
    const Decision truth = decide_plainly(history, PlainContainer<newest>{}, queue_decode);
    agree(history, truth, "stack", "[]", tally);
  });
}

TEST(RandomHistories, PriorityQueuesOfUniqueValuesAgreeWithTheDefinition) {
  holds("priority-queue, unique", [](Tally& tally) {
    const RandomHistory random{4, queue_call<true>, container_apply<smallest>, container_lie,
                               Value::vector({})};
    const History history = random.build(choices(30));
    const Decision truth = decide_plainly(history, PlainContainer<smallest>{}, queue_decode);
    agree(history, truth, "priority-queue", "[]", tally);
  });
}

TEST(RandomHistories, SetsOfElementsUsedAgainAgreeWithTheDefinition) {
  holds("set, elements used again", [](Tally& tally) {
    const RandomHistory random{4, set_call<false>, set_apply, set_lie, Value::vector({})};
    const History history = random.build(choices(26));
    const Decision truth = decide_plainly(history, PlainSet{}, queue_decode);
    agree(history, truth, "set", "[]", tally);
  });
}

TEST(RandomHistories, SetsOfElementsUsedOnceAgreeWithTheDefinition) {
  holds("set, elements used once", [](Tally& tally) {
    const RandomHistory random{4, set_call<true>, set_apply, set_lie, Value::vector({})};
    const History history = random.build(choices(20));
    const Decision truth = decide_plainly(history, PlainSet{}, queue_decode);
    agree(history, truth, "set", "[]", tally);
  });
}

TEST(RandomHistories, GrowingSetsAgreeWithTheDefinition) {
  holds("set, growing", [](Tally& tally) {
    const RandomHistory random{4, growing_set_call, set_apply, set_lie, Value::vector({})};
    const History history = random.build(choices(26));
    const Decision truth = decide_plainly(history, PlainSet{}, queue_decode);
    agree(history, truth, "set", "[]", tally);
  });
}

TEST(RandomHistories, CountersAgreeWithTheDefinition) {
  holds("counter", [](Tally& tally) {
    const RandomHistory random{4, counter_call, counter_apply, counter_lie, 0};
    const History history = random.build(choices(24));
    const Decision truth = decide_plainly(history, PlainCounter{}, plain_decode<PlainCounter::Op>);
    agree(history, truth, "counter", "0", tally);
  });
}

}  // namespace
}  // namespace windtunnel::checkers
