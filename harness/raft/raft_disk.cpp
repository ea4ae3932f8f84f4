#include <windtunnel/harness/raft/raft_disk.h>

#include <algorithm>

namespace windtunnel::explore {

using raft::Entry;
using raft::LogBase;
using raft::LogIndex;
using raft::SnapshotMeta;
using raft::Ticket;
using raft::Write;

bool is_same(const Write& a, const Write& b) {
  return a.ticket == b.ticket && a.snapshot == b.snapshot && a.discard_log == b.discard_log &&
         a.truncate_from == b.truncate_from && a.hard_state == b.hard_state && a.first == b.first &&
         a.entries == b.entries;
}

bool operator==(const RaftDisk& a, const RaftDisk& b) {
  const auto same = [](const RaftDisk::InFlight& x, const RaftDisk::InFlight& y) {
    return x.is_done == y.is_done && is_same(x.write, y.write);
  };
  // The chained hash of the last entry stands for all of them.
  return a.hard_state_ == b.hard_state_ && a.snapshot_ == b.snapshot_ && a.base_ == b.base_ &&
         a.last() == b.last() && a.last_hash() == b.last_hash() && a.files_ == b.files_ &&
         std::equal(a.in_flight_.begin(), a.in_flight_.end(), b.in_flight_.begin(),
                    b.in_flight_.end(), same) &&
         a.compactions_ == b.compactions_;
}

std::uint64_t RaftDisk::hash() const {
  RollingHash hash;
  hash.absorb(hard_state_.term.value, hard_state_.voted_for.value);
  hash.absorb(snapshot_.value, base_.index.value);
  hash.absorb(last().value, last_hash());
  for (const InFlight& one : in_flight_) hash.absorb(one.write.ticket.value, one.is_done ? 1 : 0);
  return hash.digest().low;
}

Ticket RaftDisk::first_open() const {
  return in_flight_.empty() ? Ticket{UINT64_MAX} : in_flight_.front().write.ticket;
}

void RaftDisk::complete(std::size_t i, std::vector<Write>& counted) {
  WT_ASSERT(i < in_flight_.size() && !in_flight_[i].is_done, "a write under way is done once");
  in_flight_[i].is_done = true;
  while (!in_flight_.empty() && in_flight_.front().is_done) carry_out_first(counted);
}

void RaftDisk::crash(std::size_t kept, std::vector<Write>& counted) {
  WT_ASSERT(kept <= in_flight_.size(), "what is kept was under way");
  for (std::size_t i = 0; i < kept; ++i) carry_out_first(counted);
  while (!in_flight_.empty() && in_flight_.front().is_done) carry_out_first(counted);
  in_flight_.clear();
  compactions_.clear();
}

void RaftDisk::carry_out_first(std::vector<Write>& counted) {
  const Write write = in_flight_.front().write;
  in_flight_.erase(in_flight_.begin());
  carry_out(write);
  counted.push_back(write);
  while (!compactions_.empty() && compactions_.front().first == write.ticket) {
    begin_after(compactions_.front().second);
    compactions_.erase(compactions_.begin());
  }
}

void RaftDisk::carry_out(const Write& write) {
  if (write.snapshot.has_value()) install(*write.snapshot, write.discard_log);
  if (write.truncate_from != LogIndex{}) cut(write.truncate_from);
  if (write.hard_state.has_value()) hard_state_ = *write.hard_state;
  if (write.entries.empty()) return;
  cut(write.first);
  for (std::size_t i = 0; i < write.entries.size(); ++i) {
    const LogIndex index = write.first + i;
    if (index <= base_.index) continue;
    WT_ASSERT(index == last() + 1, "entries on disk are consecutive");
    entries_.push_back(write.entries[i]);
  }
}

void RaftDisk::install(const SnapshotMeta& received, bool discard_log) {
  snapshot_ = std::max(snapshot_, received.index);
  const bool has_tail = !discard_log && received.index < last();
  const std::size_t old = has_tail ? received.index - base_.index : entries_.size();
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(old));
  base_ = LogBase{received.index, received.term, received.hash};
}

void RaftDisk::cut(LogIndex from) {
  if (last() < from) return;
  entries_.resize(base_.index < from ? from - base_.index - 1 : 0);
}

void RaftDisk::begin_after(const LogBase& base) {
  if (base.index <= base_.index) return;
  // The base is the machine's: an entry here may be one that a write under way removes.
  const bool has_base =
      base.index < last() && entries_[base.index - base_.index - 1].hash == base.hash;
  const std::size_t drop = has_base ? base.index - base_.index : entries_.size();
  entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(drop));
  base_ = base;
}

// --- Snapshots ---

void RaftDisk::store(SnapshotFile file) {
  const auto before = [](const SnapshotFile& a, LogIndex index) { return a.meta.index < index; };
  const auto at = std::lower_bound(files_.begin(), files_.end(), file.meta.index, before);
  if (at != files_.end() && at->meta.index == file.meta.index) {
    *at = std::move(file);
  } else {
    files_.insert(at, std::move(file));
  }
}

const SnapshotFile* RaftDisk::file(LogIndex index) const {
  for (const SnapshotFile& file : files_) {
    if (file.meta.index == index) return &file;
  }
  return nullptr;
}

void RaftDisk::compact(const LogBase& base, const SnapshotMeta& taken) {
  snapshot_ = std::max(snapshot_, taken.index);
  if (in_flight_.empty()) return begin_after(base);
  compactions_.emplace_back(in_flight_.back().write.ticket, base);
}

// --- Recovery ---

raft::Recovered RaftDisk::recover() const {
  return raft::Recovered{hard_state_, file(snapshot_)->meta, base_, entries_};
}

std::uint64_t RaftDisk::recovered_digest() const { return file(snapshot_)->digest; }

void RaftDisk::recovered_at(const LogBase& base) {
  if (base_ == base) return;
  entries_.clear();
  base_ = base;
}

}  // namespace windtunnel::explore
