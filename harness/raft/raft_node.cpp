#include <windtunnel/harness/raft/raft_node.h>

#include <windtunnel/protocols/raft/message_codec.h>

#include <algorithm>

namespace windtunnel::explore {

using raft::HeldMessage;
using raft::LogBase;
using raft::LogIndex;
using raft::Message;
using raft::Ready;
using raft::SnapshotMeta;
using raft::TimerAction;
using raft::TimerKind;
using raft::Write;

namespace {

void tell(RaftFact::Kind kind, std::uint64_t a, std::uint64_t b, RaftEffects& effects) {
  RaftFact fact;
  fact.kind = kind;
  fact.seen.a = a;
  fact.seen.b = b;
  effects.facts.push_back(fact);
}

void tell_of(const Write& write, RaftEffects& effects) {
  if (write.snapshot.has_value()) {
    tell(RaftFact::Kind::snapshot_synced, write.snapshot->index.value, write.snapshot->hash,
         effects);
  }
  if (write.hard_state.has_value()) {
    const NodeId voted = write.hard_state->voted_for;
    tell(RaftFact::Kind::vote_synced, write.hard_state->term.value,
         voted == kNoNode ? 0 : voted.value + 1U, effects);
  }
  for (std::size_t i = 0; i < write.entries.size(); ++i) {
    tell(RaftFact::Kind::entry_synced, (write.first + i).value, write.entries[i].hash, effects);
  }
}

bool is_same(const HeldMessage& a, const HeldMessage& b) {
  return a.ticket == b.ticket && a.message == b.message && a.claims == b.claims;
}

Payload encoded(const SnapshotFile& file) {
  Bytes bytes;
  Writer writer(bytes);
  encode(writer, file.meta);
  writer.varint(file.digest);
  return Payload(bytes);
}

SnapshotFile decoded(const Payload& payload) {
  Reader reader(payload.view());
  SnapshotFile file;
  file.meta = raft::decode_snapshot_meta(reader);
  file.digest = reader.varint();
  WT_ASSERT(reader.done(), "a snapshot is sent whole");
  return file;
}

}  // namespace

RaftNode::RaftNode(const raft::Config& config, const SnapshotMeta& first, bool atomic_disk,
                   RaftEffects& effects)
    : config_(config), atomic_disk_(atomic_disk), disk_(first), raft_(config, disk_.recover()) {
  begin(effects);
}

bool operator==(const RaftNode& a, const RaftNode& b) {
  return a.raft_ == b.raft_ && a.disk_ == b.disk_ && a.armed_ == b.armed_ && a.state_ == b.state_ &&
         std::equal(a.held_.begin(), a.held_.end(), b.held_.begin(), b.held_.end(),
                    [](const HeldMessage& x, const HeldMessage& y) { return is_same(x, y); });
}

std::uint64_t RaftNode::hash() const {
  RollingHash hash;
  hash.absorb(raft_.hash(), disk_.hash());
  hash.absorb(armed_, state_);
  hash.absorb(held_.size());
  return hash.digest().low;
}

// --- What can happen ---

void RaftNode::begin(RaftEffects& effects) {
  disk_.recovered_at(raft_.log().base());
  state_ = disk_.recovered_digest();
  step(raft::Start{}, effects);
}

template <class Input>
void RaftNode::step(const Input& input, RaftEffects& effects) {
  Ready ready;
  raft_.step(input, ready);
  pump(ready, effects);
}

void RaftNode::receive(NodeId from, const Message& message, RaftEffects& effects) {
  step(raft::Received{from, &message}, effects);
}

void RaftNode::fire(TimerKind timer, RaftEffects& effects) {
  WT_ASSERT(is_armed(timer), "only an armed timer fires");
  armed_ = static_cast<std::uint8_t>(armed_ & ~(1U << bit(timer)));
  step(raft::TimerFired{timer}, effects);
}

void RaftNode::time_out(RaftEffects& effects) {
  if (is_armed(TimerKind::silence)) fire(TimerKind::silence, effects);
  if (is_armed(TimerKind::election)) fire(TimerKind::election, effects);
}

void RaftNode::propose(std::string_view command, RaftEffects& effects) {
  step(raft::Propose{Payload(as_bytes(command))}, effects);
}

void RaftNode::read(std::uint64_t request, RaftEffects& effects) {
  step(raft::Read{request}, effects);
}

void RaftNode::compact(RaftEffects& effects) {
  const SnapshotMeta meta = raft_.describe(raft_.applied_index());
  disk_.store(SnapshotFile{meta, state_});
  disk_.compact(LogBase{meta.index, meta.term, meta.hash}, meta);
  tell(RaftFact::Kind::snapshot_synced, meta.index.value, meta.hash, effects);
  observe(Observation{observed(raft::Word::snapshot_taken), config_.group, meta.index.value,
                      meta.term.value, meta.hash, state_},
          effects);
  step(raft::Compact{meta.index, meta}, effects);
}

void RaftNode::persist(std::size_t i, RaftEffects& effects) {
  Ready ready;
  (void)complete(i, ready, effects);
  pump(ready, effects);
}

void RaftNode::crash(std::size_t kept, RaftEffects& effects) {
  std::vector<Write> counted;
  disk_.crash(kept, counted);
  for (const Write& write : counted) tell_of(write, effects);
  tell(RaftFact::Kind::crashed, 0, 0, effects);
  held_.clear();
  armed_ = 0;
  raft_ = raft::Raft(config_, disk_.recover());
  begin(effects);
}

// --- What a host does ---

void RaftNode::pump(Ready& ready, RaftEffects& effects) {
  for (;;) {
    raft_.step(raft::Flush{}, ready);
    if (ready.empty()) return;
    Ready work;
    std::swap(work, ready);
    carry_out(work, ready, effects);
    while (atomic_disk_ && disk_.in_flight() > 0 && complete(0, ready, effects)) {
    }
  }
}

void RaftNode::carry_out(Ready& work, Ready& next, RaftEffects& effects) {
  for (const Observation& seen : work.observations) observe(seen, effects);
  for (const Message& message : work.send_now) send(message, effects);
  for (const Message& message : work.snapshot_sends) send_piece(message, next, effects);
  for (const Write& write : work.writes) disk_.submit(write);
  for (HeldMessage& held : work.send_after) held_.push_back(std::move(held));
  release_held(effects);
  for (const raft::SnapshotPiece& piece : work.snapshot_pieces) store_piece(piece, next);
  apply(work, next, effects);
  for (std::size_t i = 0; i < raft::kTimerKinds; ++i) {
    if (work.timers[i] == TimerAction::arm) armed_ = static_cast<std::uint8_t>(armed_ | 1U << i);
    if (work.timers[i] == TimerAction::cancel) {
      armed_ = static_cast<std::uint8_t>(armed_ & ~(1U << i));
    }
  }
  serve_reads(work, effects);
}

// True, so that it can stand in a condition.
bool RaftNode::complete(std::size_t i, Ready& next, RaftEffects& effects) {
  const raft::Ticket ticket = disk_.write(i).ticket;
  std::vector<Write> counted;
  disk_.complete(i, counted);
  for (const Write& write : counted) tell_of(write, effects);
  release_held(effects);
  raft_.step(raft::Persisted{ticket}, next);
  return true;
}

void RaftNode::release_held(RaftEffects& effects) {
  const raft::Ticket open = disk_.first_open();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (open <= held_[i].ticket) {
      if (kept != i) held_[kept] = std::move(held_[i]);
      ++kept;
      continue;
    }
    for (const Observation& claim : held_[i].claims) observe(claim, effects);
    send(held_[i].message, effects);
  }
  held_.resize(kept);
}

void RaftNode::apply(const Ready& work, Ready& next, RaftEffects& effects) {
  if (work.restore.has_value()) {
    const SnapshotMeta& meta = *work.restore;
    state_ = disk_.file(meta.index)->digest;
    observe(Observation{observed(raft::Word::snapshot_installed), config_.group, meta.index.value,
                        meta.term.value, meta.hash, state_},
            effects);
    raft_.step(raft::Applied{meta.index}, next);
  }
  if (work.apply.empty()) return;
  for (LogIndex index = work.apply.first; index <= work.apply.last; ++index) {
    const raft::Entry& entry = raft_.log().at(index);
    if (entry.kind == raft::EntryKind::command) state_ = hash_bytes(entry.payload.view(), state_);
    observe(Observation{observed(raft::Word::apply), config_.group, index.value, entry.term.value,
                        entry.hash, state_},
            effects);
  }
  raft_.step(raft::Applied{work.apply.last}, next);
}

void RaftNode::serve_reads(const Ready& work, RaftEffects& effects) const {
  for (const raft::ReadResult& read : work.reads) {
    if (!read.confirmed) continue;
    WT_ASSERT(read.index <= raft_.applied_index(), "this host applies at once");
    observe(Observation{observed(raft::Word::read_served), config_.group, read.request,
                        raft_.applied_index().value, read.index.value, 0},
            effects);
  }
}

void RaftNode::send(const Message& message, RaftEffects& effects) {
  effects.send(message.to, message);
}

// A snapshot is small here: one piece is all of it.
void RaftNode::send_piece(Message message, Ready& next, RaftEffects& effects) {
  const SnapshotFile* file = disk_.file(message.index);
  if (file == nullptr) {
    raft_.step(raft::SnapshotUnavailable{message.to}, next);
    return;
  }
  message.data = encoded(*file);
  message.done = true;
  send(message, effects);
}

void RaftNode::store_piece(const raft::SnapshotPiece& piece, Ready& next) {
  WT_ASSERT(piece.done && piece.offset == 0, "a snapshot is sent whole");
  SnapshotFile file = decoded(piece.data);
  const SnapshotMeta meta = file.meta;
  disk_.store(std::move(file));
  raft_.step(raft::SnapshotReceived{meta}, next);
}

void RaftNode::observe(const Observation& seen, RaftEffects& effects) {
  if (seen.kind == ObservationKind::none || seen.kind == ObservationKind::mark) return;
  effects.facts.push_back(RaftFact{RaftFact::Kind::observed, seen});
}

}  // namespace windtunnel::explore
