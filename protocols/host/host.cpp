#include <windtunnel/protocols/host/host.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/hash.h>

#include <utility>

namespace windtunnel {

Host::Host(Env& env, const HostOptions& options)
    : env_(env),
      options_(options),
      wal_(env, options.wal, *this),
      snapshots_(options.snapshot_directory) {}

Host::~Host() = default;

void Host::add_group(const GroupOptions& options, Application& application) {
  WT_ASSERT(find(options.raft.group) == nullptr, "each group is added once");
  auto group = std::make_unique<Group>();
  group->options = options;
  group->options.raft.self = env_.self;
  group->draws = "election-timeout";
  // So that a draw of one host on a node, or of one group, moves none of another.
  if (options_.port != kRaftPort) group->draws += ":" + std::to_string(options_.port);
  if (!groups_.empty()) group->draws += "/" + std::to_string(options.raft.group.value);
  group->application = &application;
  for (std::size_t i = 0; i < raft::kTimerKinds; ++i) {
    GroupTimer& timer = group->timers[i];
    timer.host = this;
    timer.group = group.get();
    timer.kind = static_cast<raft::TimerKind>(i);
  }
  groups_.push_back(std::move(group));
}

void Host::start() { tasks_.spawn(recover(env_)); }

Host::Group* Host::find(GroupId id) const {
  for (const std::unique_ptr<Group>& group : groups_) {
    if (group->options.raft.group == id) return group.get();
  }
  return nullptr;
}

const raft::Raft* Host::machine(GroupId id) const {
  const Group* group = find(id);
  return group == nullptr ? nullptr : group->machine.get();
}

NodeId Host::leader(GroupId id) const {
  const raft::Raft* known = machine(id);
  return known == nullptr ? kNoNode : known->leader();
}

void Host::propose(GroupId id, BytesView command, std::uint64_t token) {
  Group* group = find(id);
  WT_ASSERT(group != nullptr, "a group of this host");
  Application& application = *group->application;
  if (command.size() > group->options.max_command_bytes) {
    return application.on_dropped(token, Errc::message_too_large);
  }
  if (!started_ || failed_) return application.on_dropped(token, Errc::not_leader);
  const Result<raft::LogIndex> index = group->machine->propose(Payload(command), *group->ready);
  schedule(*group);
  if (!index) return application.on_dropped(token, static_cast<Errc>(index.error().value()));
  group->proposals.push_back({*index, group->machine->term(), token});
}

void Host::time_out(GroupId id) {
  Group* group = find(id);
  if (group == nullptr || group->machine == nullptr || failed_) return;
  step(*group, raft::TimerFired{raft::TimerKind::silence});
  step(*group, raft::TimerFired{raft::TimerKind::election});
}

void Host::transfer(GroupId id, NodeId to) {
  Group* group = find(id);
  if (group == nullptr || group->machine == nullptr) return;
  step(*group, raft::TransferLeadership{to});
}

void Host::read(GroupId id, std::uint64_t token) {
  Group* group = find(id);
  WT_ASSERT(group != nullptr, "a group of this host");
  if (!started_ || failed_) return group->application->on_read(token, false);
  const Result<void> asked = group->machine->read(token, *group->ready);
  schedule(*group);
  if (!asked) group->application->on_read(token, false);
}

void Host::on_message(const Endpoint& from, BytesView bytes) {
  if (failed_ || !decoder_.decode(bytes, received_)) return;
  Group* group = find(received_.group);
  if (group == nullptr) return;
  step(*group, raft::Received{from.node, &received_});
}

void Host::GroupTimer::run() noexcept { host->step(*group, raft::TimerFired{kind}); }

void Host::schedule(Group& group) {
  if (!group.scheduled) {
    group.scheduled = true;
    scheduled_.push_back(&group);
  }
  if (!pump_.armed()) env_.executor.post(pump_);
}

void Host::on_wal_durable(std::uint64_t number) {
  std::size_t done = 0;
  for (; done < tickets_.size() && tickets_[done].frame <= number; ++done) {
    const TicketInFrame& entry = tickets_[done];
    Group& group = *entry.group;
    persisted(group, entry.ticket);
    group.outbox.persisted(entry.ticket, released_);
  }
  tickets_.erase(tickets_.begin(), tickets_.begin() + static_cast<std::ptrdiff_t>(done));
  release();
}

// Most followers' machines have nothing to say to it: then there is nothing to pump.
void Host::persisted(Group& group, raft::Ticket ticket) {
  if (failed_) return;
  group.machine->step(raft::Persisted{ticket}, *group.ready);
  if (!group.ready->empty() || group.machine->is_leader()) schedule(group);
}

void Host::on_wal_failed(Errc error) {
  fail(make_error_code(error), "the log on disk could not be written");
}

// Fail-stop: what the disk did is unknown, so this node says nothing more until it has started
// again and read it back.
void Host::fail(const Error& error, std::string_view what) {
  if (failed_) return;
  failed_ = true;
  mark(error == Errc::corrupt ? "host.refused-corrupt-disk" : "host.failed-stop");
  const std::string why = std::string(what) + ": " + error.message();
  env_.process.exit(why);
}

void Host::mark(std::string_view name) {
  Observation record;
  record.kind = ObservationKind::mark;
  record.a = hash_text(name);
  env_.observer.observe(record);
}

}  // namespace windtunnel
