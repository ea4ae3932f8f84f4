#include <windtunnel/checkers/txn/transactions.h>

#include <windtunnel/checkers/history/edn.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

namespace windtunnel::checkers {
namespace {

struct TxnModel {
  // One access: a read that returned `value` (kAny: unknown, always legal) or a write of it.
  struct Access {
    std::uint32_t key = 0;
    std::uint32_t value = 0;
    bool write = false;
    friend auto operator<=>(const Access&, const Access&) = default;
  };
  using Op = std::vector<Access>;
  using State = std::vector<std::uint32_t>;  // value by key
  static constexpr std::uint32_t kAny = 0xffffffffU;

  State first;
  std::vector<std::string> keys;
  std::vector<std::string> values;

  State initial() const { return first; }
  bool apply(State& state, const Op& op) const {
    for (const Access& access : op) {
      if (access.write)
        state[access.key] = access.value;
      else if (access.value != kAny && state[access.key] != access.value)
        return false;
    }
    return true;
  }
  Traits traits(const Op& op) const {
    Traits traits{.observer = true, .total = true, .blind = false};
    std::vector<bool> written(first.size());
    for (const Access& access : op) {
      if (access.write) {
        traits.observer = false;
        written[access.key] = true;
      } else if (access.value != kAny)
        traits.total = false;
    }
    traits.blind =
        traits.total && std::find(written.begin(), written.end(), false) == written.end();
    return traits;
  }
  bool may_see(const Op& op, const Op& mutator) const {
    for (const Access& read : op) {
      for (const Access& write : mutator) {
        const bool related = !read.write && write.write && read.key == write.key;
        if (related && read.value == write.value) return true;
      }
    }
    return false;
  }
  std::string describe(const State& state) const {
    std::string out = "{";
    for (std::size_t i = 0; i < state.size(); ++i) {
      out += fmt::format("{}{} {}", i == 0 ? "" : ", ", keys[i], values[state[i]]);
    }
    return out + "}";
  }
};

// What `[:read k v]` is in the text of a history.
struct TextAccess {
  const Value* key;
  const Value* value;
  bool write;
};

bool parse_access(const Value& form, TextAccess& out) {
  if (!form.is_sequence() || form.items().size() < 2 || form.items().size() > 3) return false;
  static const Value nil;
  const Value& f = form.items()[0];
  if (!f.is_name()) return false;
  out.write = f.text() == "write" || f.text() == "w";
  out.key = &form.items()[1];
  out.value = form.items().size() == 3 ? &form.items()[2] : &nil;
  return out.write || f.text() == "read" || f.text() == "r";
}

// Of one that is ok without a result nothing is known of what it read.
bool tells_reads(const KeyedOperation& op) { return op.ok && !op.result->is_nil(); }

bool parse_txn(const KeyedOperation& op, std::vector<TextAccess>& out) {
  out.clear();
  const Value& form = tells_reads(op) ? *op.result : *op.argument;
  if (*op.f != "txn" || !form.is_sequence() || !writes_as_called(*op.argument, form)) return false;
  for (const Value& item : form.items()) {
    TextAccess access{};
    if (!parse_access(item, access)) return false;
    out.push_back(access);
  }
  return true;
}

// The initial map may spell its keys differently (x, :x, "x").
const Value* initial_of(const Value& initial, const Value& key) {
  if (key.is_name()) return initial.find(key.text());
  const std::vector<Value>& items = initial.items();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i] == key) return &items[i + 1];
  }
  return nullptr;
}

template <class Key>
std::uint32_t intern(std::map<Key, std::uint32_t>& numbers, const Key& key) {
  return numbers.try_emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second;
}

struct TxnBuilder {
  const Value& initial;
  TxnModel model;
  std::map<Value, std::uint32_t> keys;
  std::map<Value, std::uint32_t> values;
  std::vector<TxnModel::Op> ops;

  std::uint32_t key(const Value& form) {
    const std::uint32_t number = intern(keys, form);
    if (number < model.first.size()) return number;
    const Value* start = initial_of(initial, form);
    model.first.push_back(value(start == nullptr ? Value() : *start));
    model.keys.push_back(to_edn(form));
    return number;
  }
  std::uint32_t value(const Value& form) {
    const std::uint32_t number = intern(values, form);
    if (number == model.values.size()) model.values.push_back(to_edn(form));
    return number;
  }
  void add(const std::vector<TextAccess>& accesses, bool ok) {
    TxnModel::Op op;
    for (const TextAccess& access : accesses) {
      const std::uint32_t number = key(*access.key);
      std::uint32_t seen = value(*access.value);
      const bool unset = access.value->is_nil() && model.values[model.first[number]] == "nil";
      if (!access.write && (!ok || (access.value->is_nil() && !unset))) seen = TxnModel::kAny;
      op.push_back({number, seen, access.write});
    }
    ops.push_back(std::move(op));
  }
};

}  // namespace

bool writes_as_called(const Value& argument, const Value& result) {
  if (!argument.is_sequence() || !result.is_sequence()) return true;
  const auto to_write = [](std::span<const Value> rest) {
    const auto is_read = [](const Value& access) {
      const bool named = !access.items().empty() && access.items()[0].is_name();
      return named && (access.items()[0].text() == "r" || access.items()[0].text() == "read");
    };
    const auto found = std::find_if_not(rest.begin(), rest.end(), is_read);
    return rest.subspan(static_cast<std::size_t>(found - rest.begin()));
  };
  auto called = to_write(argument.items());
  auto told = to_write(result.items());
  for (; !called.empty() && !told.empty();
       called = to_write(called.subspan(1)), told = to_write(told.subspan(1))) {
    const std::span<const Value> a(called[0].items());
    const std::span<const Value> b(told[0].items());
    const bool same =
        a.size() == b.size() && !a.empty() && std::equal(a.begin() + 1, a.end(), b.begin() + 1);
    if (!same) return false;
  }
  return called.empty() && told.empty();
}

std::vector<std::vector<KeyedOperation>> split_by_key(
    const std::vector<KeyedOperation>& operations) {
  std::map<Value, std::uint32_t> keys;
  std::vector<std::uint32_t> parents;  // a forest: union-find over keys
  const auto root = [&parents](std::uint32_t key) {
    while (parents[key] != key) key = parents[key] = parents[parents[key]];
    return key;
  };
  constexpr std::uint32_t kNoKey = 0xffffffffU;
  std::vector<std::uint32_t> key_of;  // by operation
  std::vector<TextAccess> accesses;
  for (const KeyedOperation& op : operations) {
    std::uint32_t first = kNoKey;
    parse_txn(op, accesses);
    for (const TextAccess& access : accesses) {
      const std::uint32_t key = intern(keys, *access.key);
      if (key == parents.size()) parents.push_back(key);
      if (first == kNoKey)
        first = key;
      else
        parents[root(key)] = root(first);
    }
    key_of.push_back(first);
  }
  std::vector<std::vector<KeyedOperation>> groups(1);
  std::map<std::uint32_t, std::size_t> group_of;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    std::size_t group = 0;
    if (key_of[i] != kNoKey) {
      const auto found = group_of.try_emplace(root(key_of[i]), groups.size()).first;
      group = found->second;
      if (group == groups.size()) groups.emplace_back();
    }
    groups[group].push_back(operations[i]);
  }
  if (groups.front().empty()) groups.erase(groups.begin());
  return groups;
}

bool build_multi_register(const std::vector<KeyedOperation>& operations, const Value& initial,
                          Object& object, std::size_t& unknown) {
  TxnBuilder builder{initial, {}, {}, {}, {}};
  std::vector<TextAccess> accesses;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    unknown = i;
    if (!parse_txn(operations[i], accesses)) return false;
    builder.add(accesses, tells_reads(operations[i]));
  }
  object.problem.key = fmt::format("{}", fmt::join(builder.model.keys, " "));
  const std::vector<TxnModel::Op> ops = std::move(builder.ops);
  auto machine = std::make_unique<ModelMachine<TxnModel>>(std::move(builder.model));
  for (std::size_t i = 0; i < operations.size(); ++i) {
    Step step = operations[i].step;
    step.kind = machine->kind_of(ops[i]);
    const bool keep = operations[i].ok || !machine->traits(step.kind).observer;
    if (keep) object.problem.steps.push_back(step);
  }
  object.machine = std::move(machine);
  return true;
}

}  // namespace windtunnel::checkers
