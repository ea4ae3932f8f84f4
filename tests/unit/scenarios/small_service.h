// Services of one node for tests: a function says what each request is answered. Their messages are
// EDN: [id f value], and back [id result].
#pragma once

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/env/mailbox.h>
#include <windtunnel/scenarios/engine/registry.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::scenarios {

inline constexpr Port kSmallPort = 7300;

inline Value parsed(BytesView bytes) {
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  checkers::EdnReader reader(text);
  Value value;
  return reader.read(value) ? value : Value();
}

inline Value edn(std::string_view text) { return parsed(as_bytes(text)); }

// Answers for one life of the node: what f of this value gives the client on that node, or
// :refused.
using Answers = std::function<Value(NodeId client, const std::string& f, const Value& value)>;

class SmallServer final : public Service, private MessageSink {
 public:
  SmallServer(Env& env, Answers answers) : env_(env), answers_(std::move(answers)) {}
  void start() override {
    auto socket = env_.transport.bind(kSmallPort, *this);
    if (socket) socket_ = std::move(*socket);
  }

 private:
  void on_message(const Endpoint& from, BytesView bytes) override {
    const Value request = parsed(bytes);
    const std::vector<Value>& parts = request.items();
    Value result = answers_(from.node, std::string(parts[1].text()), parts[2]);
    const std::string reply = checkers::to_edn(Value::vector({parts[0], std::move(result)}));
    (void)socket_->send(from, as_bytes(reply));
  }

  Env& env_;
  Answers answers_;
  std::unique_ptr<MessageSocket> socket_;
};

inline std::string request_text(std::int64_t id, const Operation& operation) {
  return checkers::to_edn(Value::vector({Value(id), Value(operation.f), operation.value}));
}

class SmallClient final : public Client {
 public:
  explicit SmallClient(const ServiceConfig& config) : server_(config.members.front()) {}

  Task<Outcome> invoke(Env& env, const Operation& operation) override {
    if (mailbox_ == nullptr) mailbox_ = std::make_unique<Mailbox>(env);
    if (last_ == 0) (void)mailbox_->open(0);
    const std::string request = request_text(++last_, operation);
    (void)mailbox_->socket().send(Endpoint{server_, kSmallPort}, as_bytes(request));
    const Instant now = env.clock.now();
    const Instant until = now + operation.timeout;
    for (;;) {
      const Result<Mailbox::Message> message = co_await before(env, until, mailbox_->next());
      if (!message) co_return Outcome::info(message.error());
      const Value reply = parsed(message->bytes);
      if (reply.items()[0] != Value(last_)) continue;
      if (reply.items()[1] == Value::keyword("refused")) co_return Outcome::fail();
      co_return Outcome::ok(reply.items()[1]);
    }
  }

 private:
  NodeId server_;
  std::unique_ptr<Mailbox> mailbox_;
  std::int64_t last_ = 0;
};

// A service of that name; `make` gives the answers of one life.
inline ServiceDefinition small_service(std::string name, std::function<Answers()> make) {
  ServiceDefinition definition;
  definition.name = std::move(name);
  definition.doc = "answers by a function";
  definition.make = [make = std::move(make)](Env& env, const ServiceConfig&) {
    return std::make_unique<SmallServer>(env, make());
  };
  definition.make_client = [](Env&, const ServiceConfig& config) {
    return std::make_unique<SmallClient>(config);
  };
  return definition;
}

// A workload whose operations come from a function; `done` hears how each ended.
class SmallSource final : public OperationSource {
 public:
  using Next = std::function<Operation(Random&)>;
  using Done = std::function<void(const Operation&, const Outcome&)>;
  explicit SmallSource(Next next, Done done = {})
      : next_(std::move(next)), done_(std::move(done)) {}
  void next(Random& random, Operation& operation) override {
    const Duration timeout = operation.timeout;
    operation = next_(random);
    operation.timeout = timeout;
  }
  void completed(const Operation& operation, const Outcome& outcome) override {
    if (done_) done_(operation, outcome);
  }

 private:
  Next next_;
  Done done_;
};

inline WorkloadDefinition small_workload(
    std::string name, checkers::Reading reading,
    std::function<std::unique_ptr<OperationSource>(const WorkloadSpec&, std::uint32_t)> make) {
  WorkloadDefinition definition;
  definition.name = std::move(name);
  definition.doc = "for tests";
  definition.reading = std::move(reading);
  definition.make = std::move(make);
  return definition;
}

}  // namespace windtunnel::scenarios
