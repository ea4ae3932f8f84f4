// Locks and semaphores: one model, and what of it each of them asks for.
#include <windtunnel/checkers/objects/models.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

namespace windtunnel::checkers {
namespace {

struct LockRules {
  std::int64_t permits = 1;
  bool counted = false;    // operations may say how many permits they are about
  bool owned = false;      // a client releases what it has acquired; else all are one client
  bool reentrant = false;  // who holds it may have more than the permits
  bool fenced = false;     // each holder gets a greater token
  bool held_at_first = false;
};

struct LockModel {
  using Token = __int128;  // a little more than the integers of 64 bits
  struct Op {
    bool acquire = false;
    std::uint32_t client = 0;
    std::int64_t permits = 1;
    std::optional<std::int64_t> token;  // absent: nobody was told
    friend auto operator<=>(const Op&, const Op&) = default;
  };
  struct State {
    std::map<std::uint32_t, std::int64_t> held;  // by client, without zeroes
    Token token = Token{INT64_MIN} - 1;          // the last that was given
    bool is_hidden = false;                      // to who holds it: it may be greater, too
    friend auto operator<=>(const State&, const State&) = default;
  };

  LockRules rules;

  State initial() const {
    State state;
    if (rules.held_at_first) state.held[0] = 1;
    return state;
  }
  bool apply(State& state, const Op& op) const {
    return op.acquire ? acquire(state, op) : release(state, op);
  }
  // What a client does can only hinder the others: without all of it they are as legal.
  bool may_see(const Op& op, const Op& mutator) const { return op.client == mutator.client; }
  std::string describe(const State& state) const {
    std::int64_t held = 0;
    for (const auto& [client, permits] : state.held) held += permits;
    // A witness does without the others of who does what it never may.
    const std::string_view whose = rules.owned ? " by the clients listed" : "";
    if (rules.counted) return fmt::format("held {} of {} times{}", held, rules.permits, whose);
    std::string text = held == 1 ? "held" : fmt::format("held {} times", held);
    if (held == 0) text = rules.owned ? "held by none of the clients listed" : "free";
    if (!rules.fenced || state.token < INT64_MIN) return text;
    return fmt::format("{}, the last token {}{}", text, state.token,
                       state.is_hidden ? " or more" : "");
  }

 private:
  bool acquire(State& state, const Op& op) const {
    const bool again = rules.reentrant && state.held.contains(op.client);
    std::int64_t free = rules.permits;
    for (const auto& [client, permits] : state.held) free -= permits;
    if (!again && op.permits > free) return false;
    state.held[op.client] += op.permits;
    return again ? shows(state, op.token) : gives(state, op.token);
  }
  static bool release(State& state, const Op& op) {
    const auto own = state.held.find(op.client);
    if (own == state.held.end() || own->second < op.permits) return false;
    if (!shows(state, op.token)) return false;
    own->second -= op.permits;
    if (own->second > 0) return true;
    state.held.erase(own);
    state.is_hidden = false;
    return true;
  }
  // One that nobody was told of was as small as it could be, until somebody says more of it.
  bool gives(State& state, const std::optional<std::int64_t>& token) const {
    if (!rules.fenced) return true;
    if (token && *token <= state.token) return false;
    state.is_hidden = !token;
    state.token = token ? Token{*token} : state.token + 1;
    return true;
  }
  static bool shows(State& state, const std::optional<std::int64_t>& token) {
    if (!token) return true;
    if (state.is_hidden ? *token < state.token : *token != state.token) return false;
    state.token = *token;
    state.is_hidden = false;
    return true;
  }
};

// The value under one of the names in what the operation returned, or in what it was called with.
const Value* named(const KeyedOperation& op, std::initializer_list<std::string_view> names) {
  for (const Value* const value : {op.told, op.argument}) {
    if (value->kind() != Value::Kind::map) continue;
    for (const std::string_view name : names) {
      if (const Value* const found = value->find(name)) return found;
    }
  }
  return nullptr;
}

struct Client {
  std::uint32_t open = 0;         // operations without an end
  std::uint32_t last_return = 0;  // 0: none, as a call comes first  // of the others
};

class LockBuilder {
 public:
  LockBuilder(const std::vector<KeyedOperation>& operations, const LockRules& rules)
      : operations_(operations), rules_(rules) {}

  // False at the operation `at` that is none of the model.
  bool decode(std::size_t& at) {
    for (at = 0; at < operations_.size(); ++at) {
      const KeyedOperation& op = operations_[at];
      LockModel::Op it;
      it.acquire = *op.f == "acquire";
      const bool not_had = op.result->kind() == Value::Kind::boolean && !op.result->truth();
      if ((!it.acquire && *op.f != "release") || not_had) return false;
      if (rules_.owned && !find_client(op, it)) return false;
      if (rules_.counted && !find_permits(op, it)) return false;
      if (rules_.fenced && !find_token(op, it)) return false;
      ops_.push_back(it);
    }
    return true;
  }

  void build(Object& object) const {
    auto machine = std::make_unique<ModelMachine<LockModel>>(LockModel{rules_});
    for (std::size_t i = 0; i < ops_.size(); ++i) {
      if (is_idle(i)) continue;
      Step step = operations_[i].step;
      step.kind = machine->kind_of(ops_[i]);
      object.problem.steps.push_back(step);
    }
    object.machine = std::move(machine);
  }

 private:
  bool find_client(const KeyedOperation& op, LockModel::Op& it) {
    const Value* const name = named(op, {"client"});
    if (name_clients_.value_or(name != nullptr) != (name != nullptr)) return false;
    name_clients_ = name != nullptr;
    const Value client = name != nullptr ? *name : Value(op.session);
    const auto next = static_cast<std::uint32_t>(clients_.size());
    it.client = numbers_.try_emplace(client, next).first->second;
    if (it.client == next) clients_.emplace_back();
    Client& known = clients_[it.client];
    if (op.step.ret == kNever) {
      ++known.open;
    } else {
      known.last_return = std::max(known.last_return, op.step.ret);
    }
    return true;
  }
  static bool find_permits(const KeyedOperation& op, LockModel::Op& it) {
    const Value* const told = named(op, {"permits"});
    const bool is_map = op.argument->kind() == Value::Kind::map;
    const Value& permits = told != nullptr ? *told : *op.argument;
    if (permits.is_nil() || (is_map && told == nullptr)) return true;
    if (!permits.is_integer() || permits.integer() < 1) return false;
    it.permits = permits.integer();
    return true;
  }
  // An acquire that succeeded must have one.
  static bool find_token(const KeyedOperation& op, LockModel::Op& it) {
    const Value* told = named(op, {"token", "fence"});
    if (told == nullptr) told = it.acquire ? op.result : op.argument;
    if (told->is_integer()) it.token = told->integer();
    return told->is_integer() || !it.acquire || !op.ok;
  }
  // An acquire that nobody knows the end of only takes from others, unless its client goes on.
  bool is_idle(std::size_t i) const {
    if (!rules_.owned || !ops_[i].acquire || operations_[i].ok) return false;
    const Client& client = clients_[ops_[i].client];
    return client.open == 1 && client.last_return <= operations_[i].step.call;
  }

  const std::vector<KeyedOperation>& operations_;
  LockRules rules_;
  std::vector<LockModel::Op> ops_;
  std::vector<Client> clients_;
  std::map<Value, std::uint32_t> numbers_;
  std::optional<bool> name_clients_;
};

bool build_lock(const std::vector<KeyedOperation>& operations, const LockRules& rules,
                Object& object, std::size_t& unknown) {
  LockBuilder builder(operations, rules);
  if (!builder.decode(unknown)) return false;
  builder.build(object);
  return true;
}

}  // namespace

bool build_mutex(const std::vector<KeyedOperation>& operations, const Value& initial,
                 Object& object, std::size_t& unknown) {
  const bool held = initial.is_name() ? initial.text() == "held" : initial.truth();
  return build_lock(operations, {.held_at_first = held}, object, unknown);
}

bool build_owned_mutex(const std::vector<KeyedOperation>& operations, const Value&, Object& object,
                       std::size_t& unknown) {
  return build_lock(operations, {.owned = true}, object, unknown);
}

bool build_reentrant_mutex(const std::vector<KeyedOperation>& operations, const Value&,
                           Object& object, std::size_t& unknown) {
  return build_lock(operations, {.owned = true, .reentrant = true}, object, unknown);
}

bool build_fenced_mutex(const std::vector<KeyedOperation>& operations, const Value&, Object& object,
                        std::size_t& unknown) {
  return build_lock(operations, {.owned = true, .fenced = true}, object, unknown);
}

bool build_reentrant_fenced_mutex(const std::vector<KeyedOperation>& operations, const Value&,
                                  Object& object, std::size_t& unknown) {
  const LockRules rules{.owned = true, .reentrant = true, .fenced = true};
  return build_lock(operations, rules, object, unknown);
}

bool build_semaphore(const std::vector<KeyedOperation>& operations, const Value& initial,
                     Object& object, std::size_t& unknown) {
  const LockRules rules{.permits = initial.integer(), .counted = true};
  return build_lock(operations, rules, object, unknown);
}

bool build_owned_semaphore(const std::vector<KeyedOperation>& operations, const Value& initial,
                           Object& object, std::size_t& unknown) {
  const LockRules rules{.permits = initial.integer(), .counted = true, .owned = true};
  return build_lock(operations, rules, object, unknown);
}

}  // namespace windtunnel::checkers
