// The same as random_models.h for locks, and for keys with revisions.
#pragma once

#include "tests/unit/checkers/objects/random_models.h"

namespace windtunnel::checkers::test {

// ---- locks

// The object is [holders, the last token]; a holder stands there as often as it holds it.
inline Call lock_call(std::uint32_t choice) {
  const Value client(Value::Kind::map, {Value::keyword("client"), pick(choice / 2, 3)});
  return {choice % 2 == 0 ? "acquire" : "release", client};
}
inline Value with_token(const Call& call, std::int64_t token) {
  if (call.f == "release") return call.argument;
  std::vector<Value> items = call.argument.items();
  items.push_back(Value::keyword("token"));
  items.emplace_back(token);
  return {Value::Kind::map, std::move(items)};
}
template <std::size_t kPermits, bool kReentrant>
std::optional<Value> lock_apply(Value& object, const Call& call) {
  std::vector<Value> holders = object.items()[0].items();
  std::int64_t token = object.items()[1].integer();
  const auto own = std::find(holders.begin(), holders.end(), *call.argument.find("client"));
  const bool holds = own != holders.end();
  const bool again = kReentrant && holds;
  if (call.f == "release" ? !holds : !again && holders.size() >= kPermits) return std::nullopt;
  if (call.f == "release") {
    holders.erase(own);
  } else {
    holders.push_back(*call.argument.find("client"));
    if (!again) ++token;
  }
  object = Value::vector({Value::vector(std::move(holders)), token});
  return with_token(call, token);
}
inline Value lock_lie(const Value& object, const Call& call, std::uint32_t choice) {
  return with_token(call, object.items()[1].integer() + std::int64_t{choice % 3});
}

// A token that nobody was told of is the least that is possible, and may turn out to be greater.
template <std::size_t kPermits, bool kReentrant, bool kFenced>
struct PlainLock {
  using Op = PlainRegister::Op;
  struct State {
    std::vector<Value> holders;
    std::int64_t last = -1'000;  // token: before the first, less than all
    bool was_told = true;
    auto operator<=>(const State&) const = default;
  };
  State initial() const { return {}; }
  bool apply(State& state, const Op& op) const {
    const Value& client = *op.argument.find("client");
    const auto own = std::find(state.holders.begin(), state.holders.end(), client);
    const bool holds = own != state.holders.end();
    if (op.f == "release") {
      if (holds) state.holders.erase(own);
      return holds;
    }
    const bool again = kReentrant && holds;
    if (!again && state.holders.size() >= kPermits) return false;
    state.holders.push_back(client);
    if (!kFenced) return true;
    const Value* const told = op.result.find("token");
    if (told == nullptr) {
      if (again) return true;
      ++state.last;
      state.was_told = false;
      return true;
    }
    const std::int64_t token = told->integer();
    const std::int64_t before = state.last;
    const bool was_told = state.was_told;
    state.last = token;
    state.was_told = true;
    if (!again) return token > before;
    return was_told ? token == before : token >= before;
  }
};

inline std::optional<PlainRegister::Op> lock_decode(const History& history, const Operation& op) {
  return PlainRegister::Op{history.f(op), history.argument(op), history.result(op)};
}

// ---- keys with revisions

// The object is all that was ever changed: [key value], or [key] where it was deleted. The first
// change has revision 2.
inline Call revision_call(std::uint32_t choice) {
  const Value key = choice / 8 % 2 == 0 ? "a" : "b";
  const Value value = pick(choice / 16, 3);
  if (choice % 8 < 3) return {"get", key};
  if (choice % 8 < 5) return {"put", Value::vector({key, value})};
  if (choice % 8 < 6) return {"delete", key};
  const Value mod = choice / 48 % 2 == 0 ? Value(0) : pick(choice / 96, 5);
  const Value condition = Value::vector({Value::vector({key, mod})});
  const Value change = Value::vector({Value::vector({Value::keyword("put"), key, value})});
  return {"txn", Value(Value::Kind::map,
                       {Value::keyword("if"), condition, Value::keyword("then"), change})};
}
inline Value revision_result(const Value& log, std::vector<Value> items = {}) {
  items.push_back(Value::keyword("revision"));
  items.emplace_back(static_cast<std::int64_t>(log.items().size()) + 1);
  return {Value::Kind::map, std::move(items)};
}
// The revision of its last change, and its value in `value`; 0 where it is not there.
inline std::int64_t mod_of(const Value& log, const Value& key, Value& value) {
  for (std::size_t i = log.items().size(); i-- > 0;) {
    const std::vector<Value>& change = log.items()[i].items();
    if (change[0] != key) continue;
    if (change.size() == 1) return 0;
    value = change[1];
    return static_cast<std::int64_t>(i) + 2;
  }
  return 0;
}
inline std::optional<Value> revision_apply(Value& object, const Call& call) {
  std::vector<Value> log = object.items();
  const Value& argument = call.argument;
  Value value;
  std::vector<Value> told;
  if (call.f == "get") {
    const std::int64_t mod = mod_of(object, argument, value);
    told = {Value::keyword("value"), value, Value::keyword("mod"), mod};
  } else if (call.f == "put") {
    log.push_back(argument);
  } else if (call.f == "delete") {
    const bool is_there = mod_of(object, argument, value) != 0;
    if (is_there) log.push_back(Value::vector({argument}));
    told = {Value::keyword("deleted"), is_there ? 1 : 0};
  } else {
    const std::vector<Value>& condition = argument.find("if")->items()[0].items();
    const std::vector<Value>& put = argument.find("then")->items()[0].items();
    const bool holds = condition[1] == Value(mod_of(object, condition[0], value));
    if (holds) log.push_back(Value::vector({put[1], put[2]}));
    told = {Value::keyword("succeeded"), Value::boolean(holds)};
  }
  object = Value::vector(std::move(log));
  return revision_result(object, std::move(told));
}
// What it would be told now, or at the next revision.
inline Value revision_lie(const Value& object, const Call& call, std::uint32_t choice) {
  Value copy = object;
  if (choice % 2 == 0) revision_apply(copy, {"put", Value::vector({"a", 7})});
  return *revision_apply(copy, call);
}

struct PlainRevisions {
  using State = Value;
  using Op = PlainRegister::Op;
  State initial() const { return Value::vector({}); }
  bool apply(State& state, const Op& op) const {
    const std::optional<Value> result = revision_apply(state, {op.f, op.argument});
    return op.result.is_nil() || *result == op.result;
  }
};

}  // namespace windtunnel::checkers::test
