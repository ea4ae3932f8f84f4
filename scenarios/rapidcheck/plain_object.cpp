#include <windtunnel/scenarios/rapidcheck/plain_object.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace windtunnel::gen {
namespace {

using checkers::Model;
using checkers::Value;

Value small(std::uint32_t choice, std::uint32_t count) { return std::int64_t{choice % count}; }
Value key_of(std::uint32_t choice, std::int64_t keys) {
  return "k" + std::to_string(choice % static_cast<std::uint32_t>(keys));
}

class Register final : public PlainObject {
 public:
  Register(Value initial, bool cas) : value_(std::move(initial)), cas_(cas) {}

  Call call(std::uint32_t choice) override {
    const std::uint32_t what = choice % 8;
    const std::uint32_t rest = choice / 8;
    if (what < 3) return {"write", small(rest, 4)};
    if (what < 7 || !cas_) return {"read", {}};
    return {"cas", Value::vector({small(rest, 4), small(rest / 4, 4)})};
  }
  std::optional<Value> apply(const Call& call) override {
    if (call.f == "read") return value_;
    if (call.f == "cas" && !(value_ == call.argument.items()[0])) return std::nullopt;
    value_ = call.f == "cas" ? call.argument.items()[1] : call.argument;
    return call.argument;
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    return call.f == "read" ? small(choice, 4) : call.argument;
  }

 private:
  Value value_;
  bool cas_;
};

// Transactions of one to three reads and writes.
class Registers final : public PlainObject {
 public:
  Registers(const Value& initial, std::int64_t keys) : keys_(keys) {
    for (std::size_t i = 0; i + 1 < initial.items().size(); i += 2) {
      values_[initial.items()[i]] = initial.items()[i + 1];
    }
  }

  Call call(std::uint32_t choice) override {
    std::vector<Value> accesses;
    const std::uint32_t count = 1 + choice % 3;
    for (std::uint32_t i = 0; i < count; ++i) {
      choice /= 3;
      const Value key = key_of(choice / 2, keys_);
      const bool write = choice % 2 == 0;
      accesses.push_back(
          access(write ? "write" : "read", key, write ? small(choice / 7, 4) : Value()));
    }
    return {"txn", Value::vector(std::move(accesses))};
  }
  std::optional<Value> apply(const Call& call) override {
    std::vector<Value> results;
    for (const Value& one : call.argument.items()) {
      const Value& key = one.items()[1];
      const bool write = one.items()[0].text() == "write";
      if (write) values_[key] = one.items()[2];
      results.push_back(write ? one : access("read", key, values_[key]));
    }
    return Value::vector(std::move(results));
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    std::vector<Value> results;
    for (const Value& one : call.argument.items()) {
      const bool write = one.items()[0].text() == "write";
      results.push_back(write ? one : access("read", one.items()[1], small(choice, 4)));
    }
    return Value::vector(std::move(results));
  }

 private:
  static Value access(const char* f, const Value& key, Value value) {
    return Value::vector({Value::keyword(f), key, std::move(value)});
  }

  std::int64_t keys_;
  std::map<Value, Value> values_;
};

// Strings by key; the key stands in the value: [key argument].
class Strings final : public PlainObject {
 public:
  Strings(Value initial, std::int64_t keys) : initial_(std::move(initial)), keys_(keys) {}

  Call call(std::uint32_t choice) override {
    static constexpr const char* kCalls[] = {"put", "append", "append", "get", "get", "get"};
    const char* const f = kCalls[choice % 6];
    const Value key = key_of(choice / 6, keys_);
    if (*f == 'g') return {f, Value::vector({key, Value()})};
    return {f, Value::vector({key, std::string(1, static_cast<char>('a' + choice / 64 % 8))})};
  }
  std::optional<Value> apply(const Call& call) override {
    const Value& key = call.argument.items()[0];
    const Value& argument = call.argument.items()[1];
    Value& value = values_.try_emplace(key, initial_).first->second;
    if (call.f == "get") return Value::vector({key, value});
    if (call.f == "put") value = argument;
    if (call.f == "append") {
      value = Value(std::string(value.text()) + std::string(argument.text()));
    }
    return call.argument;
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    if (call.f != "get") return call.argument;
    const std::string text(1 + choice % 2, static_cast<char>('a' + choice / 2 % 8));
    return Value::vector({call.argument.items()[0], text});
  }

 private:
  Value initial_;
  std::int64_t keys_;
  std::map<Value, Value> values_;
};

// Keys whose changes have revisions.
class Revisions final : public PlainObject {
 public:
  Revisions(const Value& initial, std::int64_t keys) : revision_(initial.integer()), keys_(keys) {}

  Call call(std::uint32_t choice) override {
    const Value key = key_of(choice / 8, keys_);
    const Value value = small(choice / 32, 4);
    if (choice % 8 < 3) return {"get", key};
    if (choice % 8 < 5) return {"put", Value::vector({key, value})};
    if (choice % 8 < 6) return {"delete", key};
    const Value guess = std::int64_t{choice / 128 % 3} == 0 ? Value(0) : Value(revision_);
    const auto map = [](std::vector<Value> items) { return Value(Value::Kind::map, items); };
    const Value put = Value::vector({Value::keyword("put"), key, value});
    return {"txn", map({Value::keyword("if"), Value::vector({Value::vector({key, guess})}),
                        Value::keyword("then"), Value::vector({put})})};
  }
  std::optional<Value> apply(const Call& call) override {
    const Value& argument = call.argument;
    if (call.f == "get") return shown(argument, revision_);
    if (call.f == "put") return put(argument.items()[0], argument.items()[1]);
    if (call.f == "delete") {
      const auto deleted = static_cast<std::int64_t>(values_.erase(argument));
      revision_ += deleted;
      return Value(Value::Kind::map,
                   {Value::keyword("deleted"), deleted, Value::keyword("revision"), revision_});
    }
    const Value& condition = argument.find("if")->items()[0];
    const auto at = values_.find(condition.items()[0]);
    const bool succeeds =
        condition.items()[1] == Value(at == values_.end() ? 0 : at->second.second);
    const Value& change = argument.find("then")->items()[0];
    if (succeeds) put(change.items()[1], change.items()[2]);
    return Value(Value::Kind::map, {Value::keyword("succeeded"), Value::boolean(succeeds),
                                    Value::keyword("revision"), revision_});
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    const std::int64_t revision = revision_ + std::int64_t{choice % 2};
    if (call.f == "get") return shown(call.argument, revision);
    return {Value::Kind::map, {Value::keyword("revision"), revision}};
  }

 private:
  Value put(const Value& key, const Value& value) {
    values_[key] = {value, ++revision_};
    return {Value::Kind::map, {Value::keyword("revision"), revision_}};
  }
  Value shown(const Value& key, std::int64_t revision) const {
    const auto at = values_.find(key);
    const bool is_there = at != values_.end();
    return {Value::Kind::map,
            {Value::keyword("value"), is_there ? at->second.first : Value(), Value::keyword("mod"),
             is_there ? at->second.second : 0, Value::keyword("revision"), revision}};
  }

  std::int64_t revision_;
  std::int64_t keys_;
  std::map<Value, std::pair<Value, std::int64_t>> values_;
};

// Held by nobody known, or by clients that the values name.
class Lock final : public PlainObject {
 public:
  explicit Lock(const checkers::ModelSpec& spec)
      : permits_(spec.initial.is_integer() ? spec.initial.integer() : 1),
        named_(checkers::knows_clients(spec.model)),
        reentrant_(spec.model == Model::reentrant_mutex ||
                   spec.model == Model::reentrant_fenced_mutex) {
    const bool held = spec.initial.is_name() ? spec.initial.text() == "held" : false;
    if (held || (spec.initial.kind() == Value::Kind::boolean && spec.initial.truth())) {
      holders_.emplace_back();
    }
  }

  Call call(std::uint32_t choice) override {
    Value client;
    if (named_) client = {Value::Kind::map, {Value::keyword("client"), small(choice / 2, 3)}};
    return {choice % 2 == 0 ? "acquire" : "release", std::move(client)};
  }
  std::optional<Value> apply(const Call& call) override {
    const auto own = std::find(holders_.begin(), holders_.end(), call.argument);
    const bool again = reentrant_ && own != holders_.end();
    if (call.f == "release") {
      if (own == holders_.end()) return std::nullopt;
      holders_.erase(own);
      return call.argument;
    }
    if (!again && static_cast<std::int64_t>(holders_.size()) >= permits_) return std::nullopt;
    holders_.push_back(call.argument);
    if (!again) ++token_;
    return with_token(call, token_);
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    return with_token(call, token_ + std::int64_t{choice % 2});
  }

 private:
  Value with_token(const Call& call, std::int64_t token) const {
    if (!named_ || call.f == "release") return call.argument;
    std::vector<Value> items = call.argument.items();
    items.push_back(Value::keyword("token"));
    items.emplace_back(token);
    return {Value::Kind::map, std::move(items)};
  }

  std::int64_t permits_;
  bool named_;
  bool reentrant_;
  std::vector<Value> holders_;  // each as often as it holds it
  std::int64_t token_ = 0;
};

// Queues and the stack: distinct values in, some value or nil out.
class Container final : public PlainObject {
 public:
  Container(Model model, const Value& initial) : model_(model), items_(initial.items()) {}

  Call call(std::uint32_t choice) override {
    const bool stack = model_ == Model::stack;
    if (choice % 2 == 1) return {stack ? "pop" : "dequeue", {}};
    // An odd factor: a permutation of the numbers below 2^16.
    const std::uint32_t number = ++put_ * 40503U & 0xffffU;
    const bool ordered = model_ != Model::priority_queue;
    return {stack ? "push" : "enqueue", std::int64_t{ordered ? put_ : number}};
  }
  std::optional<Value> apply(const Call& call) override {
    if (!call.argument.is_nil()) {
      items_.push_back(call.argument);
      return call.argument;
    }
    if (items_.empty()) return Value();
    auto taken = items_.begin();
    if (model_ == Model::stack) taken = items_.end() - 1;
    if (model_ == Model::priority_queue) taken = std::min_element(items_.begin(), items_.end());
    Value value = *taken;
    items_.erase(taken);
    return value;
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    if (!call.argument.is_nil()) return call.argument;
    return choice % 2 == 0 || items_.empty() ? Value() : items_[choice / 2 % items_.size()];
  }

 private:
  Model model_;
  std::vector<Value> items_;
  std::uint32_t put_ = 0;
};

class Counter final : public PlainObject {
 public:
  explicit Counter(const Value& initial) : sum_(initial.integer()) {}

  Call call(std::uint32_t choice) override {
    static constexpr const char* kCalls[] = {"add", "read", "subtract", "read"};
    const char* const f = kCalls[choice % 4];
    return {f, *f == 'r' ? Value() : Value(std::int64_t{1 + choice / 4 % 5})};
  }
  std::optional<Value> apply(const Call& call) override {
    if (call.f == "read") return Value(sum_);
    sum_ += call.f == "add" ? call.argument.integer() : -call.argument.integer();
    return call.argument;
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    return call.f == "read" ? Value(sum_ + choice % 3) : call.argument;
  }

 private:
  std::int64_t sum_;
};

class Set final : public PlainObject {
 public:
  explicit Set(const Value& initial) {
    for (const Value& item : initial.items()) present_[item] = true;
  }

  Call call(std::uint32_t choice) override {
    static constexpr const char* kCalls[] = {"add", "contains", "remove", "read"};
    const char* const f = kCalls[choice % 4];
    return {f, choice % 4 == 3 ? Value() : small(choice / 4, 4)};
  }
  std::optional<Value> apply(const Call& call) override {
    if (call.f == "read") return elements();
    bool& present = present_[call.argument];
    const bool was = present;
    if (call.f == "contains") return Value::boolean(was);
    present = call.f == "add";
    return Value::boolean(present != was);
  }
  Value lie(const Call& call, std::uint32_t choice) const override {
    if (call.f == "read") return Value(Value::Kind::set, {small(choice, 4)});
    return Value::boolean(choice % 2 == 0);
  }

 private:
  Value elements() const {
    std::vector<Value> all;
    for (const auto& [item, present] : present_) {
      if (present) all.push_back(item);
    }
    return {Value::Kind::set, std::move(all)};
  }

  std::map<Value, bool> present_;
};

}  // namespace

std::unique_ptr<PlainObject> plain_object(const checkers::ModelSpec& model, std::int64_t keys) {
  switch (model.model) {
    case Model::reg: return std::make_unique<Register>(model.initial, false);
    case Model::cas_reg: return std::make_unique<Register>(model.initial, true);
    case Model::multi_register: return std::make_unique<Registers>(model.initial, keys);
    case Model::kv: return std::make_unique<Strings>(model.initial, keys);
    case Model::revision_kv: return std::make_unique<Revisions>(model.initial, keys);
    case Model::mutex:
    case Model::owned_mutex:
    case Model::reentrant_mutex:
    case Model::fenced_mutex:
    case Model::reentrant_fenced_mutex:
    case Model::semaphore:
    case Model::owned_semaphore: return std::make_unique<Lock>(model);
    case Model::fifo_queue:
    case Model::stack:
    case Model::priority_queue: return std::make_unique<Container>(model.model, model.initial);
    case Model::counter: return std::make_unique<Counter>(model.initial);
    case Model::set: break;
  }
  return std::make_unique<Set>(model.initial);
}

}  // namespace windtunnel::gen
