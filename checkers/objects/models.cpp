#include <windtunnel/checkers/objects/models.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/txn/transactions.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

const Value kNil;

struct ModelEntry {
  Model model;
  std::string_view name;
  std::string_view initial;
  Builder build;
  std::string_view operations;
  bool knows_clients = false;
};

constexpr ModelEntry kModels[] = {
    {Model::reg, "register", "nil", build_register, "read, write"},
    {Model::cas_reg, "cas-register", "nil", build_register, "read, write, cas [from to]"},
    {Model::multi_register, "multi-register", "{}", build_multi_register,
     "txn [[:read k v] [:write k v]]: registers that change together"},
    {Model::kv, "kv", "\"\"", build_kv, "get, put, append, cas of texts, by key"},
    {Model::revision_kv, "revision-kv", "1", build_revision_kv,
     "get, put, delete, txn {:if [[k mod]], :then, :else}: keys whose changes have revisions"},
    {Model::mutex, "mutex", "free", build_mutex, "acquire, release"},
    {Model::owned_mutex, "owned-mutex", "free", build_owned_mutex,
     "acquire, release by who acquired it", true},
    {Model::reentrant_mutex, "reentrant-mutex", "free", build_reentrant_mutex,
     "acquire, also again by who holds it, release as often", true},
    {Model::fenced_mutex, "fenced-mutex", "free", build_fenced_mutex,
     "acquire -> a greater token, release by who acquired it", true},
    {Model::reentrant_fenced_mutex, "reentrant-fenced-mutex", "free", build_reentrant_fenced_mutex,
     "acquire -> a greater token, or again by who holds it -> the same, release as often", true},
    {Model::semaphore, "semaphore", "1", build_semaphore,
     "acquire n, release n (nil: 1) of so many permits as there are at first"},
    {Model::owned_semaphore, "owned-semaphore", "1", build_owned_semaphore,
     "acquire n, release n by who acquired as many", true},
    {Model::fifo_queue, "fifo-queue", "[]", build_queue, "enqueue, dequeue (nil: it was empty)"},
    {Model::stack, "stack", "[]", build_stack, "push, pop (nil: it was empty)"},
    {Model::priority_queue, "priority-queue", "[]", build_priority_queue,
     "enqueue, dequeue (the smallest; nil: it was empty)"},
    {Model::counter, "counter", "0", build_counter, "add, increment, subtract, decrement, read"},
    {Model::set, "set", "#{}", build_set, "add, remove, contains, read -> all"},
};

const ModelEntry& entry_of(Model model) { return kModels[static_cast<std::size_t>(model)]; }

KeyedOperation keyed(const History& history, std::uint32_t number) {
  const Operation& op = history.operations()[number];
  KeyedOperation out;
  out.step.operation = number;
  out.step.call = op.invoked;
  out.ok = op.outcome == EventType::ok;
  if (out.ok) out.step.ret = op.completed;
  out.f = &history.f(op);
  out.told = &kNil;
  out.argument = &history.argument(op);
  out.result = &history.result(op);
  if (op.completed != kNoEvent) out.told = &history.completion(op)->value;
  out.session = history.session(op);
  return out;
}

// Is the value a tuple [key value]?
bool is_tuple(const Value& value) { return value.is_sequence() && value.items().size() == 2; }

// Takes the key out of the tuples. False when the invocation is none.
bool untuple(KeyedOperation& op, const Value*& key) {
  if (!is_tuple(*op.argument)) return false;
  key = &op.argument->items()[0];
  op.argument = &op.argument->items()[1];
  if (is_tuple(*op.result)) op.result = &op.result->items()[1];
  if (is_tuple(*op.told)) op.told = &op.told->items()[1];
  return true;
}

ReadError unknown_operation(const History& history, std::uint32_t number, const ModelSpec& spec) {
  const Operation& op = history.operations()[number];
  return {history.invocation(op).line, 0,
          fmt::format("{} is not an operation of the model {}, which has {}", history.describe(op),
                      name_of(spec.model), operations_of(spec.model))};
}

// Can an object of the model start like this?
bool fits(Model model, const Value& initial) {
  switch (model) {
    case Model::multi_register: return initial.kind() == Value::Kind::map;
    case Model::fifo_queue:
    case Model::stack:
    case Model::priority_queue: return initial.is_sequence();
    case Model::revision_kv:
    case Model::counter: return initial.is_integer();
    case Model::mutex:
      return initial.kind() == Value::Kind::boolean ||
             (initial.is_name() && (initial.text() == "held" || initial.text() == "free"));
    case Model::owned_mutex:
    case Model::reentrant_mutex:
    case Model::fenced_mutex:
    case Model::reentrant_fenced_mutex: return initial.is_name() && initial.text() == "free";
    case Model::semaphore:
    case Model::owned_semaphore: return initial.is_integer() && initial.integer() > 0;
    case Model::set: return initial.is_sequence() || initial.kind() == Value::Kind::set;
    case Model::reg:
    case Model::cas_reg:
    case Model::kv: return true;
  }
  return false;
}

struct Group {
  const Value* key = &kNil;
  std::vector<KeyedOperation> operations;
};

struct Less {
  bool operator()(const Value* a, const Value* b) const { return *a < *b; }
};

}  // namespace

std::string_view name_of(Model model) { return entry_of(model).name; }
std::string_view operations_of(Model model) { return entry_of(model).operations; }
bool knows_clients(Model model) { return entry_of(model).knows_clients; }

const std::vector<Model>& all_models() {
  static const std::vector<Model> all = [] {
    std::vector<Model> models;
    for (const ModelEntry& entry : kModels) models.push_back(entry.model);
    return models;
  }();
  return all;
}

ModelSpec usual_spec(Model model) {
  ModelSpec spec;
  spec.model = model;
  EdnReader reader(entry_of(model).initial);
  WT_ASSERT(reader.read(spec.initial), "the table's initial values are EDN");
  return spec;
}

boost::system::result<ModelSpec, ReadError> model_spec(std::string_view name,
                                                       const std::optional<Value>& initial) {
  std::string known;
  for (const ModelEntry& entry : kModels) {
    known += fmt::format("{}{}", known.empty() ? "" : ", ", entry.name);
    if (entry.name != name) continue;
    ModelSpec spec = usual_spec(entry.model);
    if (!initial) return spec;
    if (!fits(entry.model, *initial)) {
      return ReadError{0, 0,
                       fmt::format("{} cannot start as {}; it starts as {} unless something like "
                                   "that is named",
                                   name, to_edn(*initial), entry.initial)};
    }
    spec.initial = *initial;
    return spec;
  }
  return ReadError{0, 0, fmt::format("no model '{}'; there are {}", name, known)};
}

boost::system::result<ModelSpec, ReadError> parse_model(std::string_view name,
                                                        std::optional<std::string_view> initial) {
  if (!initial) return model_spec(name, std::nullopt);
  EdnReader reader(*initial);
  Value value;
  if (!reader.read(value) || !reader.at_end()) {
    return ReadError{0, 0, fmt::format("the initial value '{}' is not one EDN form", *initial)};
  }
  return model_spec(name, value);
}

bool looks_independent(const History& history) {
  const auto& operations = history.operations();
  const auto is_keyed = [&history](const Operation& op) {
    const Value& value = history.argument(op);
    if (!is_tuple(value)) return false;
    const Value& key = value.items()[0];
    const bool plain = !key.is_sequence() && key.kind() != Value::Kind::map && !key.is_nil();
    return plain && (history.f(op) != "cas" || is_tuple(value.items()[1]));
  };
  return !operations.empty() && std::all_of(operations.begin(), operations.end(), is_keyed);
}

bool is_put_to_the_test(const History& history, const std::vector<Object>& objects) {
  const auto& all = history.operations();
  const auto succeeded = [](const Operation& op) { return op.outcome == EventType::ok; };
  if (std::all_of(all.begin(), all.end(), succeeded)) return true;
  return std::any_of(objects.begin(), objects.end(), [](const Object& object) {
    const std::vector<Step>& steps = object.problem.steps;
    return std::any_of(steps.begin(), steps.end(), [&object](const Step& step) {
      return step.ret != kNever && !object.machine->traits(step.kind).total;
    });
  });
}

boost::system::result<std::vector<Object>, ReadError> objects_of(const History& history,
                                                                 const ModelSpec& spec) {
  std::vector<Group> groups;
  std::map<const Value*, std::size_t, Less> group_of;
  const bool kv = spec.model == Model::kv;
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    const Operation& op = history.operations()[i];
    if (op.outcome == EventType::fail) continue;
    KeyedOperation one = keyed(history, i);
    const Value* key = kv ? &history.key(op) : &kNil;
    const bool tuple = spec.independent || (kv && key->is_nil());
    if (tuple && !untuple(one, key)) return unknown_operation(history, i, spec);
    const auto [entry, added] = group_of.try_emplace(key, groups.size());
    if (added) groups.push_back({key, {}});
    if (added && !tuple && !kv) groups.back().operations.reserve(history.operations().size());
    groups[entry->second].operations.push_back(one);
  }
  std::vector<Object> objects;
  for (Group& group : groups) {
    std::vector<std::vector<KeyedOperation>> parts;
    if (spec.model == Model::multi_register)
      parts = split_by_key(group.operations);
    else
      parts.push_back(std::move(group.operations));
    for (const std::vector<KeyedOperation>& part : parts) {
      Object object;
      std::size_t unknown = 0;
      if (!entry_of(spec.model).build(part, spec.initial, object, unknown)) {
        return unknown_operation(history, part[unknown].step.operation, spec);
      }
      if (object.problem.key.empty() && !group.key->is_nil())
        object.problem.key = to_edn(*group.key);
      objects.push_back(std::move(object));
    }
  }
  return objects;
}

}  // namespace windtunnel::checkers
