#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/env/store_call.h>
#include <windtunnel/protocols/naive/naive.h>

#include <utility>

namespace windtunnel::naive {

NaiveClient::NaiveClient(const ServiceConfig& config)
    : config_(config), read_anywhere_(config.text("reads", "any") == "any") {}

Task<Outcome> NaiveClient::invoke(Env& env, const Operation& operation) {
  const Result<StoreCall> call = store_call(operation);
  if (!call) co_return Outcome::fail(call.error());
  if (mailbox_ == nullptr) {
    mailbox_ = std::make_unique<Mailbox>(env);
    const Result<void> opened = mailbox_->open(0);
    WT_ASSERT(opened.has_value(), "an ephemeral port is free");
  }
  const bool read = call->is_read();
  Message request;
  request.id = ++last_id_;
  request.f = name_of(call->verb);
  request.key = call->key;
  if (!read) request.value = call->value;
  request.expected = call->expected;
  const Instant start = env.clock.now();
  const Instant until = start + operation.timeout;
  for (Instant now = start; now < until; now = env.clock.now()) {
    std::size_t target = primary_;
    if (read && read_anywhere_) {
      const std::uint64_t word = env.random.draw("read-from");
      target = scale(word, config_.members.size());
    }
    const Bytes bytes = encode(request);
    const Result<Message> reply =
        co_await ask(env, config_.members[target], bytes, request.id, until);
    if (!reply) {
      // A write may have arrived, and asking again could do it twice: leave it at that.
      primary_ = (primary_ + 1) % config_.members.size();
      if (read) co_return Outcome::fail(Errc::timed_out);
      co_return Outcome::info(Errc::timed_out);
    }
    if (reply->answer == Answer::ok) {
      co_return Outcome::ok(store_answer(operation, reply->value));
    }
    if (reply->answer == Answer::mismatch) co_return Outcome::fail();
    if (reply->answer == Answer::invalid) co_return Outcome::fail(Errc::unsupported);
    // Not the primary: ask the one it knows, or the next.
    std::size_t next = (primary_ + 1) % config_.members.size();
    for (std::size_t i = 0; i < config_.members.size(); ++i) {
      if (config_.members[i] == reply->leader) next = i;
    }
    primary_ = next;
    co_await sleep_for(env, milliseconds(5));
  }
  co_return Outcome::fail(Errc::timed_out);  // Every answer was a refusal.
}

Task<Result<Message>> NaiveClient::ask(Env& env, NodeId server, Bytes request, std::uint64_t id,
                                       Instant until) {
  (void)mailbox_->socket().send(Endpoint{server, kPort}, request);
  for (;;) {
    const Result<Mailbox::Message> received = co_await before(env, until, mailbox_->next());
    if (!received) co_return received.error();
    Result<Message> reply = decode(received->bytes);
    if (reply && reply->kind == Kind::reply && reply->id == id) co_return reply;
  }
}

}  // namespace windtunnel::naive
