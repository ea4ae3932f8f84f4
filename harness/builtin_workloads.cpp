#include <windtunnel/harness/builtin.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using Mix = std::vector<std::pair<std::string, std::uint32_t>>;

// The mix of the scenario, or the workload's own.
Mix mix_of(const WorkloadSpec& spec, const Mix& standard) {
  if (spec.ops.empty()) return standard;
  Mix mix;
  for (const auto& [operation, weight] : standard) {
    const auto found = spec.ops.find(operation);
    if (found != spec.ops.end() && found->second > 0) mix.emplace_back(operation, found->second);
  }
  return mix;
}

const std::string& choose(const Mix& mix, std::uint64_t word) {
  std::uint64_t total = 0;
  for (const auto& [operation, weight] : mix) total += weight;
  std::uint64_t left = scale(word, total);
  for (const auto& [operation, weight] : mix) {
    if (left < weight) return operation;
    left -= weight;
  }
  return mix.back().first;
}

// Each written value is unique in the run: client number and count in one integer.
class UniqueNumbers {
 public:
  UniqueNumbers(const WorkloadSpec& spec, std::uint32_t client)
      : client_(client), clients_(std::max(1U, spec.clients)) {}
  std::int64_t next() { return static_cast<std::int64_t>(++count_ * clients_ + client_); }

 private:
  std::uint64_t client_;
  std::uint64_t clients_;
  std::uint64_t count_ = 0;
};

// One of the workload's keys, drawn.
Value key_of(const WorkloadSpec& spec, std::uint64_t word) {
  return spec.key_prefix + "k" + std::to_string(scale(word, std::max(1U, spec.keys)));
}

Value keyed(Value key, Value argument) {
  return Value::vector({std::move(key), std::move(argument)});
}

// Registers or texts by key: [key argument].
class KeyedSource : public OperationSource {
 public:
  KeyedSource(const WorkloadSpec& spec, std::uint32_t client, const Mix& standard)
      : spec_(spec), mix_(mix_of(spec, standard)), numbers_(spec, client) {
    for (const auto& [operation, weight] : mix_) compares_ = compares_ || operation == "cas";
  }

  void next(Random& random, Operation& operation) override {
    const std::uint64_t choice = random.draw("operation");
    const std::uint64_t key_word = random.draw("key");
    Value key = key_of(spec_, key_word);
    operation.f = choose(mix_, choice);
    Value argument = argument_of(operation.f, key);
    operation.value = keyed(std::move(key), std::move(argument));
  }

  void completed(const Operation& operation, const Outcome& outcome) override {
    if (!compares_ || outcome.kind != Outcome::Kind::ok) return;
    const Value& done = outcome.value.is_nil() ? operation.value : outcome.value;
    if (!done.is_sequence() || done.items().size() != 2) return;
    const Value& now = done.items()[1];
    const bool is_pair = now.is_sequence() && now.items().size() == 2;
    if (now.is_nil() || (operation.f == "cas" && !is_pair)) return;
    seen_[done.items()[0]] = operation.f == "cas" ? now.items()[1] : now;
  }

 private:
  Value argument_of(const std::string& f, const Value& key) {
    if (f == "read" || f == "get") return {};
    const std::int64_t number = numbers_.next();
    if (f == "write") return number;
    if (f == "cas") return Value::vector({seen_[key], Value(number)});
    return std::to_string(number) + (f == "append" ? " " : "");
  }

  const WorkloadSpec& spec_;
  Mix mix_;
  UniqueNumbers numbers_;
  bool compares_ = false;
  // What this client saw last under each key: what a cas expects.
  std::map<Value, Value> seen_;
};

// Transactions of one step over lists, which is what a store with one key an operation can do.
class ListSource : public OperationSource {
 public:
  ListSource(const WorkloadSpec& spec, std::uint32_t client, const Mix& standard)
      : spec_(spec), mix_(mix_of(spec, standard)), numbers_(spec, client) {}

  void next(Random& random, Operation& operation) override {
    const std::uint64_t choice = random.draw("operation");
    const std::uint64_t key_word = random.draw("key");
    const bool appends = choose(mix_, choice) == "append";
    std::vector<Value> step;
    step.push_back(Value::keyword(appends ? "append" : "r"));
    step.push_back(key_of(spec_, key_word));
    step.push_back(appends ? Value(numbers_.next()) : Value());
    operation.f = "txn";
    operation.value = Value::vector({Value::vector(std::move(step))});
  }

 private:
  const WorkloadSpec& spec_;
  Mix mix_;
  UniqueNumbers numbers_;
};

WorkloadDefinition registers(std::string name, std::string doc, Mix mix) {
  WorkloadDefinition definition;
  definition.name = std::move(name);
  definition.doc = std::move(doc);
  definition.operations = mix;
  definition.reading = {definition.name, {}, true};
  definition.make = [mix](const WorkloadSpec& spec, std::uint32_t client) {
    return std::make_unique<KeyedSource>(spec, client, mix);
  };
  return definition;
}

}  // namespace

void add_workloads(Registry& registry) {
  registry.add(registers("register", "reads and unique writes of registers, one a key",
                         {{"read", 1}, {"write", 1}}));
  registry.add(registers("cas-register", "reads, unique writes and compare-and-set of registers",
                         {{"read", 2}, {"write", 1}, {"cas", 1}}));
  WorkloadDefinition kv;
  kv.name = "kv";
  kv.doc = "get, put and append of strings by key";
  kv.operations = {{"get", 2}, {"put", 1}, {"append", 1}};
  kv.reading.model = "kv";
  kv.make = [mix = kv.operations](const WorkloadSpec& spec, std::uint32_t client) {
    return std::make_unique<KeyedSource>(spec, client, mix);
  };
  registry.add(std::move(kv));
  WorkloadDefinition lists;
  lists.name = "list-append";
  lists.doc = "transactions of one append to a list or one read of it, for isolation levels";
  lists.operations = {{"read", 1}, {"append", 1}};
  lists.reading.model = "list-append";
  lists.make = [mix = lists.operations](const WorkloadSpec& spec, std::uint32_t client) {
    return std::make_unique<ListSource>(spec, client, mix);
  };
  registry.add(std::move(lists));
}

}  // namespace windtunnel::scenarios
