#pragma once

#include "server.h"

#include <windtunnel/protocols/env/mailbox.h>

#include <algorithm>

namespace plog {

// Produces and consumes, and asks again until somebody answers.
class LogClient final : public Client {
 public:
  LogClient(Env& env, const ServiceConfig& config) : nodes_(config.members), mailbox_(env) {}

  Task<Outcome> invoke(Env& env, const Operation& operation) override {
    const Instant now = env.clock.now();
    const std::vector<Value>& step = operation.value.items()[0].items();
    if (operation.f == "send") co_return co_await send(env, step, now + operation.timeout);
    co_return co_await poll(env, now + operation.timeout);
  }

 private:
  // [[:send 1 17]], answered [[:send 1 [4 17]]].
  Task<Outcome> send(Env& env, std::vector<Value> step, Instant deadline) {
    const Message request{Kind::send, ++last_id_, Value::vector({step[1], step[2]})};
    step[2] = co_await ask(env, request, deadline);
    if (step[2].is_nil()) co_return Outcome::info(Errc::timed_out);
    co_return Outcome::ok(Value::vector({Value::vector(std::move(step))}));
  }
  // [[:poll]], answered [[:poll {0 [[7 12] [8 15]], 1 [[4 17]]}]]: what is new in each partition.
  Task<Outcome> poll(Env& env, Instant deadline) {
    std::vector<Value> log;
    for (std::uint32_t i = 0; i < kPartitions; ++i) {
      const Value from = Value::vector({std::int64_t{i}, positions_[i]});
      const Message request{Kind::poll, ++last_id_, from};
      const Value found = co_await ask(env, request, deadline);
      if (found.is_nil()) co_return Outcome::fail(Errc::timed_out);
      log.push_back(std::int64_t{i});
      log.push_back(found);
    }
    for (std::uint32_t i = 0; i < kPartitions; ++i) {
      positions_[i] += static_cast<std::int64_t>(log[2 * i + 1].items().size());
    }
    Value found(Value::Kind::map, std::move(log));
    co_return Outcome::ok(Value::vector({Value::vector({Value::keyword("poll"), found})}));
  }

  Task<Value> ask(Env& env, Message request, Instant deadline) {
    if (!is_open_) is_open_ = mailbox_.open(0).has_value();
    const std::uint64_t partition = partition_of(request);
    NodeId& leader = leaders_.try_emplace(partition, nodes_.front()).first->second;
    for (Instant now = env.clock.now(); now < deadline; now = env.clock.now()) {
      const Instant until = std::min(deadline, now + milliseconds(200));
      const Endpoint to{leader, kPort};
      const Result<Value> got =
          co_await before(env, until, windtunnel::ask(env, mailbox_, to, request));
      if (got && !got->is_nil()) co_return *got;
      leader = nodes_[env.random.draw("whom-to-ask") % nodes_.size()];
      co_await sleep_for(env, milliseconds(10));
    }
    co_return Value();
  }

  const std::vector<NodeId> nodes_;
  Mailbox mailbox_;
  bool is_open_ = false;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, NodeId> leaders_;          // whom it believes to lead, by partition
  std::map<std::uint32_t, std::int64_t> positions_;  // of the consumer, by partition
};

}  // namespace plog
