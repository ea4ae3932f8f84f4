#include "tests/unit/protocols/raft/cluster.h"

#include <algorithm>

namespace windtunnel::raft {
namespace {

constexpr std::size_t kPieceBytes = 24;

NodeId id_of(std::size_t i) { return NodeId{static_cast<std::uint32_t>(i)}; }

Bytes snapshot_file(const SnapshotMeta& meta, const StateMachine& state) {
  Bytes file;
  Writer writer(file);
  encode(writer, meta);
  writer.varint(state.commands.size());
  for (const std::string& command : state.commands) writer.text(command);
  return file;
}

SnapshotMeta read_snapshot(BytesView file, StateMachine& state) {
  Reader reader(file);
  const SnapshotMeta meta = decode_snapshot_meta(reader);
  state = StateMachine{};
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) state.apply(as_bytes(reader.text()));
  WT_ASSERT(reader.done(), "a snapshot that was put together is whole");
  return meta;
}

}  // namespace

void StateMachine::apply(BytesView command) {
  commands.emplace_back(as_text(command));
  digest = hash_bytes(command, digest);
}

void DiskImage::carry_out(const Write& write) {
  if (write.snapshot.has_value()) {
    const SnapshotMeta& received = *write.snapshot;
    if (snapshot.index < received.index) snapshot = received;  // else one was taken meanwhile
    const LogBase after{received.index, received.term, received.hash};
    const bool has_tail = !write.discard_log && received.index < last();
    const std::size_t old = has_tail ? received.index - base.index : entries.size();
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(old));
    base = after;
  }
  const auto cut = [this](LogIndex from) {
    if (last() < from) return;
    entries.resize(base.index < from ? from - base.index - 1 : 0);
  };
  if (write.truncate_from != LogIndex{}) cut(write.truncate_from);
  if (write.hard_state.has_value()) hard_state = *write.hard_state;
  if (write.entries.empty()) return;
  cut(write.first);
  for (std::size_t i = 0; i < write.entries.size(); ++i) {
    const LogIndex index = write.first + i;
    if (index <= base.index) continue;
    WT_ASSERT(index == last() + 1, "entries on disk are consecutive");
    entries.push_back(write.entries[i]);
  }
}

void DiskImage::compact(const LogBase& after, const SnapshotMeta& taken) {
  snapshot = taken;
  if (after.index <= base.index) return;
  // The base is the machine's: an entry here may be one that a write under way removes.
  const bool has_base =
      after.index < last() && entries[after.index - base.index - 1].hash == after.hash;
  const std::size_t drop = has_base ? after.index - base.index : entries.size();
  entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(drop));
  base = after;
}

Cluster::Cluster(std::size_t size, Config config) : config_(config) {
  std::vector<NodeId> voters;
  for (std::size_t i = 0; i < size; ++i) voters.push_back(id_of(i));
  first_.configuration = Configuration::of_voters(voters);
  nodes_.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    nodes_[i].disk.snapshot = first_;
    start(i);
  }
  lines_.clear();
}

void Cluster::start(std::size_t i) {
  ClusterNode& node = nodes_[i];
  Config config = config_;
  config.self = id_of(i);
  DiskImage& disk = node.disk;
  node.raft = std::make_unique<Raft>(
      config, Recovered{disk.hard_state, disk.snapshot, disk.base, disk.entries});
  if (!(node.raft->log().base() == disk.base)) {
    disk.entries.clear();  // what the machine did not take contradicts the snapshot
    disk.base = node.raft->log().base();
  }
  node.outbox = Outbox{};
  node.state = StateMachine{};
  if (disk.snapshot.index != LogIndex{}) {
    (void)read_snapshot(disk.snapshots[disk.snapshot.index.value], node.state);
  }
  step(i, Start{});
}

std::vector<std::string> Cluster::take_lines() {
  std::vector<std::string> lines;
  lines.swap(lines_);
  return lines;
}

void Cluster::step(std::size_t i, const Raft::Input& input) {
  nodes_[i].raft->step(input, nodes_[i].ready);
  pump(i);
}

void Cluster::pump(std::size_t i) {
  ClusterNode& node = nodes_[i];
  node.raft->step(Flush{}, node.ready);
  while (!node.ready.empty()) {
    Ready work;
    std::swap(work, node.ready);
    carry_out(i, work);
    node.raft->step(Flush{}, node.ready);
  }
}

void Cluster::carry_out(std::size_t i, Ready& work) {
  ClusterNode& node = nodes_[i];
  for (const Observation& one : work.observations) observe(i, one);
  for (const Message& message : work.send_now) send(i, message);
  for (const Message& message : work.snapshot_sends) send_piece(i, message);
  for (const Write& write : work.writes) {
    say(i, "writes " + describe(write));
    node.in_flight.push_back(write);
  }
  std::vector<HeldMessage> released;
  for (const HeldMessage& held : work.send_after) {
    say(i, "holds for #" + std::to_string(held.ticket.value) + ": " + describe(held.message));
  }
  node.outbox.hold(work, released);
  WT_ASSERT(released.empty(), "what waits, waits for a write under way");
  for (const SnapshotPiece& piece : work.snapshot_pieces) store_piece(i, piece);
  apply(i, work);
  for (std::size_t kind = 0; kind < kTimerKinds; ++kind) {
    if (work.timers[kind] == TimerAction::arm) node.armed[kind] = true;
    if (work.timers[kind] == TimerAction::cancel) node.armed[kind] = false;
  }
  for (const ReadResult& read : work.reads) {
    node.reads.push_back(read);
    const std::string id = std::to_string(read.request);
    say(i, read.confirmed ? "read " + id + " confirmed at " + std::to_string(read.index.value)
                          : "read " + id + " rejected");
    if (!read.confirmed) continue;
    WT_ASSERT(read.index <= node.raft->applied_index(), "this host applies at once");
    observe(i, Observation{observed(Word::read_served), GroupId{}, read.request,
                           node.raft->applied_index().value, read.index.value, 0});
  }
}

void Cluster::apply(std::size_t i, const Ready& work) {
  ClusterNode& node = nodes_[i];
  if (work.restore.has_value()) {
    const SnapshotMeta meta =
        read_snapshot(node.disk.snapshots[work.restore->index.value], node.state);
    observe(i, Observation{observed(Word::snapshot_installed), GroupId{}, meta.index.value,
                           meta.term.value, meta.hash, node.state.digest});
    say(i, "restores snapshot " + std::to_string(meta.index.value));
    node.raft->step(Applied{meta.index}, node.ready);
  }
  if (work.apply.empty()) return;
  for (LogIndex index = work.apply.first; index <= work.apply.last; ++index) {
    const Entry& entry = node.raft->log().at(index);
    if (entry.kind == EntryKind::command) node.state.apply(entry.payload.view());
    observe(i, Observation{observed(Word::apply), GroupId{}, index.value, entry.term.value,
                           entry.hash, node.state.digest});
  }
  say(i, "applies " + std::to_string(work.apply.first.value) + ".." +
             std::to_string(work.apply.last.value));
  node.raft->step(Applied{work.apply.last}, node.ready);
}

void Cluster::send(std::size_t i, const Message& message) {
  Envelope envelope{id_of(i), message.to, message.kind, {}, describe(message)};
  encode(message, envelope.bytes);
  say(i, "> " + name(message.to.value) + " " + envelope.text);
  network_.push_back(std::move(envelope));
}

void Cluster::send_piece(std::size_t i, Message message) {
  const auto file = nodes_[i].disk.snapshots.find(message.index.value);
  if (file == nodes_[i].disk.snapshots.end()) {
    nodes_[i].raft->step(SnapshotUnavailable{message.to}, nodes_[i].ready);
    return;
  }
  const Bytes& bytes = file->second;
  const std::size_t offset = std::min<std::size_t>(message.offset, bytes.size());
  const std::size_t length = std::min(kPieceBytes, bytes.size() - offset);
  message.data = Payload(BytesView(bytes).subspan(offset, length));
  message.done = offset + length == bytes.size();
  send(i, message);
}

void Cluster::store_piece(std::size_t i, const SnapshotPiece& piece) {
  ClusterNode& node = nodes_[i];
  if (piece.offset == 0) node.incoming.clear();
  WT_ASSERT(piece.offset == node.incoming.size(), "pieces arrive in order");
  const BytesView data = piece.data.view();
  node.incoming.insert(node.incoming.end(), data.begin(), data.end());
  if (!piece.done) return node.raft->step(SnapshotPieceStored{}, node.ready);
  StateMachine scratch;
  const SnapshotMeta meta = read_snapshot(node.incoming, scratch);
  node.disk.snapshots[meta.index.value] = node.incoming;
  node.raft->step(SnapshotReceived{meta}, node.ready);
}

void Cluster::observe(std::size_t i, const Observation& seen) {
  const std::uint64_t record = ++record_;
  invariants_.observe(record, id_of(i), Incarnation{nodes_[i].incarnation}, seen);
  const std::string a = std::to_string(seen.a);
  if (seen.kind == observed(Word::role)) {
    say(i, "becomes " + std::string(name_of(static_cast<Role>(seen.a))) + " in term " +
               std::to_string(seen.b));
  } else if (seen.kind == observed(Word::commit)) {
    say(i, "commits " + a);
  } else if (seen.kind == observed(Word::truncate)) {
    say(i, "truncates from " + a);
  } else if (seen.kind == observed(Word::log_start)) {
    say(i, "log starts at " + a);
  }
}

void Cluster::facts_of(std::size_t i, const Write& write) {
  const NodeId id = id_of(i);
  const std::uint64_t record = ++record_;
  if (write.snapshot.has_value()) {
    invariants_.snapshot_synced(record, id, write.snapshot->index.value, write.snapshot->hash);
  }
  if (write.hard_state.has_value()) {
    const NodeId voted = write.hard_state->voted_for;
    invariants_.vote_synced(record, id, write.hard_state->term.value,
                            voted == kNoNode ? 0 : voted.value + 1U);
  }
  for (std::size_t n = 0; n < write.entries.size(); ++n) {
    invariants_.entry_synced(record, id, (write.first + n).value, write.entries[n].hash);
  }
}

void Cluster::carry_out_oldest(std::size_t i) {
  ClusterNode& node = nodes_[i];
  const Ticket ticket = node.in_flight.front().ticket;
  facts_of(i, node.in_flight.front());
  node.disk.carry_out(node.in_flight.front());
  node.in_flight.pop_front();
  while (!node.compactions.empty() && node.compactions.front().first == ticket) {
    node.disk.compact(node.compactions.front().second, node.disk.snapshot);
    node.compactions.pop_front();
  }
}

void Cluster::fire(std::size_t i, TimerKind timer) {
  bool& is_armed = nodes_[i].armed[static_cast<std::size_t>(timer)];
  WT_ASSERT(is_armed, "only an armed timer fires");
  is_armed = false;
  step(i, TimerFired{timer});
}

void Cluster::time_out(std::size_t i) {
  if (nodes_[i].armed[static_cast<std::size_t>(TimerKind::silence)]) fire(i, TimerKind::silence);
  fire(i, TimerKind::election);
}

Result<LogIndex> Cluster::propose(std::size_t i, std::string_view command) {
  Result<LogIndex> at = nodes_[i].raft->propose(Payload(as_bytes(command)), nodes_[i].ready);
  pump(i);
  return at;
}

Result<void> Cluster::read(std::size_t i, std::uint64_t request) {
  Result<void> asked = nodes_[i].raft->read(request, nodes_[i].ready);
  pump(i);
  return asked;
}

void Cluster::compact(std::size_t i, LogIndex upto) {
  ClusterNode& node = nodes_[i];
  const SnapshotMeta meta = node.raft->describe(node.raft->applied_index());
  if (meta.index <= node.raft->snapshot().index) return;
  node.disk.snapshots[meta.index.value] = snapshot_file(meta, node.state);
  const Log& log = node.raft->log();
  const LogIndex from = std::max(upto, log.base().index);
  const LogBase base{from, log.term_at(from), log.hash_at(from)};
  // The snapshot is a file of its own; the log begins anew behind the writes that are under way, as
  // in the log of the host: one of them may remove what is there now.
  if (node.in_flight.empty()) {
    node.disk.compact(base, meta);
  } else {
    node.disk.snapshot = meta;
    node.compactions.emplace_back(node.in_flight.back().ticket, base);
  }
  invariants_.snapshot_synced(++record_, id_of(i), meta.index.value, meta.hash);
  observe(i, Observation{observed(Word::snapshot_taken), GroupId{}, meta.index.value,
                         meta.term.value, meta.hash, node.state.digest});
  step(i, Compact{upto, meta});
}

void Cluster::persist(std::size_t i) {
  WT_ASSERT(!nodes_[i].in_flight.empty(), "a write is under way");
  persist_ticket(i, nodes_[i].in_flight.front().ticket);
}

void Cluster::persist_ticket(std::size_t i, Ticket ticket) {
  ClusterNode& node = nodes_[i];
  node.done.push_back(ticket);
  const auto is_done = [&] {
    const Ticket front = node.in_flight.front().ticket;
    return std::find(node.done.begin(), node.done.end(), front) != node.done.end();
  };
  // The log file is read up to the first hole: a write counts once all before it are there.
  while (!node.in_flight.empty() && is_done()) {
    node.done.erase(std::find(node.done.begin(), node.done.end(), node.in_flight.front().ticket));
    carry_out_oldest(i);
  }
  say(i, "has #" + std::to_string(ticket.value) + " on disk");
  std::vector<HeldMessage> released;
  node.outbox.persisted(ticket, released);
  for (const HeldMessage& held : released) {
    for (const Observation& claim : held.claims) {
      if (claim.kind != ObservationKind::none) observe(i, claim);
    }
    send(i, held.message);
  }
  step(i, Persisted{ticket});
}

std::size_t Cluster::deliver(const Filter& filter) {
  std::size_t count = 0;
  std::size_t left = network_.size();
  for (std::size_t at = 0; left > 0; --left) {
    if (!filter(network_[at])) {
      ++at;
      continue;
    }
    deliver_at(at, false);
    ++count;
  }
  return count;
}

void Cluster::deliver_at(std::size_t position, bool keep_copy) {
  const Envelope envelope = network_[position];
  if (!keep_copy) network_.erase(network_.begin() + static_cast<std::ptrdiff_t>(position));
  const std::size_t to = envelope.to.value;
  if (!is_up(to)) return;
  MessageDecoder decoder;
  Message message;
  WT_ASSERT(decoder.decode(envelope.bytes, message).has_value(), "our own messages decode");
  lines_.push_back(name(envelope.from.value) + " -> " + name(to) + " " + envelope.text);
  step(to, Received{envelope.from, &message});
}

std::size_t Cluster::drop(const Filter& filter) {
  const std::size_t before = network_.size();
  network_.erase(std::remove_if(network_.begin(), network_.end(), filter), network_.end());
  return before - network_.size();
}

void Cluster::settle() {
  const auto all = [](const Envelope&) { return true; };
  for (int round = 0; round < 10'000; ++round) {
    bool has_moved = false;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      while (is_up(i) && !nodes_[i].in_flight.empty()) {
        persist(i);
        has_moved = true;
      }
    }
    if (deliver(all) > 0) has_moved = true;
    if (!has_moved) return;
  }
  WT_ASSERT(false, "a cluster without timers comes to rest");
}

void Cluster::crash(std::size_t i, std::size_t kept) {
  ClusterNode& node = nodes_[i];
  for (std::size_t n = 0; n < kept && !node.in_flight.empty(); ++n) {
    carry_out_oldest(i);
  }
  node.in_flight.clear();
  node.compactions.clear();
  node.done.clear();
  node.raft.reset();
  node.ready.clear();
  node.armed.fill(false);
  node.incoming.clear();
  invariants_.crashed(++record_, id_of(i));
  say(i, "crashes");
}

void Cluster::restart(std::size_t i) {
  nodes_[i].incarnation += 1;
  start(i);
}

void Cluster::elect(std::size_t i) {
  time_out(i);
  settle();
}

}  // namespace windtunnel::raft
