// The abstract disk of one Raft node: what is on it for certain, and the writes under way. A write
// counts once all before it are done, as a log file is recovered up to its first hole.
#pragma once

#include <windtunnel/protocols/raft/raft.h>

#include <utility>
#include <vector>

namespace windtunnel::explore {

// A snapshot's file: what it stands for, and the state in it.
struct SnapshotFile {
  raft::SnapshotMeta meta;
  std::uint64_t digest = 0;
  friend bool operator==(const SnapshotFile&, const SnapshotFile&) = default;
};

class RaftDisk {
 public:
  explicit RaftDisk(raft::SnapshotMeta first) { files_.push_back({std::move(first), 1}); }

  // --- Writes of the machine ---
  void submit(const raft::Write& write) { in_flight_.push_back({write, false}); }
  std::size_t in_flight() const { return in_flight_.size(); }
  const raft::Write& write(std::size_t i) const { return in_flight_[i].write; }
  bool is_done(std::size_t i) const { return in_flight_[i].is_done; }
  // Every write before this ticket is on disk.
  raft::Ticket first_open() const;
  // The i-th write under way is done. Appends those that count from now on.
  void complete(std::size_t i, std::vector<raft::Write>& counted);
  // Power is lost: of the writes under way the first `kept`, and those done behind them, are on
  // disk, the others are not. Appends those that count.
  void crash(std::size_t kept, std::vector<raft::Write>& counted);

  // --- Snapshots: files of their own, whole or not there ---
  void store(SnapshotFile file);
  // Null where there is none.
  const SnapshotFile* file(raft::LogIndex index) const;
  // The log begins anew after `base`, behind the writes that are under way; `taken` is in place.
  void compact(const raft::LogBase& base, const raft::SnapshotMeta& taken);

  // What a restart finds, and the state that goes with its snapshot.
  raft::Recovered recover() const;
  std::uint64_t recovered_digest() const;
  // The machine's log begins here after recovery: what it did not take is removed.
  void recovered_at(const raft::LogBase& base);

  std::uint64_t hash() const;
  friend bool operator==(const RaftDisk& a, const RaftDisk& b);

 private:
  struct InFlight {
    raft::Write write;
    bool is_done = false;
  };
  raft::LogIndex last() const { return base_.index + entries_.size(); }
  std::uint64_t last_hash() const { return entries_.empty() ? base_.hash : entries_.back().hash; }
  void carry_out_first(std::vector<raft::Write>& counted);
  void carry_out(const raft::Write& write);
  void install(const raft::SnapshotMeta& received, bool discard_log);
  void cut(raft::LogIndex from);
  void begin_after(const raft::LogBase& base);

  raft::HardState hard_state_;
  raft::LogIndex snapshot_;  // of the file that recovery takes
  raft::LogBase base_;
  std::vector<raft::Entry> entries_;
  std::vector<SnapshotFile> files_;  // by index
  std::vector<InFlight> in_flight_;
  // Where the log begins once the write of this ticket is on disk.
  std::vector<std::pair<raft::Ticket, raft::LogBase>> compactions_;
};

// Same parts; entries by content.
bool is_same(const raft::Write& a, const raft::Write& b);

}  // namespace windtunnel::explore
