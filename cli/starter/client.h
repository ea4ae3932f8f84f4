// A user of the store. It asks all nodes, and goes on when a majority has answered: any two
// majorities have a node in common, so that it hears of what was finished before. (Attiya, Bar-Noy,
// Dolev: Sharing memory robustly in message-passing systems, 1995.)
#pragma once

#include "messages.h"

#include <windtunnel/protocols/env/mailbox.h>
#include <windtunnel/protocols/env/store_call.h>

#include <algorithm>
#include <map>
#include <vector>

namespace store {

class StoreClient final : public Client {
 public:
  StoreClient(Env& env, const ServiceConfig& config)
      : nodes_(config.members),
        resend_(config.duration("resend", milliseconds(100))),
        mailbox_(env) {}

  // `ok`: it was done. `fail`: it was not done, and will not be. `info`: nobody knows.
  Task<Outcome> invoke(Env& env, const Operation& operation) override {
    const Result<StoreCall> call = store_call(operation);
    if (!call) co_return Outcome::fail(call.error());
    const bool writes = call->verb == StoreVerb::write;
    if (!writes && !call->is_read()) co_return Outcome::fail(Errc::unsupported);
    const Instant now = env.clock.now();
    const Instant deadline = now + operation.timeout;

    Message query{Kind::query, ++last_id_, call->key, {}, {}};
    const std::optional<Message> newest = co_await ask(env, query, deadline);
    if (!newest) co_return Outcome::fail(Errc::timed_out);

    // A read tells them too, so that whoever reads later finds no older value.
    Message update{Kind::update, ++last_id_, call->key, newest->stamp, newest->value};
    if (writes) {
      update.value = call->value;
      update.stamp.count = newest->stamp.count + 1;
      update.stamp.draw = env.random.draw("stamp");
    }
    const std::optional<Message> kept = co_await ask(env, update, deadline);
    if (kept) co_return Outcome::ok(store_answer(operation, update.value));
    if (writes) co_return Outcome::info(Errc::timed_out);
    co_return Outcome::fail(Errc::timed_out);
  }

 private:
  // The newest of what a majority replies; nothing, if there is none by the deadline.
  Task<std::optional<Message>> ask(Env& env, Message request, Instant deadline) {
    if (!is_open_) is_open_ = mailbox_.open(0).has_value();
    const Bytes bytes = encode(request);
    std::map<NodeId, Message> replies;
    for (Instant now = env.clock.now(); now < deadline; now = env.clock.now()) {
      for (const NodeId node : nodes_) {
        if (!replies.contains(node)) (void)mailbox_.socket().send({node, kPort}, bytes);
      }
      const Instant again = std::min(deadline, now + resend_);
      for (;;) {
        const Result<Mailbox::Message> got = co_await before(env, again, mailbox_.next());
        if (!got) break;  // It is time to ask again.
        const std::optional<Message> reply = decode(got->bytes);
        if (!reply || reply->id != request.id) continue;
        replies[got->from.node] = *reply;
        if (2 * replies.size() > nodes_.size()) co_return newest_of(replies);
      }
    }
    co_return std::nullopt;
  }

  static Message newest_of(const std::map<NodeId, Message>& replies) {
    Message newest;
    for (const auto& [node, reply] : replies) {
      if (reply.stamp >= newest.stamp) newest = reply;
    }
    return newest;
  }

  const std::vector<NodeId> nodes_;
  const Duration resend_;
  Mailbox mailbox_;
  bool is_open_ = false;
  std::uint64_t last_id_ = 0;
};

}  // namespace store
