// Accounts, a node each, and transfers between them in two phases: a coordinator has the accounts
// that one concerns prepare it, decides, and tells them.
#pragma once

#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/env/value_messages.h>
#include <windtunnel/protocols/env/words.h>

#include <map>
#include <set>

namespace bank {

using namespace windtunnel;

inline constexpr Port kPort = 9200;
inline constexpr std::int64_t kAccounts = 4;
inline constexpr std::int64_t kInitial = 10;

// The first byte of a message: what faults and reports know it by.
enum class Kind : std::uint8_t {
  request = 1,  // of a client: {account change}
  answer,       // {account balance}, those before, or nil: it does not take place
  prepare,      // the change
  vote,         // the balance before, or nil: no
  decide,       // whether it takes place
  inquire,      // of an account that has prepared and has heard no more
};
using Message = ValueMessage<Kind>;

// What the services say that they do.
enum class Word : std::uint16_t { prepared = 1000, ended, end };
inline constexpr ObservationWord kTable[] = {
    {observed(Word::prepared), "prepared", "has all votes for {txn}", {{{"txn"}}}},
    {observed(Word::ended), "ended", "ends {txn}: {ok}", {{{"txn"}, {"ok", FieldType::truth}}}},
};
inline constexpr ProtocolWords kWords{kTable};
static_assert(flaw_of(kWords, Word::prepared, Word::end).empty());

// An account, in memory: it must not crash.
class Account final : public Service, private MessageSink {
 public:
  Account(Env& env, const ServiceConfig& config)
      : env_(env), group_(config.group), coordinator_{config.peers("coordinator").front(), kPort} {}
  void start() override {
    Result<std::unique_ptr<MessageSocket>> socket = env_.transport.bind(kPort, *this);
    if (!socket) return env_.process.exit("the port is taken");
    socket_ = std::move(*socket);
    tasks_.spawn(inquire(env_));
  }

 private:
  void on_message(const Endpoint&, BytesView bytes) override {
    const std::optional<Message> message = Message::decode(bytes);
    if (message && message->kind == Kind::prepare) prepare(*message);
    if (message && message->kind == Kind::decide) end(message->id, message->body.truth());
  }
  // From its yes on the account is the transaction's, until that ends.
  void prepare(const Message& message) {
    if (ended_.contains(message.id)) return;
    const bool can = !prepared_ && balance_ + message.body.integer() >= 0;
    send({Kind::vote, message.id, can ? Value(balance_) : Value()});
    if (can) prepared_ = message;
  }
  void end(std::uint64_t txn, bool ok) {
    if (!ended_.insert(txn).second) return;
    const bool prepared = prepared_ && prepared_->id == txn;
    if (prepared && ok) balance_ += prepared_->body.integer();
    if (prepared) prepared_.reset();
    env_.observer.observe({observed(Word::ended), group_, txn, ok, 0, 0});
  }
  Task<void> inquire(Env& env) {
    for (;;) {
      co_await sleep_for(env, milliseconds(100));
      if (prepared_) send({Kind::inquire, prepared_->id, {}});
    }
  }
  void send(const Message& message) { (void)socket_->send(coordinator_, encode(message)); }

  Env& env_;
  const GroupId group_;
  const Endpoint coordinator_;
  std::unique_ptr<MessageSocket> socket_;
  std::int64_t balance_ = kInitial;
  std::optional<Message> prepared_;
  std::set<std::uint64_t> ended_;
  TaskScope tasks_;
};

// Decides. What takes place has a file by its name: what has none does not.
class Coordinator final : public Service {
 public:
  Coordinator(Env& env, const ServiceConfig& config) : env_(env), config_(config), mailbox_(env) {}
  void start() override { tasks_.spawn(work(env_)); }

 private:
  using Vote = std::pair<NodeId, Value>;

  Task<void> work(Env& env) {
    const Result<void> recovered = co_await recover(env);
    if (!recovered || !mailbox_.open(kPort)) co_return env.process.exit("it cannot start");
    for (;;) {
      const Result<Mailbox::Message> got = co_await mailbox_.next();
      const std::optional<Message> message = Message::decode(got->bytes);
      if (message) take(got->from, *message);
    }
  }
  void take(const Endpoint& from, const Message& message) {
    const auto votes = running_.find(message.id);
    const bool runs = votes != running_.end();
    if (message.kind == Kind::request) tasks_.spawn(transact(env_, from, message));
    if (message.kind == Kind::vote && runs) votes->second->try_send({from.node, message.body});
    if (message.kind == Kind::inquire && !runs) tell(from.node, message.id);
  }

  // A transaction is called after the client: 6000017 is request 17 of node 6.
  Task<void> transact(Env& env, Endpoint client, Message request) {
    const std::uint64_t txn = client.node.value * 1'000'000 + request.id;
    const std::vector<Value>& changes = request.body.items();
    Channel<Vote> votes(env, kAccounts);
    running_[txn] = &votes;
    for (std::size_t i = 0; i < changes.size(); i += 2) {
      send({account(changes[i]), kPort}, {Kind::prepare, txn, changes[i + 1]});
    }
    const Instant until = env.clock.now() + milliseconds(200);
    std::map<NodeId, Value> yes;  // the balances before
    while (2 * yes.size() < changes.size()) {
      const Result<Vote> vote = co_await before(env, until, votes.receive());
      if (!vote || vote->second.is_nil()) break;
      yes.insert(*vote);
    }
    if (2 * yes.size() == changes.size()) {
      observe(Word::prepared, txn);
      const Result<void> kept = co_await keep(env, txn);
      if (!kept) co_return env.process.exit("a decision cannot be kept");
      committed_.insert(std::to_string(txn));
    }
    running_.erase(txn);
    observe(Word::ended, txn);
    std::vector<Value> balances;
    for (std::size_t i = 0; i < changes.size(); i += 2) {
      tell(account(changes[i]), txn);
      balances.insert(balances.end(), {changes[i], yes[account(changes[i])]});
    }
    Value seen(Value::Kind::map, std::move(balances));
    send(client, {Kind::answer, request.id, committed(txn) ? seen : Value()});
  }

  Task<Result<void>> keep(Env& env, std::uint64_t txn) {
    if (!config_.boolean("keeps", true)) co_return Result<void>();
    const std::string name = std::to_string(txn);
    const Result<File> file = co_await open_file(env, name, OpenMode::create);
    if (!file) co_return file.error();
    env.disk.close(*file);
    co_return co_await sync_directory(env, "");
  }
  Task<Result<void>> recover(Env& env) {
    const Result<std::vector<std::string>> names = co_await list_directory(env, "");
    if (!names) co_return names.error();
    committed_.insert(names->begin(), names->end());
    co_return co_await sync_directory(env, "");  // What is seen may not be durable yet.
  }

  bool committed(std::uint64_t txn) const { return committed_.contains(std::to_string(txn)); }
  NodeId account(const Value& number) const {
    return config_.peers("account").at(static_cast<std::size_t>(number.integer()));
  }
  void observe(Word word, std::uint64_t txn) {
    env_.observer.observe({observed(word), config_.group, txn, committed(txn), 0, 0});
  }
  void tell(NodeId account, std::uint64_t txn) {
    send({account, kPort}, {Kind::decide, txn, Value::boolean(committed(txn))});
  }
  void send(const Endpoint& to, const Message& message) {
    (void)mailbox_.socket().send(to, encode(message));
  }

  Env& env_;
  const ServiceConfig config_;
  Mailbox mailbox_;
  std::set<std::string> committed_;
  std::map<std::uint64_t, Channel<Vote>*> running_;
  TaskScope tasks_;
};

}  // namespace bank
