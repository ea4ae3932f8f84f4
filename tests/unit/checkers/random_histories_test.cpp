// The fast algorithms against the definition, on random small histories with `:info` operations.
#include "checkers/jit.h"
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

// ---- the laws

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
  params.seed = 20261120;
  params.maxSuccess = 3000;
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
    const History history = random.build(choices(22));
    const Decision truth = decide_plainly(history, PlainQueue{}, queue_decode);
    agree(history, truth, "fifo-queue", "[]", tally);
  });
}

}  // namespace
}  // namespace windtunnel::checkers
