// Linearizable reads without a log entry (thesis 6.4): remember the commit index, make sure by a
// round of heartbeats that no other leader was elected meanwhile, and serve once that much is
// applied.
//
// Rounds are numbered within a reign, never reused, and a reply counts only in the term it was sent
// in; so a late or duplicated reply confirms no read that was asked for after its heartbeat was
// sent.
#include <windtunnel/protocols/raft/raft.h>

#include <algorithm>

namespace windtunnel::raft {

// Before an entry of its own term is committed, a leader does not know what its predecessors
// committed.
bool Raft::has_committed_in_term() const { return log_.term_at(commit_) == term(); }

Result<void> Raft::read(std::uint64_t request, Ready& ready) {
  if (!is_leader()) return make_error_code(Errc::not_leader);
  observe(Word::request, request, commit_.value, 0, 0, ready);
  PendingRead pending;
  pending.request = request;
  if (has_committed_in_term()) {
    pending.index = commit_;
  } else {
    mark("raft.read-deferred", ready);
  }
  reads_.push_back(pending);
  return {};
}

// Reads that came since the last round share the next one.
void Raft::start_read_round(Ready&) {
  if (!has_committed_in_term()) return;
  bool is_needed = false;
  for (PendingRead& read : reads_) {
    if (read.round != 0) continue;
    if (read.index == LogIndex{}) read.index = commit_;
    read.round = read_round_ + 1;
    is_needed = true;
  }
  if (!is_needed) return;
  read_round_ += 1;
  send_heartbeats_ = true;
  if (Progress* self = progress_of(config_.self)) self->read_round = read_round_;
}

void Raft::release_reads(Ready& ready) {
  if (reads_.empty()) return;
  const auto round_of = [this](NodeId node) -> std::uint64_t {
    const Progress* peer = progress_of(node);
    return peer == nullptr ? 0 : peer->read_round;
  };
  const std::uint64_t confirmed = configuration_.quorum_value(round_of);
  std::size_t count = 0;
  while (count < reads_.size() && reads_[count].round != 0 && reads_[count].round <= confirmed) {
    const PendingRead& read = reads_[count];
    observe(Word::read_index, read.request, read.index.value, config_.self.value, 0, ready);
    ready.reads.push_back(ReadResult{read.request, true, read.index});
    ++count;
  }
  reads_.erase(reads_.begin(), reads_.begin() + static_cast<std::ptrdiff_t>(count));
}

void Raft::reject_reads(Ready& ready) {
  for (const PendingRead& read : reads_) ready.reads.push_back(ReadResult{read.request, false, {}});
  reads_.clear();
}

}  // namespace windtunnel::raft
