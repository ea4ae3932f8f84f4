#include <windtunnel/harness/builtin.h>

#include <charconv>
#include <string>
#include <utility>

namespace windtunnel::scenarios {
namespace {

using checkers::Value;
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

// Registers by key. Every written value is unique in the run: client number and count in one
// integer.
class KeyedSource : public OperationSource {
 public:
  KeyedSource(const WorkloadSpec& spec, std::uint32_t client, const Mix& standard)
      : mix_(mix_of(spec, standard)),
        keys_(std::max(1U, spec.keys)),
        client_(client),
        clients_(std::max(1U, spec.clients)),
        seen_(keys_) {}

  void next(Random& random, Operation& operation) override {
    const std::uint64_t choice = random.draw("operation");
    const std::uint64_t key_word = random.draw("key");
    key_ = scale(key_word, keys_);
    operation.f = choose(mix_, choice);
    operation.key = "k" + std::to_string(key_);
    operation.value.reset();
    operation.expected.reset();
    if (operation.f == "read" || operation.f == "get") return;
    operation.value = std::to_string(fresh());
    if (operation.f == "append") *operation.value += ' ';
    if (operation.f == "cas" && !seen_[key_].empty()) operation.expected = seen_[key_];
  }

  void completed(const Operation& operation, const Outcome& outcome) override {
    if (outcome.kind != Outcome::Kind::ok) return;
    const bool read = operation.f == "read" || operation.f == "get";
    const std::optional<std::string>& now = read ? outcome.value : operation.value;
    if (now) seen_[key_] = *now;
  }

 private:
  std::uint64_t fresh() { return ++count_ * clients_ + client_; }

  Mix mix_;
  std::uint64_t keys_;
  std::uint64_t client_;
  std::uint64_t clients_;
  std::uint64_t count_ = 0;
  std::uint64_t key_ = 0;
  // What this client saw last under each key: what a cas expects.
  std::vector<std::string> seen_;
};

Value number_or_text(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return Value(std::string_view(text));
}

Value number_or_nil(const std::optional<std::string>& text) {
  return text && !text->empty() ? number_or_text(*text) : Value();
}

Value keyed(const std::string& key, Value value) {
  std::vector<Value> tuple;
  tuple.emplace_back(std::string_view(key));
  tuple.push_back(std::move(value));
  return Value::vector(std::move(tuple));
}

RecordedOperation record_register(const Operation& operation) {
  if (operation.f == "cas") {
    std::vector<Value> pair;
    pair.push_back(number_or_nil(operation.expected));
    pair.push_back(number_or_nil(operation.value));
    return {operation.f, keyed(operation.key, Value::vector(std::move(pair)))};
  }
  return {operation.f, keyed(operation.key, number_or_nil(operation.value))};
}

Value register_result(const Operation& operation, const Outcome& outcome) {
  if (operation.f == "read") return keyed(operation.key, number_or_nil(outcome.value));
  return record_register(operation).argument;
}

RecordedOperation record_kv(const Operation& operation) {
  Value value = operation.value ? Value(std::string_view(*operation.value)) : Value();
  return {operation.f, keyed(operation.key, std::move(value))};
}

Value kv_result(const Operation& operation, const Outcome& outcome) {
  if (operation.f != "get") return record_kv(operation).argument;
  return keyed(operation.key, Value(std::string_view(outcome.value.value_or(""))));
}

WorkloadDefinition registers(std::string name, std::string doc, Mix mix, checkers::Model model) {
  WorkloadDefinition definition;
  definition.name = std::move(name);
  definition.doc = std::move(doc);
  definition.operations = mix;
  definition.model.model = model;
  definition.model.independent = true;
  definition.make = [mix](const WorkloadSpec& spec, std::uint32_t client) {
    return std::make_unique<KeyedSource>(spec, client, mix);
  };
  definition.record = &record_register;
  definition.record_result = &register_result;
  return definition;
}

}  // namespace

void add_workloads(Registry& registry) {
  registry.add(registers("register", "reads and unique writes of registers, one a key",
                         {{"read", 1}, {"write", 1}}, checkers::Model::reg));
  registry.add(registers("cas-register", "reads, unique writes and compare-and-set of registers",
                         {{"read", 2}, {"write", 1}, {"cas", 1}}, checkers::Model::cas_reg));
  WorkloadDefinition kv;
  kv.name = "kv";
  kv.doc = "get, put and append of strings by key";
  kv.operations = {{"get", 2}, {"put", 1}, {"append", 1}};
  kv.model.model = checkers::Model::kv;
  kv.model.initial = Value("");
  kv.make = [mix = kv.operations](const WorkloadSpec& spec, std::uint32_t client) {
    return std::make_unique<KeyedSource>(spec, client, mix);
  };
  kv.record = &record_kv;
  kv.record_result = &kv_result;
  registry.add(std::move(kv));
}

}  // namespace windtunnel::scenarios
