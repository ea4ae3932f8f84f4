#include <windtunnel/protocols/naive/naive.h>

#include <algorithm>
#include <utility>

namespace windtunnel::naive {
namespace {

constexpr OptionSpec kOptions[] = {
    bounded(
        {"heartbeat", OptionKind::duration, "50ms", "how often a primary says that it is there"},
        "100us", "24h", "failover"),
    bounded({"failover", OptionKind::duration, "300ms",
             "silence after which the first backup promotes itself; the next ones wait a multiple "
             "of it"},
            "1ms", "24h"),
    {"reads", OptionKind::text, "any", "which node a client reads from", "any|primary"},
};

}  // namespace

std::span<const OptionSpec> options() { return kOptions; }

NaiveService::NaiveService(Env& env, const ServiceConfig& config)
    : env_(env),
      config_(config),
      heartbeat_(config.duration("heartbeat", milliseconds(50))),
      failover_(config.duration("failover", milliseconds(300))) {}

void NaiveService::start() {
  Result<std::unique_ptr<MessageSocket>> socket = env_.transport.bind(kPort, *this);
  if (!socket) return;  // A node without its port serves nobody.
  socket_ = std::move(*socket);
  arm(failover_timeout());
}

// The order of promotion is fixed: each node waits a multiple of the timeout, by its place in the
// list.
Duration NaiveService::failover_timeout() const {
  const auto self = std::find(config_.members.begin(), config_.members.end(), env_.self);
  const auto rank = self - config_.members.begin();
  return failover_ * static_cast<std::int64_t>(rank + 1);
}

void NaiveService::on_timer() {
  if (!primary_) become_primary();  // Nobody was asked. This is the split brain.
  Message heartbeat;
  heartbeat.kind = Kind::heartbeat;
  send_to_backups(std::move(heartbeat));
  arm(heartbeat_);
}

void NaiveService::become_primary() {
  primary_ = true;
  leader_ = env_.self;
  ++epoch_;
  Observation role;
  role.kind = ObservationKind::role;
  role.group = config_.group;
  role.a = static_cast<std::uint64_t>(Role::leader);
  role.b = epoch_;
  role.c = version_;
  env_.observer.observe(role);
  WT_LOG(env_, info, "is primary of epoch {}, at version {}", epoch_, version_);
}

void NaiveService::on_message(const Endpoint& from, BytesView bytes) {
  const Result<Message> message = decode(bytes);
  if (!message) return;
  switch (message->kind) {
    case Kind::request: on_request(from, *message); break;
    case Kind::heartbeat:
    case Kind::replicate:
    case Kind::state: on_primary_sign(from, *message); break;
    case Kind::pull: {
      Message state;
      state.kind = Kind::state;
      state.epoch = epoch_;
      state.version = version_;
      state.data = data_;
      if (primary_) send(from, state);
      break;
    }
    case Kind::reply: break;
  }
}

// Anything a primary says. The newer epoch wins, then the lower node; the loser forgets what it
// had.
void NaiveService::on_primary_sign(const Endpoint& from, const Message& sign) {
  if (sign.epoch < epoch_) return;
  if (primary_ && sign.epoch == epoch_ && env_.self < from.node) return;
  const bool missed = sign.epoch > epoch_ || leader_ != from.node || sign.version > version_ + 1;
  if (primary_) WT_LOG(env_, warning, "gives way, and forgets version {}", version_);
  primary_ = false;
  leader_ = from.node;
  arm(failover_timeout());
  if (sign.kind == Kind::state) {
    epoch_ = sign.epoch;
    version_ = sign.version;
    data_ = sign.data;
  } else if (sign.kind == Kind::replicate && !missed && sign.version == version_ + 1) {
    version_ = sign.version;
    apply(sign.key, sign.value);
  } else if (missed || sign.version != version_) {
    Message pull;
    pull.kind = Kind::pull;
    send(from, pull);
  }
}

void NaiveService::on_request(const Endpoint& from, const Message& request) {
  Message reply;
  reply.kind = Kind::reply;
  reply.id = request.id;
  reply.leader = leader_;
  const bool read = request.f == "get";
  if (read) {
    const auto found = data_.find(request.key);  // Whatever this node has: a backup may lag.
    if (found != data_.end()) reply.value = found->second;
  } else {
    reply.answer = primary_ ? execute(request) : Answer::not_primary;
  }
  send(from, reply);
}

Answer NaiveService::execute(const Message& request) {
  const auto found = data_.find(request.key);
  const bool set = found != data_.end();
  if (request.f == "put") {
    write(request.key, request.value);
  } else if (request.f == "append") {
    write(request.key, (set ? found->second : std::string()) + request.value.value_or(""));
  } else if (request.f == "delete") {
    write(request.key, std::nullopt);
  } else if (request.f == "cas") {
    if (set != request.expected.has_value()) return Answer::mismatch;
    if (set && found->second != *request.expected) return Answer::mismatch;
    write(request.key, request.value);
  } else {
    return Answer::invalid;
  }
  return Answer::ok;
}

// The client gets its answer as soon as this returns; whether the backups hear of the write is up
// to the network.
void NaiveService::write(const std::string& key, std::optional<std::string> value) {
  ++version_;
  apply(key, value);
  Message replicate;
  replicate.kind = Kind::replicate;
  replicate.key = key;
  replicate.value = std::move(value);
  send_to_backups(std::move(replicate));
}

void NaiveService::apply(const std::string& key, const std::optional<std::string>& value) {
  if (value) {
    data_.insert_or_assign(key, *value);
  } else {
    data_.erase(key);
  }
}

void NaiveService::send_to_backups(Message message) {
  message.epoch = epoch_;
  message.version = version_;
  for (const NodeId member : config_.members) {
    if (member != env_.self) send(Endpoint{member, kPort}, message);
  }
}

void NaiveService::send(const Endpoint& to, const Message& message) {
  const Bytes bytes = encode(message);
  (void)socket_->send(to, bytes);  // What gets lost is pulled after the next heartbeat.
}

void NaiveService::arm(Duration after) {
  const Instant now = env_.clock.now();
  env_.timers.arm(now + after, timer_);
}

}  // namespace windtunnel::naive
