#include <windtunnel/protocols/raft/ready.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel::raft {

std::string_view name_of(TimerKind kind) noexcept {
  switch (kind) {
    case TimerKind::silence: return "silence";
    case TimerKind::election: return "election";
    case TimerKind::heartbeat: return "heartbeat";
    case TimerKind::check_quorum: return "check-quorum";
  }
  return "unknown";
}

std::string_view name_of(MessageKind kind) noexcept {
  switch (kind) {
    case MessageKind::pre_vote: return "pre-vote";
    case MessageKind::pre_vote_reply: return "pre-vote-reply";
    case MessageKind::request_vote: return "request-vote";
    case MessageKind::request_vote_reply: return "request-vote-reply";
    case MessageKind::append: return "append";
    case MessageKind::append_reply: return "append-reply";
    case MessageKind::snapshot_chunk: return "snapshot-chunk";
    case MessageKind::snapshot_reply: return "snapshot-reply";
    case MessageKind::timeout_now: return "timeout-now";
  }
  return "unknown";
}

bool Ready::empty() const {
  return observations.empty() && send_now.empty() && snapshot_sends.empty() && writes.empty() &&
         send_after.empty() && snapshot_pieces.empty() && !restore.has_value() && apply.empty() &&
         reads.empty() && timers == std::array<TimerAction, kTimerKinds>{};
}

void Ready::clear() {
  observations.clear();
  send_now.clear();
  snapshot_sends.clear();
  writes.clear();
  send_after.clear();
  snapshot_pieces.clear();
  restore.reset();
  apply = ApplyRange{};
  timers.fill(TimerAction::keep);
  reads.clear();
}

void Outbox::hold(Ready& ready, std::vector<HeldMessage>& released) {
  if (ready.send_after.empty()) return;  // What was held before still waits.
  for (HeldMessage& message : ready.send_after) held_.push_back(std::move(message));
  ready.send_after.clear();
  release(released);
}

void Outbox::persisted(Ticket ticket, std::vector<HeldMessage>& released) {
  WT_ASSERT(durable_ < ticket, "a write becomes durable once");
  done_.insert(std::lower_bound(done_.begin(), done_.end(), ticket), ticket);
  std::size_t joined = 0;
  while (joined < done_.size() && done_[joined].value == durable_.value + 1) {
    durable_ = done_[joined];
    ++joined;
  }
  if (joined == 0) return;
  done_.erase(done_.begin(), done_.begin() + static_cast<std::ptrdiff_t>(joined));
  release(released);
}

void Outbox::release(std::vector<HeldMessage>& released) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].ticket <= durable_) {
      released.push_back(std::move(held_[i]));
    } else {
      if (kept != i) held_[kept] = std::move(held_[i]);
      ++kept;
    }
  }
  held_.resize(kept);
}

}  // namespace windtunnel::raft
