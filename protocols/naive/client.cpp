#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/naive/naive.h>

#include <utility>

namespace windtunnel::naive {
namespace {

Outcome outcome(Outcome::Kind kind, Errc error) {
  Outcome result;
  result.kind = kind;
  result.error = error;
  return result;
}

}  // namespace

NaiveClient::NaiveClient(const ServiceConfig& config)
    : config_(config),
      deadline_(config.duration("deadline", seconds(1))),
      read_anywhere_(config.text("reads", "any") == "any") {}

Task<Outcome> NaiveClient::invoke(Env& env, const Operation& operation) {
  if (mailbox_ == nullptr) {
    mailbox_ = std::make_unique<Mailbox>(env);
    const Result<void> opened = mailbox_->open(0);
    WT_ASSERT(opened.has_value(), "an ephemeral port is free");
  }
  const bool read = operation.f == "get" || operation.f == "read";
  Message request;
  request.id = ++last_id_;
  request.f = operation.f;
  request.key = operation.key;
  request.value = operation.value;
  request.expected = operation.expected;
  const Instant start = env.clock.now();
  const Instant until = start + deadline_;
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
      co_return outcome(read ? Outcome::Kind::fail : Outcome::Kind::info, Errc::timed_out);
    }
    if (reply->answer == Answer::ok) {
      Outcome done = outcome(Outcome::Kind::ok, Errc::ok);
      if (read) done.value = reply->value;
      co_return done;
    }
    if (reply->answer == Answer::mismatch) co_return outcome(Outcome::Kind::fail, Errc::ok);
    if (reply->answer == Answer::invalid) {
      co_return outcome(Outcome::Kind::fail, Errc::unsupported);
    }
    // Not the primary: ask the one it knows, or the next.
    std::size_t next = (primary_ + 1) % config_.members.size();
    for (std::size_t i = 0; i < config_.members.size(); ++i) {
      if (config_.members[i] == reply->leader) next = i;
    }
    primary_ = next;
    co_await sleep_for(env, milliseconds(5));
  }
  co_return outcome(Outcome::Kind::fail, Errc::timed_out);  // Every answer was a refusal.
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
