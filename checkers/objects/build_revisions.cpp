// A store whose every change has a revision, with transactions that compare revisions, as etcd's.
#include <windtunnel/checkers/objects/models.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace windtunnel::checkers {
namespace {

struct RevisionModel {
  struct Key {
    Value value;
    std::int64_t mod = 0;  // the revision of its last change
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct State {
    std::map<Value, Key> keys;
    std::int64_t revision = 0;
    friend auto operator<=>(const State&, const State&) = default;
  };
  // Every operation is a transaction: if all of the first, then the second, else the third.
  struct Op {
    Value conditions;  // [[key mod] ...]
    Value then;        // [[:get key] [:put key value] [:delete key] ...]
    Value otherwise;
    Value told;  // {:succeeded b, :revision r, :results [...]}, or less of it
    friend auto operator<=>(const Op&, const Op&) = default;
  };

  std::int64_t first = 0;

  State initial() const {
    State state;
    state.revision = first;
    return state;
  }
  bool apply(State& state, const Op& op) const {
    const auto holds = [&state](const Value& condition) {
      const auto at = state.keys.find(condition.items()[0]);
      return condition.items()[1] == Value(at == state.keys.end() ? 0 : at->second.mod);
    };
    const auto& conditions = op.conditions.items();
    const bool succeeded = std::all_of(conditions.begin(), conditions.end(), holds);
    if (!is_told(op.told, "succeeded", Value::boolean(succeeded))) return false;
    const auto& actions = (succeeded ? op.then : op.otherwise).items();
    const Value* const results = op.told.find("results");
    const std::int64_t next = state.revision + 1;
    bool changes = false;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      const bool shows = results != nullptr && i < results->items().size();
      const Value result = shows ? results->items()[i] : Value();
      if (!act(state, actions[i].items(), result, next, changes)) return false;
    }
    if (changes) state.revision = next;
    return is_told(op.told, "revision", Value(state.revision));
  }
  Traits traits(const Op& op) const {
    const bool looks = only_gets(op.then) && only_gets(op.otherwise);
    return {.observer = looks, .total = op.told.items().empty()};
  }
  std::string describe(const State& state) const {
    return fmt::format("at revision {}", state.revision);
  }

 private:
  // What is told under the name, if anything is, is that.
  static bool is_told(const Value& told, std::string_view name, const Value& value) {
    const Value* const found = told.find(name);
    return found == nullptr || *found == value;
  }
  static bool only_gets(const Value& actions) {
    const auto& all = actions.items();
    return std::all_of(all.begin(), all.end(),
                       [](const Value& one) { return one.items()[0].text() == "get"; });
  }
  static bool act(State& state, const std::vector<Value>& action, const Value& result,
                  std::int64_t next, bool& changes) {
    const std::string_view f = action[0].text();
    const auto at = state.keys.find(action[1]);
    const bool is_there = at != state.keys.end();
    if (f == "get") {
      return is_told(result, "value", is_there ? at->second.value : Value()) &&
             is_told(result, "mod", Value(is_there ? at->second.mod : 0));
    }
    changes = changes || f == "put" || is_there;
    if (f == "put") {
      state.keys[action[1]] = {action[2], next};
      return true;
    }
    if (is_there) state.keys.erase(at);
    return is_told(result, "deleted", Value(is_there ? 1 : 0));
  }
};

// An action by its name, with so many parts behind it.
bool is_action(const Value& value) {
  if (!value.is_sequence() || value.items().size() < 2 || !value.items()[0].is_name()) return false;
  const std::string_view f = value.items()[0].text();
  return value.items().size() == (f == "put" ? 3U : 2U) &&
         (f == "get" || f == "put" || f == "delete");
}

bool are_actions(const Value& value) {
  const auto& all = value.items();
  return value.is_nil() || (value.is_sequence() && std::all_of(all.begin(), all.end(), is_action));
}

bool are_conditions(const Value& value) {
  const auto& all = value.items();
  return value.is_nil() ||
         (value.is_sequence() && std::all_of(all.begin(), all.end(), [](const Value& one) {
            return one.is_sequence() && one.items().size() == 2 && one.items()[1].is_integer();
          }));
}

bool decode_transaction(const Value& argument, RevisionModel::Op& op) {
  if (argument.kind() != Value::Kind::map) return false;
  for (const auto& [name, part] : {std::pair{"if", &op.conditions}, std::pair{"then", &op.then},
                                   std::pair{"else", &op.otherwise}}) {
    const Value* const found = argument.find(name);
    if (found != nullptr) *part = *found;
  }
  return are_conditions(op.conditions) && are_actions(op.then) && are_actions(op.otherwise);
}

bool decode_operation(const KeyedOperation& it, RevisionModel::Op& op) {
  const bool tells = it.result->kind() == Value::Kind::map;
  if (it.ok && !tells) return false;
  if (*it.f == "txn") {
    if (tells) op.told = *it.result;
    return decode_transaction(*it.argument, op);
  }
  std::vector<Value> action{Value::keyword(*it.f)};
  if (*it.f == "put" && it.argument->is_sequence()) {
    for (const Value& part : it.argument->items()) action.push_back(part);
  } else {
    action.push_back(*it.argument);
  }
  op.then = Value::vector({Value::vector(std::move(action))});
  if (!are_actions(op.then)) return false;
  if (!tells) return true;
  // What it tells of the store and of the key is one map.
  std::vector<Value> told{Value::keyword("results"), Value::vector({*it.result})};
  if (const Value* const revision = it.result->find("revision")) {
    told.push_back(Value::keyword("revision"));
    told.push_back(*revision);
  }
  op.told = {Value::Kind::map, std::move(told)};
  return true;
}

}  // namespace

bool build_revision_kv(const std::vector<KeyedOperation>& operations, const Value& initial,
                       Object& object, std::size_t& unknown) {
  auto machine = std::make_unique<ModelMachine<RevisionModel>>(RevisionModel{initial.integer()});
  for (std::size_t i = 0; i < operations.size(); ++i) {
    unknown = i;
    RevisionModel::Op op;
    if (!decode_operation(operations[i], op)) return false;
    Step step = operations[i].step;
    step.kind = machine->kind_of(op);
    // What nobody was told of and changes nothing says nothing.
    if (!operations[i].ok && machine->traits(step.kind).observer) continue;
    object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  return true;
}

}  // namespace windtunnel::checkers
