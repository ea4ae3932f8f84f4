// Application, snapshots, sessions and reads.
#include <windtunnel/harness/raft/raft_invariants.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel {

void RaftInvariants::on_apply(NodeId id, Node& node, const Observation& seen) {
  if (seen.a != node.applied + 1) {
    fail(RaftInvariant::mono_applied, id,
         fmt::format("{} applies entry {} after {}", label_of(id), seen.a, node.applied));
    if (seen.a == 0) return;
  }
  node.applied = seen.a;
  if (seen.a > max_committed() || committed_[seen.a].hash != seen.c) {
    return disagree(
        RaftInvariant::state_machine_safety, seen.a, id,
        fmt::format("{} applies an entry {} that is not the committed one", label_of(id), seen.a),
        seen.a > max_committed() ? 0 : committed_[seen.a].record);
  }
  check_digest(id, seen.a, seen.d);
}

void RaftInvariants::check_digest(NodeId id, std::uint64_t index, std::uint64_t digest) {
  if (digest == 0) return;
  Committed& committed = committed_[index];
  if (committed.digest == 0) {
    committed.digest = digest;
    committed.digest_record = record_;
  } else if (committed.digest != digest) {
    disagree(RaftInvariant::state_digest, index, id,
             fmt::format("{} is in another state after entry {} than a node before", label_of(id),
                         index),
             committed.digest_record);
  }
}

void RaftInvariants::on_snapshot(NodeId id, Node& node, const Observation& seen, bool installed) {
  const bool is_committed = seen.a <= max_committed() && seen.a > 0;
  const std::uint64_t applied = node.applied;
  if (installed) {
    node.applied = seen.a;
    node.commit = std::max(node.commit, seen.a);
  }
  if (!is_committed || committed_[seen.a].hash != seen.c || committed_[seen.a].term != seen.b) {
    disagree(RaftInvariant::snapshot_valid, seen.a, id,
             fmt::format("{} has a snapshot at entry {} of term {} that is not the "
                         "committed prefix",
                         label_of(id), seen.a, seen.b),
             is_committed ? committed_[seen.a].record : 0);
    return;
  }
  if (installed && seen.a < applied) {
    fail(RaftInvariant::mono_applied, id,
         fmt::format("{} installs a snapshot at {} after applying {}", label_of(id), seen.a,
                     applied));
  }
  if (!installed && seen.a > applied) {
    fail(
        RaftInvariant::snapshot_valid, id,
        fmt::format("{} takes a snapshot at {} and has applied {}", label_of(id), seen.a, applied));
  }
  check_digest(id, seen.a, seen.d);
}

// The log begins at an index; what lies before is in a snapshot.
void RaftInvariants::on_log_start(NodeId id, Node& node, const Observation& seen) {
  if (seen.a == 0) return;
  const std::uint64_t base = seen.a - 1;
  if (base > max_committed()) {
    fail(RaftInvariant::snapshot_valid, id,
         fmt::format("{} begins its log at {}, past what is committed", label_of(id), seen.a));
    (void)skip_to(node, base);
    return;
  }
  if (node.last() < base) {
    // By a snapshot from elsewhere: what it stands for is the committed prefix, or SNAP-VALID will
    // say so.
    node.log.resize(base + 1);
    node.log[base] = Entry{committed_[base].term, 0};
    node.durable_upto = std::max(node.durable_upto, std::min(node.durable_snapshot, base));
    extend_durable(node);
  }
  node.base = std::max(node.base, base);
}

void RaftInvariants::on_effect(NodeId id, const Observation& seen) {
  Seen& first = effect_of(seen.a, seen.b);
  if (first.value == 0) {
    first = Seen{seen.c, record_};
  } else if (first.value != seen.c) {
    disagree(RaftInvariant::exactly_once, first.value, id,
             fmt::format("request {} of session {} takes effect at entries {} and {}", seen.b,
                         seen.a, first.value, seen.c),
             first.record);
  }
}

RaftInvariants::Seen& RaftInvariants::effect_of(std::uint64_t session, std::uint64_t sequence) {
  constexpr std::uint64_t kDenseSequences = std::uint64_t{1} << 20;
  if (sequence >= kDenseSequences) return sparse_effects_[{session, sequence}];
  std::vector<Seen>& dense = effects_[session];
  if (dense.size() <= sequence) dense.resize(static_cast<std::size_t>(sequence) + 1);
  return dense[static_cast<std::size_t>(sequence)];
}

void RaftInvariants::on_request(Node& node, const Observation& seen) {
  node.reads[seen.a] = Seen{max_committed(), record_};
}

void RaftInvariants::on_read(NodeId id, Node& node, const Observation& seen, bool served) {
  const auto at = node.reads.find(seen.a);
  if (at == node.reads.end()) return;
  const Seen floor = at->second;
  if (served) node.reads.erase(at);
  if (seen.b >= floor.value) return;
  disagree(RaftInvariant::read_fresh, floor.value, id,
           fmt::format("{} answers read {} at entry {}, and {} was committed before it was asked",
                       label_of(id), seen.a, seen.b, floor.value),
           floor.record);
}

}  // namespace windtunnel
