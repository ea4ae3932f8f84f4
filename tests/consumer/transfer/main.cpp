#include "bank.h"

#include <windtunnel/checkers/objects/linearizable.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/harness/builtin.h>
#include <windtunnel/scenarios/checks/invariant.h>
#include <windtunnel/scenarios/checks/judge_check.h>

using namespace windtunnel;

namespace {

// read, answered {0 10, 1 8, ...}, and transfer [from to amount].
class BankClient final : public Client {
 public:
  BankClient(Env& env, const ServiceConfig& config)
      : coordinator_{config.members.front(), bank::kPort}, mailbox_(env) {}

  Task<Outcome> invoke(Env& env, const Operation& operation) override {
    const Instant until = env.clock.now() + operation.timeout;
    if (last_id_ == 0) (void)mailbox_.open(0);
    const bank::Message request{bank::Kind::request, ++last_id_, changes_of(operation)};
    const Result<Value> answer =
        co_await before(env, until, ask(env, mailbox_, coordinator_, request));
    if (!answer) co_return Outcome::info(answer.error());
    if (answer->is_nil()) co_return Outcome::fail();
    co_return Outcome::ok(operation.f == "read" ? *answer : Value());
  }

 private:
  static Value changes_of(const Operation& operation) {
    if (operation.f == "read") return {Value::Kind::map, {0, 0, 1, 0, 2, 0, 3, 0}};
    const std::vector<Value>& its = operation.value.items();
    return {Value::Kind::map, {its[0], -its[2].integer(), its[1], its[2]}};
  }
  const Endpoint coordinator_;
  Mailbox mailbox_;
  std::uint64_t last_id_ = 0;
};

class Transfers final : public scenarios::OperationSource {
  void next(Random& random, Operation& operation) override {
    const auto word = static_cast<std::int64_t>(random.draw("operation") % 1'000'000);
    operation.f = word % 3 == 0 ? "read" : "transfer";
    if (word % 3 == 0) return;
    const std::int64_t from = word / 3 % bank::kAccounts;
    const std::int64_t to = (from + 1 + word / 12 % (bank::kAccounts - 1)) % bank::kAccounts;
    operation.value = Value::vector({from, to, 1 + word / 36 % 5});
  }
};

// The bank as one object. Where that is linearizable, its transactions are strictly serializable.
struct OneBank {
  using State = std::vector<std::int64_t>;
  using Op = Value;  // [from to amount], or the {account balance} that were read
  State initial() const { return State(bank::kAccounts, bank::kInitial); }
  bool apply(State& state, const Op& op) const {
    const auto number = [&](std::size_t i) { return op.items()[i].integer(); };
    if (op.kind() == Value::Kind::vector) {
      state[static_cast<std::size_t>(number(1))] += number(2);
      return (state[static_cast<std::size_t>(number(0))] -= number(2)) >= 0;
    }
    for (std::size_t i = 0; i < state.size(); ++i) {
      if (number(2 * i + 1) != state[i]) return false;
    }
    return true;
  }
};

checkers::Judgement judge_bank(const checkers::History& history, const checkers::JudgeOptions&) {
  const auto decode = [](const checkers::History& from, const checkers::Operation& op) {
    const Value& value = from.f(op) == "read" ? from.result(op) : from.argument(op);
    return value.is_nil() ? std::nullopt : std::optional(value);
  };
  checkers::Judgement judgement;
  judgement.verdict = check_model(history, OneBank(), decode);
  return judgement;
}

class EndsOnce final : public scenarios::Invariant {
  std::string look(const Record& record) override {
    const bool ok = record.b != 0;
    if (ends_.try_emplace(record.a, ok).first->second == ok) return {};
    return name_of(record.node) + " ends a transaction otherwise than it was ended";
  }
  std::map<std::uint64_t, bool> ends_;  // by transaction
};

constexpr OptionSpec kOptions[] = {
    {"keeps", OptionKind::boolean, "true", "decisions are on disk before anybody is told"},
};

}  // namespace

int main(int argc, char** argv) {
  scenarios::Registry registry;
  scenarios::add_builtin(registry);
  auto account = scenarios::service_of<bank::Account>("bank-account", "an account");
  auto coordinator = scenarios::service_of<bank::Coordinator, BankClient>("bank-coordinator",
                                                                          "decides what happens");
  coordinator.options = kOptions;
  for (scenarios::ServiceDefinition* service : {&account, &coordinator}) {
    service->words = bank::kWords;
    service->messages = {{1, "request"}, {2, "answer"}, {3, "prepare"},
                         {4, "vote"},    {5, "decide"}, {6, "inquire"}};
    registry.add(*service);
  }
  registry.add(scenarios::workload_of<Transfers>(
      "transfers", "transfers and reads", {"bank", Value(bank::kAccounts * bank::kInitial)}));
  add_judge(registry, {"one-bank", "transfers and reads are strictly serializable", judge_bank});
  registry.add(scenarios::invariant_check<EndsOnce>("ends-once", "nobody undoes what another does",
                                                    {kind_of(observed(bank::Word::ended))}));
  return windtunnel::main(argc, argv, registry);
}
