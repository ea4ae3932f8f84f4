#include <windtunnel/protocols/host/host.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/hash.h>

#include <utility>

namespace windtunnel {

Host::Host(Env& env, const HostOptions& options)
    : env_(env), options_(options), wal_(env, options.wal, *this) {}

Host::~Host() = default;

void Host::add_group(const GroupOptions& options, Application& application) {
  WT_ASSERT(find(options.raft.group) == nullptr, "each group is added once");
  auto group = std::make_unique<Group>();
  group->options = options;
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

Result<raft::LogIndex> Host::propose(GroupId id, BytesView command) {
  Group* group = find(id);
  WT_ASSERT(group != nullptr, "a group of this host");
  if (!started_ || failed_) return make_error_code(Errc::not_leader);
  const Result<raft::LogIndex> index = group->machine->propose(Payload(command), *group->ready);
  schedule(*group);
  return index;
}

void Host::time_out(GroupId id) {
  Group* group = find(id);
  if (group == nullptr || group->machine == nullptr || failed_) return;
  step(*group, raft::TimerFired{raft::TimerKind::silence});
  step(*group, raft::TimerFired{raft::TimerKind::election});
}

Result<void> Host::read(GroupId id, std::uint64_t request) {
  Group* group = find(id);
  WT_ASSERT(group != nullptr, "a group of this host");
  if (!started_ || failed_) return make_error_code(Errc::not_leader);
  const Result<void> asked = group->machine->read(request, *group->ready);
  schedule(*group);
  return asked;
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
  WT_LOG(env_, error, "{}", why);
  env_.process.exit(why);
}

void Host::mark(std::string_view name) {
  Observation record;
  record.kind = ObservationKind::mark;
  record.a = hash_text(name);
  env_.observer.observe(record);
}

}  // namespace windtunnel
