#include <windtunnel/protocols/kv/raft_kv.h>

#include <algorithm>
#include <utility>

namespace windtunnel {
namespace {

constexpr OptionSpec kOptions[] = {
    bounded({"election_timeout", OptionKind::duration, "150ms",
             "a follower waits this long after its leader's last word, and up to as long again by "
             "draw"},
            "1ms", "24h"),
    bounded({"heartbeat", OptionKind::duration, "30ms",
             "how often a leader speaks when it has nothing to say"},
            "100us", "24h", "election_timeout"),
    {"pre_vote", OptionKind::boolean, "true",
     "ask whether an election can be won before the term is raised"},
    {"check_quorum", OptionKind::boolean, "true",
     "a leader that hears from no majority steps down"},
    bounded(
        {"snapshot_every", OptionKind::integer, "10000", "entries applied between two snapshots"},
        "1", "1000000000"),
    bounded({"keep_entries", OptionKind::integer, "1000",
             "entries kept before a snapshot for followers that lag"},
            "1", "1000000000"),
    bounded(
        {"snapshot_piece", OptionKind::size, "64KiB", "size of one message of a snapshot transfer"},
        "1B", "8MiB"),
    bounded({"max_batch", OptionKind::size, "64KiB", "bytes of entries in one append message"},
            "1B", "8MiB"),
    bounded({"inflight", OptionKind::integer, "64", "append messages on the way to one follower"},
            "1", "65536"),
    bounded({"segment", OptionKind::size, "1MiB",
             "size at which the log on disk goes on in a new file"},
            "512B", "1GiB"),
    bounded({"session_limit", OptionKind::integer, "4096",
             "client sessions kept; the same on every node"},
            "1", "1000000"),
    bounded({"apply_cost", OptionKind::duration, "0ns", "core time of applying one entry"}, "0ns",
            "10s"),
    {"transport", OptionKind::text, "messages", "what carries messages between nodes",
     "messages|streams"},
    bounded({"client_attempt", OptionKind::duration, "300ms",
             "wait for one answer before another node is asked"},
            "1ms", "24h"),
};

std::uint64_t size_option(const ServiceConfig& config, std::string_view key,
                          std::uint64_t fallback) {
  const auto found = config.options.find(key);
  if (found == config.options.end()) return fallback;
  const std::optional<std::uint64_t> size = parse_size(found->second);
  WT_ASSERT(size.has_value(), "a service's options are checked before a run");
  return *size;
}

HostOptions host_options(const ServiceConfig& config) {
  HostOptions options;
  const bool streams = config.text("transport", "messages") == "streams";
  options.transport = streams ? HostTransport::streams : HostTransport::messages;
  options.wal.segment_bytes = static_cast<std::uint32_t>(size_option(config, "segment", 1 << 20));
  return options;
}

GroupOptions group_options(const ServiceConfig& config) {
  GroupOptions options;
  options.raft.group = config.group;
  options.raft.pre_vote = config.boolean("pre_vote", true);
  options.raft.check_quorum = config.boolean("check_quorum", true);
  options.raft.max_batch_bytes = size_option(config, "max_batch", 64 << 10);
  options.raft.inflight.messages = static_cast<std::uint32_t>(config.integer("inflight", 64));
  options.first_configuration = raft::Configuration::of_voters(config.members);
  options.election_timeout = config.duration("election_timeout", milliseconds(150));
  options.election_spread = options.election_timeout;
  options.heartbeat = config.duration("heartbeat", milliseconds(30));
  options.snapshot_every = config.integer("snapshot_every", 10'000);
  options.keep_entries = config.integer("keep_entries", 1'000);
  options.snapshot_piece_bytes = size_option(config, "snapshot_piece", 64 << 10);
  options.apply_cost = config.duration("apply_cost", Duration{});
  return options;
}

}  // namespace

std::span<const OptionSpec> raft_kv_options() { return kOptions; }

std::span<const OptionSpec> raft_kv_transfer_options() {
  static constexpr OptionSpec kTransfer[] = {
      {"to", OptionKind::text, "", "a member; absent: the most advanced of the others"}};
  return kTransfer;
}

kv::RaftClientOptions raft_kv_client_options(const ServiceConfig& config) {
  kv::RaftClientOptions options;
  options.servers = config.members;
  options.attempt = config.duration("client_attempt", milliseconds(300));
  return options;
}

RaftKvService::RaftKvService(Env& env, const ServiceConfig& config)
    : env_(env),
      group_(config.group),
      members_(config.members),
      member_names_(config.member_names),
      store_(static_cast<std::size_t>(config.integer("session_limit", 4096))),
      host_(env, host_options(config)) {
  host_.add_group(group_options(config), *this);
}

void RaftKvService::start() { host_.start(); }

void RaftKvService::transfer(std::string_view to) {
  if (to.empty()) return host_.transfer(group_);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (member_names_[i] == to) return host_.transfer(group_, members_[i]);
  }
  WT_LOG(env_, warning, "'{}' is no member: nothing is handed over", to);
}

void RaftKvService::on_started() {
  Result<std::unique_ptr<MessageSocket>> socket = env_.transport.bind(kv::kClientPort, *this);
  if (socket) socket_ = std::move(*socket);  // Else this node replicates, but serves no clients.
}

void RaftKvService::on_message(const Endpoint& from, BytesView bytes) {
  const Result<kv::Request> request = kv::decode_request(bytes);
  if (!request) return;
  if (request->command.op == kv::Op::get) {
    read(from, *request);
  } else {
    write(from, *request);
  }
}

void RaftKvService::write(const Endpoint& client, const kv::Request& request) {
  buffer_.clear();
  encode(request.command, buffer_);
  const std::uint32_t slot = writes_.acquire();
  writes_[slot] = PendingWrite{client, request.id};
  host_.propose(group_, buffer_, slot);
}

void RaftKvService::read(const Endpoint& client, const kv::Request& request) {
  const std::uint64_t token = ++last_read_;
  reads_.push_back({token, client, request.id, std::string(request.command.key)});
  // SAFETY: only a quorum can say that this node still leads (ReadIndex).
  host_.read(group_, token);
}

void RaftKvService::on_read(std::uint64_t token, bool confirmed) {
  const auto is_it = [token](const PendingRead& read) { return read.token == token; };
  const auto found = std::find_if(reads_.begin(), reads_.end(), is_it);
  WT_ASSERT(found != reads_.end(), "a read ends once");
  const PendingRead read = std::move(*found);
  reads_.erase(found);
  if (!confirmed) return refuse(read.client, read.id, Errc::not_leader);
  kv::Response response;
  response.id = read.id;
  response.status = kv::Status::ok;
  response.value = store_.get(read.key);
  reply(read.client, response);
}

Application::Effect RaftKvService::apply(raft::LogIndex index, const raft::Entry& entry) {
  applied_ = kv::Applied{};
  if (entry.kind == raft::EntryKind::command) {
    applied_ = store_.apply(index.value, entry.payload.view());
  }
  return {applied_.effect, applied_.session, applied_.sequence, {}};
}

void RaftKvService::on_applied(std::uint64_t token, BytesView) {
  const auto slot = static_cast<std::uint32_t>(token);
  kv::Response response;
  response.id = writes_[slot].id;
  response.status = applied_.status;
  response.session = applied_.session;
  reply(writes_[slot].client, response);
  writes_.release(slot);
}

void RaftKvService::on_dropped(std::uint64_t token, Errc why) {
  const auto slot = static_cast<std::uint32_t>(token);
  refuse(writes_[slot].client, writes_[slot].id, why);
  writes_.release(slot);
}

// Whatever the reason, the client may ask again: a command has its effect once.
void RaftKvService::refuse(const Endpoint& client, std::uint64_t id, Errc why) {
  kv::Response response;
  response.id = id;
  response.status = kv::Status::unavailable;
  if (why == Errc::not_leader) {
    response.status = kv::Status::not_leader;
    response.leader = host_.leader(group_);
  }
  reply(client, response);
}

void RaftKvService::reply(const Endpoint& client, const kv::Response& response) {
  if (socket_ == nullptr) return;
  buffer_.clear();
  encode(response, buffer_);
  (void)socket_->send(client, buffer_);  // A lost answer is asked for again.
}

}  // namespace windtunnel
