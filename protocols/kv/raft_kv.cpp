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

GroupOptions group_options(const Env& env, const ServiceConfig& config) {
  GroupOptions options;
  options.raft.self = env.self;
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

kv::RaftClientOptions raft_kv_client_options(const ServiceConfig& config) {
  kv::RaftClientOptions options;
  options.servers = config.members;
  options.attempt = config.duration("client_attempt", milliseconds(300));
  return options;
}

RaftKvService::RaftKvService(Env& env, const ServiceConfig& config)
    : env_(env),
      group_(config.group),
      store_(static_cast<std::size_t>(config.integer("session_limit", 4096))),
      host_(env, host_options(config)) {
  host_.add_group(group_options(env, config), *this);
}

void RaftKvService::start() { host_.start(); }

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
  const Result<raft::LogIndex> index = host_.propose(group_, buffer_);
  if (!index) return refuse(client, request.id, index.error());
  // Those of an earlier reign at or behind this place have lost it.
  while (!writes_.empty() && writes_.back().index >= *index) writes_.pop_back();
  writes_.push_back({*index, machine()->term(), client, request.id});
}

void RaftKvService::read(const Endpoint& client, const kv::Request& request) {
  const std::uint64_t number = ++last_read_;
  // SAFETY: only a quorum can say that this node still leads (ReadIndex).
  const Result<void> asked = host_.read(group_, number);
  if (!asked) return refuse(client, request.id, asked.error());
  reads_.push_back({number, client, request.id, std::string(request.command.key)});
}

void RaftKvService::on_read(std::uint64_t request, bool confirmed) {
  const auto is_it = [request](const PendingRead& read) { return read.request == request; };
  const auto found = std::find_if(reads_.begin(), reads_.end(), is_it);
  if (found == reads_.end()) return;
  const PendingRead read = std::move(*found);
  reads_.erase(found);
  if (!confirmed) return refuse(read.client, read.id, make_error_code(Errc::not_leader));
  kv::Response response;
  response.id = read.id;
  response.status = kv::Status::ok;
  response.value = store_.get(read.key);
  reply(read.client, response);
}

Application::Effect RaftKvService::apply(raft::LogIndex index, const raft::Entry& entry) {
  kv::Applied applied;
  if (entry.kind == raft::EntryKind::command) {
    applied = store_.apply(index.value, entry.payload.view());
  }
  answer_writes(index, entry.term, applied);
  return {applied.effect, applied.session, applied.sequence};
}

// Who waits for this place gets the answer if it is its entry; who waits for it or an earlier one
// of another reign learns that it has to ask again.
void RaftKvService::answer_writes(raft::LogIndex index, raft::Term term,
                                  const kv::Applied& applied) {
  while (!writes_.empty() && writes_.front().index <= index) {
    const PendingWrite write = writes_.front();
    writes_.pop_front();
    kv::Response response;
    response.id = write.id;
    response.status = kv::Status::unavailable;
    if (write.index == index && write.term == term) {
      response.status = applied.status;
      response.session = applied.session;
    }
    reply(write.client, response);
  }
}

Result<void> RaftKvService::restore(raft::LogIndex index, BytesView state) {
  const Result<void> restored = store_.restore(state);
  if (restored) answer_writes(index, raft::Term{}, kv::Applied{});
  return restored;
}

void RaftKvService::refuse(const Endpoint& client, std::uint64_t id, Error why) {
  kv::Response response;
  response.id = id;
  response.status = kv::Status::unavailable;
  if (why == Errc::not_leader) {
    response.status = kv::Status::not_leader;
    const raft::Raft* known = machine();
    if (known != nullptr) response.leader = known->leader();
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
