#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/host/host.h>

#include <algorithm>
#include <utility>

namespace windtunnel {

void Host::pump() {
  if (failed_) return;
  std::swap(scheduled_, pumping_);
  for (Group* group : pumping_) {
    group->scheduled = false;
    carry_out(*group);
  }
  pumping_.clear();
  wal_.flush();
}

void Host::carry_out(Group& group) {
  group.machine->step(raft::Flush{}, *group.ready);
  if (group.ready->empty()) return;
  std::swap(group.ready, group.work);
  raft::Ready& work = *group.work;
  const GroupId id = group.options.raft.group;

  for (const Observation& observation : work.observations) env_.observer.observe(observation);
  for (const raft::Message& message : work.send_now) send(message);
  for (raft::Message& message : work.snapshot_sends) {
    tasks_.spawn(send_piece(env_, group, std::move(message)));
  }
  for (const raft::Write& write : work.writes) {
    wal_.stage(id, write);
    tickets_.push_back({wal_.staged_frame(), &group, write.ticket});
  }
  // SAFETY: what claims something durable, a vote above all, waits for its write.
  group.outbox.hold(work, released_);
  release();
  if (work.restore) restore(group, *work.restore);
  for (const raft::SnapshotPiece& piece : work.snapshot_pieces) take_piece(group, piece);
  if (!work.apply.empty()) apply(group);
  tell_role(group);
  for (std::size_t i = 0; i < raft::kTimerKinds; ++i) {
    const raft::TimerAction action = work.timers[i];
    if (action != raft::TimerAction::keep) set_timer(group, raft::TimerKind(i), action);
  }
  serve_reads(group);
  work.clear();
  take_snapshot_if_due(group);
  if (!group.ready->empty()) schedule(group);
}

void Host::send(const raft::Message& message) {
  if (socket_ == nullptr) return;
  buffer_.clear();
  encode(message, buffer_);
  const Endpoint to{message.to, options_.port};
  (void)socket_->send(to, buffer_);  // Best effort: what is lost is sent again.
}

void Host::release() {
  for (const raft::HeldMessage& held : released_) {
    for (const Observation& claim : held.claims) {
      if (claim.kind != ObservationKind::none) env_.observer.observe(claim);
    }
    send(held.message);
  }
  released_.clear();
}

void Host::apply(Group& group) {
  const raft::ApplyRange range = group.work->apply;
  const raft::Log& log = group.machine->log();
  for (raft::LogIndex index = range.first; index <= range.last; ++index) {
    const raft::Entry& entry = log.at(index);
    const Application::Effect effect = apply_entry(group, index, entry);
    if (effect.happened) {
      observe(group, raft::Word::effect, effect.session, effect.sequence, index.value, 0);
    }
    const std::uint64_t digest = digest_at(group, index);
    observe(group, raft::Word::apply, index.value, entry.term.value, entry.hash, digest);
  }
  const auto count = static_cast<std::int64_t>(range.last - range.first + 1);
  if (group.options.apply_cost.ns > 0) env_.compute.charge(group.options.apply_cost * count);
  // Asks for nothing by itself, so it is no reason to pump again.
  group.machine->step(raft::Applied{range.last}, *group.ready);
}

// 0: not known, the application's state is that of a later entry.
std::uint64_t Host::digest_at(const Group& group, raft::LogIndex index) {
  return index < group.kept ? 0 : group.application->digest();
}

Application::Effect Host::apply_entry(Group& group, raft::LogIndex index,
                                      const raft::Entry& entry) {
  if (index <= group.kept) return {};
  const Application::Effect effect = group.application->apply(index, entry);
  end_proposal(group, index, entry.term, effect);
  return effect;
}

// Its place holds another entry where this node stopped leading and followed since the pump ran
// last (thesis 3.5).
void Host::end_proposal(Group& group, raft::LogIndex index, raft::Term term,
                        const Application::Effect& effect) {
  while (!group.proposals.empty() && group.proposals.front().index <= index) {
    const Proposal proposal = group.proposals.pop_front();
    const bool is_it = proposal.index == index && proposal.term == term;
    if (is_it) {
      group.application->on_applied(proposal.token, effect.result);
    } else {
      group.application->on_dropped(proposal.token, Errc::cancelled);
    }
  }
}

// After what was committed is applied, so that nothing is dropped whose end is known. Where a reign
// has ended, what it appended may be committed by a later leader or overwritten by one (thesis
// 3.5): nobody here can say which, and who waits for it must not wait for ever.
void Host::tell_role(Group& group) {
  const raft::Raft& machine = *group.machine;
  const Role role = machine.role();
  const raft::Term term = machine.term();
  while (!group.proposals.empty()) {
    if (machine.is_leader() && group.proposals.front().term == term) break;
    const Proposal proposal = group.proposals.pop_front();
    group.application->on_dropped(proposal.token, Errc::cancelled);
  }
  if (group.is_told && group.role == role && group.term == term) return;
  group.is_told = true;
  group.role = role;
  group.term = term;
  group.application->on_role(role, term);
}

void Host::restore(Group& group, const raft::SnapshotMeta& snapshot) {
  WT_ASSERT(group.installed_index == snapshot.index,
            "a snapshot is checked and kept before it is announced to the machine");
  const std::unique_ptr<SnapshotSink> state = std::exchange(group.installed, nullptr);
  WT_ASSERT(state != nullptr || snapshot.index <= group.kept,
            "an application is given what it does not keep by itself");
  if (state != nullptr) {
    if (!state->finish())
      return fail(make_error_code(Errc::corrupt), "a received snapshot could not be read");
    group.kept = raft::LogIndex{};
  }
  const std::uint64_t digest = digest_at(group, snapshot.index);
  observe(group, raft::Word::snapshot_installed, snapshot.index.value, snapshot.term.value,
          snapshot.hash, digest);
  group.next_snapshot = snapshot.index + group.options.snapshot_every;
  step(group, raft::Applied{snapshot.index});
}

void Host::serve_reads(Group& group) {
  const auto is_due = [&group](const ServingRead& read) {
    return read.index <= group.machine->applied_index();
  };
  for (const raft::ReadResult& result : group.work->reads) {
    if (result.confirmed) {
      group.reads.push_back({result.request, result.index});
    } else {
      group.application->on_read(result.request, false);
    }
  }
  for (const ServingRead& read : group.reads) {
    if (is_due(read)) serve(group, read);
  }
  std::erase_if(group.reads, is_due);
}

void Host::serve(Group& group, const ServingRead& read) {
  const std::uint64_t applied = group.machine->applied_index().value;
  observe(group, raft::Word::read_served, read.request, applied, read.index.value, 0);
  group.application->on_read(read.request, true);
}

void Host::set_timer(Group& group, raft::TimerKind kind, raft::TimerAction action) {
  GroupTimer& timer = group.timers[static_cast<std::size_t>(kind)];
  if (action == raft::TimerAction::cancel) return timer.disarm();
  const GroupOptions& options = group.options;
  Duration after = options.election_timeout;
  if (kind == raft::TimerKind::heartbeat) after = options.heartbeat;
  if (kind == raft::TimerKind::election) {
    const std::uint64_t word = env_.random.draw(group.draws);
    after = scale_between(word, Duration{}, options.election_spread);
  }
  const Instant now = env_.clock.now();
  env_.timers.arm(now + after, timer);
}

void Host::observe(const Group& group, raft::Word word, std::uint64_t a, std::uint64_t b,
                   std::uint64_t c, std::uint64_t d) {
  env_.observer.observe(Observation{observed(word), group.options.raft.group, a, b, c, d});
}

}  // namespace windtunnel
