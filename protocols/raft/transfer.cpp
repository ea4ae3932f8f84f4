// Leadership that is handed over (thesis 3.10): the successor is brought up to date, then asked to
// stand at once, and whom it asks need not wait for the leader's silence.
#include <windtunnel/protocols/raft/raft.h>

#include <utility>

namespace windtunnel::raft {

void Raft::on(const TransferLeadership& transfer, Ready& ready) {
  const NodeId to = transfer.to == kNoNode ? best_successor() : transfer.to;
  const bool can_lead = to != config_.self && configuration_.is_voter(to);
  // One that is under way keeps its time, however often it is asked for again.
  if (!is_leader() || !can_lead || is_transferring()) return mark("raft.transfer-refused", ready);
  transfer_ = Transfer{to, 2, false};
  mark("raft.transfer-begun", ready);
}

// Of the others, one that was heard from lately and has most of our log. Not one that needs our
// snapshot: it may be that which cannot be read.
NodeId Raft::best_successor() const {
  const Progress* best = nullptr;
  for (const Progress& peer : progress_) {
    if (peer.node == config_.self || !configuration_.is_voter(peer.node)) continue;
    if (peer.state == ProgressState::snapshot) continue;
    const bool is_better = best == nullptr || std::pair(best->active, best->match) <
                                                  std::pair(peer.active, peer.match);
    if (is_better) best = &peer;
  }
  return best == nullptr ? kNoNode : best->node;
}

// Once a heartbeat interval, as the offer may be lost.
void Raft::offer_leadership(Ready& ready) {
  const Progress* successor = progress_of(transfer_.to);
  if (transfer_.is_offered || successor == nullptr || successor->match != log_.last_index()) return;
  transfer_.is_offered = true;
  ready.send_now.push_back(make(MessageKind::timeout_now, transfer_.to));
}

// A successor that has not taken over after one to two T will not: the leader goes on.
void Raft::check_transfer(Ready& ready) {
  if (!is_transferring()) return;
  if (--transfer_.checks > 0) return;
  transfer_ = Transfer{};
  mark("raft.transfer-abandoned", ready);
}

void Raft::on_timeout_now(Ready& ready) {
  if (is_leader()) return mark("raft.second-leader", ready);
  if (!configuration_.is_voter(config_.self)) return;
  mark("raft.asked-to-lead", ready);
  campaign(Role::candidate, true, ready);
}

}  // namespace windtunnel::raft
