// The effects of a machine's steps, as data. The host owns one `Ready` a group, lets any number of
// steps add to it, carries it out and clears it; its buffers are reused.
//
// How a host carries it out, in this order:
//   1. `observations` to the observer, in order.
//   2. `send_now`: encode and send each. `snapshot_sends`: read the piece from the snapshot's file,
//      fill `data` and `done`, send; if that snapshot is gone, step SnapshotUnavailable.
//   3. `writes`: to stable storage, in order (one batch, one fsync). When write t is durable, step
//      Persisted{t}. Completions may come in any order; a write counts once all before it are done.
//   4. `send_after`: keep each (see Outbox) until the write `ticket` and all earlier ones are
//      durable; then observe its `claims` and send it.
//   5. `restore`: replace the state machine by that of the received snapshot and step
//      Applied{index}.
//   6. `snapshot_pieces`, which are of a later transfer than that: write each to a temporary file
//      at its offset (start afresh at offset 0) and step SnapshotPieceStored; after the last piece
//      check the file, sync it and step SnapshotReceived instead. Whatever fails, step
//      SnapshotDamaged. No other piece is handed out before one of these.
//   7. `apply`: feed entries [first, last] of log() to the state machine and step Applied{last}.
//   8. `timers`, then `reads`.
// Inputs that arrive meanwhile are stepped into another (or the cleared) Ready.
#pragma once

#include <windtunnel/protocols/env/observation.h>
#include <windtunnel/protocols/raft/message.h>

#include <array>
#include <optional>
#include <vector>

namespace windtunnel::raft {

// A machine names timers; the host knows how long they are. T is the minimum election timeout.
enum class TimerKind : std::uint8_t {
  silence = 0,       // T after arming. A follower believes in its leader until then
  election = 1,      // a fresh draw from [0, spread]: armed when silence ends, so that a
                     // candidacy begins between T and T + spread after the last word of a leader
  heartbeat = 2,     // the heartbeat interval; below T
  check_quorum = 3,  // T
};
inline constexpr std::size_t kTimerKinds = 4;
std::string_view name_of(TimerKind kind) noexcept;

enum class TimerAction : std::uint8_t { keep = 0, arm = 1, cancel = 2 };

// One write to stable storage. Its parts take effect together and in this order.
struct Write {
  Ticket ticket;
  // The snapshot named here was received and is installed by this write. Where discard_log, no
  // entry of the old log survives it; else the entries after snapshot->index do.
  std::optional<SnapshotMeta> snapshot;
  bool discard_log = false;
  // Entries from here on are removed; 0: none.
  LogIndex truncate_from;
  std::optional<HardState> hard_state;
  // Appended at `first`; whatever storage still has from there on is superseded.
  LogIndex first;
  EntrySlice entries;
};

// A message that claims something durable.
struct HeldMessage {
  Ticket ticket;
  Message message;
  // To be observed at the moment the message is released; kind none: nothing.
  std::array<Observation, 2> claims;
};

struct SnapshotPiece {
  NodeId from;
  Term leader_term;
  LogIndex index;  // the snapshot's
  Term term;
  std::uint64_t offset = 0;
  Payload data;
  bool done = false;
};

struct ApplyRange {
  LogIndex first;
  LogIndex last;  // empty when last < first
  bool empty() const { return last < first || last == LogIndex{}; }
};

struct ReadResult {
  std::uint64_t request = 0;
  bool confirmed = false;  // else this node is no leader: ask elsewhere
  LogIndex index;          // serve once this much is applied
};

struct Ready {
  std::vector<Observation> observations;
  std::vector<Message> send_now;
  std::vector<Message> snapshot_sends;
  std::vector<Write> writes;
  std::vector<HeldMessage> send_after;
  std::vector<SnapshotPiece> snapshot_pieces;
  std::optional<SnapshotMeta> restore;
  ApplyRange apply;
  std::array<TimerAction, kTimerKinds> timers{};
  std::vector<ReadResult> reads;

  TimerAction timer(TimerKind kind) const { return timers[static_cast<std::size_t>(kind)]; }
  void set_timer(TimerKind kind, TimerAction action) {
    timers[static_cast<std::size_t>(kind)] = action;
  }
  bool empty() const;
  void clear();
};

// Keeps messages until what they claim is durable. Used by hosts; not part of the machine.
class Outbox {
 public:
  // Takes over ready.send_after; a message whose writes are durable already goes to `released` at
  // once.
  void hold(Ready& ready, std::vector<HeldMessage>& released);
  // Write `ticket` is durable: appends what waited only for it to `released`, in the order of
  // holding.
  void persisted(Ticket ticket, std::vector<HeldMessage>& released);
  std::size_t size() const { return held_.size(); }

 private:
  void release(std::vector<HeldMessage>& released);
  Ticket durable_;            // every write up to here is durable
  std::vector<Ticket> done_;  // durable ones beyond, sorted
  std::vector<HeldMessage> held_;
};

}  // namespace windtunnel::raft
