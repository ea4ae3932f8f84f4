#include <windtunnel/protocols/rpc/channel.h>

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/env/race.h>
#include <windtunnel/protocols/rpc/timeout.h>

#include <algorithm>
#include <utility>

namespace windtunnel::rpc {

Channel::Channel(Env& env, const Endpoint& to, SessionMaker sessions, const ChannelOptions& options)
    : env_(env),
      to_(to),
      sessions_(std::move(sessions)),
      options_(options),
      changed_(env),
      backoff_(options.first_backoff) {}

Channel::~Channel() = default;

void Channel::enter(State state) {
  state_ = state;
  changed_.notify_all();
}

void Channel::connect() {
  if (state_ == State::idle) return begin_attempt();
  is_wanted_ = true;
}

void Channel::begin_attempt() {
  is_wanted_ = false;
  enter(State::connecting);
  const Instant now = env_.clock.now();
  env_.timers.arm(deadline_after(now, options_.connect_patience), timer_);
  connecting_ = env_.transport.connect(to_, connected_);
}

void Channel::on_connected() {
  timer_.disarm();
  if (connected_.error() != Errc::ok) return fail(make_error_code(connected_.error()).message());
  backoff_ = options_.first_backoff;
  const Instant now = env_.clock.now();
  Connection::Owner& own = *this;
  current_ =
      &connections_.emplace_back(env_, own, std::move(connecting_), sessions_(Side::client, now));
  enter(State::ready);
  current_->start();
}

void Channel::on_timer() {
  if (state_ == State::connecting) return fail("connecting has timed out");
  // Backing off: the next attempt, where anybody wants it.
  if (is_wanted_) return begin_attempt();
  enter(State::idle);
}

void Channel::fail(std::string why) {
  connected_.disarm();
  connecting_.reset();
  failure_ = std::move(why);
  const std::uint64_t word = env_.random.draw("rpc-connection-backoff");
  const Duration wait = scale_between(word, backoff_ * 4 / 5, backoff_ * 6 / 5);
  backoff_ = std::min(backoff_ * 8 / 5, options_.longest_backoff);
  const Instant now = env_.clock.now();
  env_.timers.arm(deadline_after(now, wait), timer_);
  enter(State::backing_off);
}

void Channel::set_aside(Connection& connection) {
  if (current_ != &connection) return;
  current_ = nullptr;
  enter(State::idle);
}

void Channel::on_going_away(Connection& connection, const Status&) { set_aside(connection); }

void Channel::on_closed(Connection& connection) {
  set_aside(connection);
  if (!reap_.armed()) env_.executor.post(reap_);
}

void Channel::reap() {
  connections_.remove_if([](const Connection& connection) { return connection.is_over(); });
}

Task<bool> ClientCall::start(Env& env, std::string_view method, const Metadata& metadata,
                             CallOptions options) {
  while (!try_start(method, metadata, options)) {
    const Instant now = env.clock.now();
    if (now >= options.deadline) end({StatusCode::deadline_exceeded, "Deadline Exceeded"});
    if (channel_.state() == Channel::State::backing_off && !options.wait_for_ready) {
      end({StatusCode::unavailable, channel_.failure()});
    }
    if (has_ended_) break;
    channel_.connect();
    if (options.deadline == kEndOfTime) {
      co_await channel_.changed().wait();
    } else {
      (void)co_await before(env, options.deadline, channel_.changed().wait());
    }
  }
  co_return !has_ended_;
}

// False where there is no connection for it now.
bool ClientCall::try_start(std::string_view method, const Metadata& metadata,
                           const CallOptions& options) {
  Connection* const connection = channel_.ready();
  if (connection == nullptr) return false;
  const Instant now = env_.clock.now();
  const Result<CallId> started =
      connection->session().start(method, metadata, options.deadline, now);
  if (started) {
    connection->attach(*this, *started);
    return true;
  }
  if (started.error() == Errc::overloaded) {
    end({StatusCode::resource_exhausted, "too many calls are open"});
    return true;
  }
  channel_.set_aside(*connection);
  return false;
}

void ClientCall::half_close() {
  if (connection_ == nullptr) return;
  connection_->session().half_close(id_);
  connection_->flush_soon();
}

Task<Status> ClientCall::finish(Env&) {
  Bytes dropped;
  while (co_await read(dropped)) dropped.clear();
  co_return status_;
}

Task<Status> call_unary(Env& env, Channel& channel, std::string_view method, BytesView request,
                        Bytes& response, CallOptions options) {
  ClientCall call(env, channel);
  const Metadata none;
  if (!co_await call.start(env, method, none, options)) co_return call.status();
  co_await call.write(request);
  call.half_close();
  const bool has_response = co_await call.read(response);
  const Status status = co_await call.finish(env);
  if (status.ok() && !has_response) {
    const Status empty(Status{StatusCode::internal, "the server sent no message"});
    co_return empty;
  }
  co_return status;
}

}  // namespace windtunnel::rpc
