// What a leader knows about one member.
#pragma once

#include <windtunnel/protocols/raft/types.h>

#include <cstdint>
#include <vector>

namespace windtunnel::raft {

enum class ProgressState : std::uint8_t {
  probe,      // agreement not found yet: one message at a time
  replicate,  // agreement found: messages are pipelined
  snapshot,   // needs entries that the log no longer has: pieces of a snapshot, one at a time
};
std::string_view name_of(ProgressState state) noexcept;

// Bounds of what may be on the way to one member.
struct InflightLimit {
  std::uint32_t messages = 64;
  // A batch that is not full goes out at once only while fewer than this many are on the way; then
  // it waits for an answer, and grows. So a busy leader sends few large messages and an idle one
  // does not wait.
  std::uint32_t eager = 4;
  std::uint64_t bytes = 1 << 20;
  friend constexpr bool operator==(const InflightLimit&, const InflightLimit&) = default;
};

// Appends on the way that carry entries, oldest first.
class Inflight {
 public:
  bool full(const InflightLimit& limit) const {
    return queue_.size() - head_ >= limit.messages || bytes_ >= limit.bytes;
  }
  bool empty() const { return head_ == queue_.size(); }
  std::size_t size() const { return queue_.size() - head_; }
  void add(LogIndex last, std::uint64_t bytes);
  // Those that end at or before `match` have arrived.
  void arrived(LogIndex match);
  void clear();
  friend bool operator==(const Inflight&, const Inflight&) = default;

 private:
  struct Item {
    LogIndex last;
    std::uint64_t bytes = 0;
    friend bool operator==(const Item&, const Item&) = default;
  };
  std::vector<Item> queue_;
  std::size_t head_ = 0;
  std::uint64_t bytes_ = 0;
};

// Invariant: next > match. `match` never decreases within a reign.
struct Progress {
  NodeId node = kNoNode;
  LogIndex match;  // known durable there
  LogIndex next;   // the next entry to send
  ProgressState state = ProgressState::probe;
  // probe, snapshot: a message is on the way; cleared by its answer and by heartbeats.
  bool waiting = false;
  bool active = false;           // heard from since the last check of the quorum
  bool granted = false;          // voted for us, while we campaign
  std::uint64_t read_round = 0;  // the latest read round that it has answered
  LogIndex match_at_heartbeat;   // to notice that nothing moves
  Inflight inflight;
  // The snapshot being sent, and the next piece of it.
  LogIndex snapshot_index;
  Term snapshot_term;
  std::uint64_t snapshot_offset = 0;

  // State at the start of a reign whose log ends at `last`.
  void reset(LogIndex last);
  // Everything up to `index` is durable there. True when that is news.
  bool advance(LogIndex index);
  // It refused an append after `refused`; agreement may lie at `hint`. False when the answer is
  // outdated.
  bool back_off(LogIndex refused, LogIndex hint);
  void become_probe(LogIndex first);
  void become_replicate();
  void become_snapshot(LogIndex index, Term term);
  // Whether an append with entries may be sent now; `full`: there is enough for a full batch.
  bool may_send(const InflightLimit& limit, bool full) const;
  // An append ending at `last` is sent.
  void sent(LogIndex last, std::uint64_t bytes);
  // Once a heartbeat interval: lets a probe try again, and falls back to probing where entries were
  // sent and nothing has arrived for an interval, as they may be lost.
  void heartbeat();

  friend bool operator==(const Progress&, const Progress&) = default;
};

}  // namespace windtunnel::raft
