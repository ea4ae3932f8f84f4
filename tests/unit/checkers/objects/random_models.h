// Objects for random histories: what may be called, what that does, what a faulty one might return,
// and a plain model of it that knows no shortcuts: no numbering, no merging of states.
#pragma once

#include "tests/unit/checkers/histories.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::checkers::test {

using Call = RandomHistory::Call;

inline Value pick(std::uint32_t choice, std::uint32_t count) {
  return std::int64_t{choice % count};
}

// ---- registers

template <std::uint32_t kValues>
Call register_call(std::uint32_t choice) {
  const std::uint32_t rest = choice / 8;
  if (choice % 8 < 3) return {"read", {}};
  if (choice % 8 < 6) return {"write", pick(rest, kValues)};
  return {"cas", Value::vector({pick(rest, kValues), pick(rest / kValues, kValues)})};
}
inline Call unique_write_call(std::uint32_t choice) {
  if (choice % 2 == 0) return {"read", {}};
  return {"write", std::int64_t{choice}};
}
inline std::optional<Value> register_apply(Value& object, const Call& call) {
  if (call.f == "read") return object;
  if (call.f == "cas" && !(object == call.argument.items()[0])) return std::nullopt;
  object = call.f == "cas" ? call.argument.items()[1] : call.argument;
  return call.argument;
}
inline Value register_lie(const Value&, const Call& call, std::uint32_t choice) {
  return call.f == "read" ? pick(choice, 3) : call.argument;
}

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

inline Call kv_call(std::uint32_t choice) {
  const std::string text(1, static_cast<char>('a' + choice / 8 % 4));
  if (choice % 8 < 3) return {"get", Value::vector({"k", Value()})};
  if (choice % 8 < 4) return {"put", Value::vector({"k", text})};
  return {"append", Value::vector({"k", text})};
}
inline std::optional<Value> kv_apply(Value& object, const Call& call) {
  const Value& argument = call.argument.items()[1];
  if (call.f == "get") return Value::vector({"k", object});
  object =
      call.f == "put" ? argument : Value(std::string(object.text()) + std::string(argument.text()));
  return call.argument;
}
inline Value kv_lie(const Value&, const Call& call, std::uint32_t choice) {
  if (call.f != "get") return call.argument;
  return Value::vector({"k", std::string(1, static_cast<char>('a' + choice % 4)) + "b"});
}

// Texts that are appended once, mostly: "<7>", of which none begins another, or "7", which may.
template <bool kMarked>
Call growing_call(std::uint32_t choice) {
  const std::string text =
      kMarked ? "<" + std::to_string(choice) + ">" : std::to_string(choice % 64);
  if (choice % 8 < 3) return {"get", Value::vector({"k", Value()})};
  return {"append", Value::vector({"k", text})};
}
inline Call growing_after_put_call(std::uint32_t choice) {
  if (choice % 5 == 0) return {"put", Value::vector({"k", choice % 2 == 0 ? "" : "(0)"})};
  return growing_call<true>(choice / 5);
}
// A text is lost, comes before its neighbour, or all behind it is missing.
inline Value growing_lie(const Value& object, const Call& call, std::uint32_t choice) {
  if (call.f != "get") return call.argument;
  std::vector<std::string> pieces;
  for (const char c : object.text()) {
    if (pieces.empty() || pieces.back().ends_with('>')) pieces.emplace_back();
    pieces.back() += c;
  }
  if (pieces.empty()) return Value::vector({"k", "<never>"});
  const std::size_t at = choice / 3 % pieces.size();
  if (choice % 3 == 0) pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at));
  if (choice % 3 == 1) pieces.resize(at);
  if (choice % 3 == 2) std::swap(pieces[at], pieces[(at + 1) % pieces.size()]);
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return Value::vector({"k", text});
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
inline std::optional<Value> queue_apply(Value& object, const Call& call) {
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
inline Value queue_lie(const Value& object, const Call& call, std::uint32_t choice) {
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
inline std::optional<PlainQueue::Op> queue_decode(const History& history, const Operation& op) {
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
inline std::size_t newest(const std::vector<Value>& items) { return items.size() - 1; }
inline std::size_t smallest(const std::vector<Value>& items) {
  return static_cast<std::size_t>(std::min_element(items.begin(), items.end()) - items.begin());
}
// Whatever lies in the middle, or nothing.
inline Value container_lie(const Value& object, const Call& call, std::uint32_t choice) {
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
inline Call growing_set_call(std::uint32_t choice) {
  if (choice % 3 != 0) return {"add", std::int64_t{choice}};
  return {"read", {}};
}
inline std::optional<Value> set_apply(Value& object, const Call& call) {
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
inline Value set_lie(const Value& object, const Call& call, std::uint32_t choice) {
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

inline Call counter_call(std::uint32_t choice) {
  if (choice % 3 == 0) return {"read", {}};
  return {"add", std::int64_t{choice / 3 % 4} - 1};
}
inline std::optional<Value> counter_apply(Value& object, const Call& call) {
  if (call.f == "read") return object;
  object = object.integer() + call.argument.integer();
  return call.argument;
}
inline Value counter_lie(const Value& object, const Call& call, std::uint32_t choice) {
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

}  // namespace windtunnel::checkers::test
