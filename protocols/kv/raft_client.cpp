#include <windtunnel/protocols/kv/raft_client.h>

#include <windtunnel/protocols/base/keyed_random.h>

#include <algorithm>
#include <utility>

namespace windtunnel::kv {

Task<Outcome> RaftClient::invoke(Env& env, const Operation& operation) {
  const Result<StoreCall> call = store_call(operation);
  if (!call) co_return Outcome::fail(call.error());
  const Result<void> opened = open_mailbox(env);
  if (!opened) co_return Outcome::fail(opened.error());
  const Instant now = env.clock.now();
  const Instant deadline = now + operation.timeout;
  const Command command = command_for(*call);
  if (!call->is_read()) co_return co_await write(env, command, deadline);
  const Result<Answer> answer = co_await ask(env, command, deadline);
  if (!answer) co_return Outcome::fail(answer.error());
  if (answer->status != Status::ok) co_return Outcome::fail(Errc::invalid_argument);
  co_return Outcome::ok(store_answer(operation, answer->value));
}

Task<Outcome> RaftClient::write(Env& env, Command command, Instant deadline) {
  const Result<void> ready = co_await ensure_session(env, deadline);
  if (!ready) co_return Outcome::fail(ready.error());
  command.session = session_;
  command.sequence = ++sequence_;
  const Result<Answer> answer = co_await ask(env, command, deadline);
  if (!answer) {
    const Error why = answer.error();
    if (why == Errc::message_too_large) co_return Outcome::fail(why);
    co_return Outcome::info(why);
  }
  switch (answer->status) {
    case Status::ok: co_return Outcome::ok();
    case Status::mismatch: co_return Outcome::fail();
    case Status::invalid: co_return Outcome::fail(Errc::invalid_argument);
    case Status::session_unknown:
      session_ = 0;  // An earlier try may have taken effect before the session expired.
      co_return Outcome::info(Errc::closed);
    case Status::stale:
    case Status::not_leader:
    case Status::unavailable: break;
  }
  co_return Outcome::info(Errc::closed);
}

Task<Result<void>> RaftClient::ensure_session(Env& env, Instant deadline) {
  if (session_ != 0) co_return Result<void>();
  Command command;
  command.op = Op::open_session;
  const Result<Answer> answer = co_await ask(env, command, deadline);
  if (!answer) co_return answer.error();
  if (answer->status != Status::ok) co_return make_error_code(Errc::unsupported);
  session_ = answer->session;
  sequence_ = 0;
  co_return Result<void>();
}

Task<Result<RaftClient::Answer>> RaftClient::ask(Env& env, Command command, Instant deadline) {
  Request request;
  request.id = ++last_request_;
  request.command = command;
  buffer_.clear();
  encode(request, buffer_);
  std::size_t redirects = 0;
  for (Instant now = env.clock.now(); now < deadline; now = env.clock.now()) {
    Endpoint to;
    to.node = options_.servers[target_];
    to.port = options_.port;
    const Result<void> sent = mailbox_->socket().send(to, buffer_);
    if (!sent && sent.error() == Errc::message_too_large) co_return sent.error();
    const Instant until = std::min(deadline, now + options_.attempt);
    Result<Answer> answer = co_await await_answer(env, request.id, until);
    if (!answer) {
      rotate();
      continue;
    }
    const Status status = answer->status;
    if (status != Status::not_leader && status != Status::unavailable) co_return answer;
    if (follow(answer->leader) && ++redirects <= options_.servers.size()) continue;
    redirects = 0;
    const std::uint64_t word = env.random.draw("client-pause");
    const Duration pause = scale_between(word, options_.pause / 2, options_.pause);
    co_await sleep_for(env, pause);
  }
  co_return make_error_code(Errc::timed_out);
}

Task<Result<RaftClient::Answer>> RaftClient::await_answer(Env& env, std::uint64_t id,
                                                          Instant until) {
  for (;;) {
    const Result<Mailbox::Message> message = co_await before(env, until, mailbox_->next());
    if (!message) co_return message.error();
    const Result<Response> response = decode_response(message->bytes);
    if (!response || response->id != id) continue;  // Damaged, or the answer to something earlier.
    Answer answer;
    answer.status = response->status;
    answer.session = response->session;
    answer.leader = response->leader;
    if (response->value) answer.value = std::string(*response->value);
    co_return answer;
  }
}

// Turns to the hinted leader; to the next server where there is no hint. False in that case: nobody
// knows.
bool RaftClient::follow(NodeId leader) {
  for (std::size_t i = 0; i < options_.servers.size(); ++i) {
    if (options_.servers[i] != leader || i == target_) continue;
    target_ = i;
    return true;
  }
  rotate();
  return false;
}

Result<void> RaftClient::open_mailbox(Env& env) {
  if (mailbox_ != nullptr) return {};
  auto mailbox = std::make_unique<Mailbox>(env);
  const Result<void> opened = mailbox->open(0);
  if (!opened) return opened.error();
  mailbox_ = std::move(mailbox);
  return {};
}

}  // namespace windtunnel::kv
