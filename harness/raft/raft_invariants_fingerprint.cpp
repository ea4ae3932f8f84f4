// What the invariants remember, as a digest: so the exhaustive explorer tells histories apart that
// may end differently, and only those.
#include <windtunnel/harness/raft/raft_invariants.h>

namespace windtunnel {
namespace {

using Names = std::span<const NodeId>;

std::uint64_t name_of(std::uint64_t node, Names names) {
  return node < names.size() ? names[static_cast<std::size_t>(node)].value : node;
}

// A vote as disks and claims carry it: node + 1, or 0.
std::uint64_t vote_of(std::uint64_t voted, Names names) {
  return voted == 0 ? 0 : name_of(voted - 1, names) + 1;
}

std::uint64_t nodes_of(std::uint64_t bits, Names names) {
  if (names.empty()) return bits;
  std::uint64_t renamed = 0;
  for (std::uint64_t i = 0; i < kObservedNodes; ++i) {
    if ((bits >> i & 1) != 0) renamed |= std::uint64_t{1} << name_of(i, names);
  }
  return renamed;
}

void absorb_dense(RollingHash& hash, const std::vector<std::uint64_t>& words) {
  hash.absorb(words.size());
  for (const std::uint64_t word : words) hash.absorb(word);
}

// Sums stand for sets, whatever the order of their elements.
Digest plus(Digest a, Digest b) { return {a.high + b.high, a.low + b.low}; }

Digest digest_of(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  RollingHash hash;
  hash.absorb(a, b);
  hash.absorb(c, d);
  return hash.digest();
}

}  // namespace

Digest RaftInvariants::fingerprint_of(const Node& node, NodeId name, Names names) const {
  RollingHash hash;
  hash.absorb(name.value, static_cast<std::uint64_t>(node.role));
  hash.absorb((node.is_known ? 1U : 0U) | (node.is_starting ? 2U : 0U) |
              (node.is_ignorant ? 4U : 0U) | (node.stays_ignorant ? 8U : 0U));
  hash.absorb(nodes_of(node.configuration.voters, names),
              nodes_of(node.configuration.outgoing, names));
  hash.absorb(node.term, node.commit);
  hash.absorb(node.applied, node.base);
  hash.absorb(node.log.size());
  for (const Entry& entry : node.log) hash.absorb(entry.term, entry.hash);
  absorb_dense(hash, node.durable);
  hash.absorb(node.durable_upto, node.durable_snapshot);
  hash.absorb(node.durable_term, vote_of(node.durable_vote, names));
  absorb_dense(hash, node.lost);
  hash.absorb(node.believed_upto, node.believed_snapshot);
  hash.absorb(node.believed_term, vote_of(node.believed_vote, names));
  hash.absorb(node.forgotten_term, node.votes.size());
  for (const auto& [term, seen] : node.votes) hash.absorb(term, name_of(seen.value, names));
  for (const auto& [request, seen] : node.reads) hash.absorb(request, seen.value);
  Digest digest = hash.digest();
  for (const auto& [follower, match] : node.matches) {
    digest = plus(digest, digest_of(name.value, name_of(follower, names), match, 1));
  }
  return digest;
}

Digest RaftInvariants::fingerprint(Names names) const {
  RollingHash hash;
  hash.absorb(undone_from_, relived_term_);
  for (const auto& [term, leader] : leader_of_) {
    hash.absorb(term, name_of(leader.first.value, names));
  }
  hash.absorb(committed_.size(), committed_in_.size());
  for (const Committed& committed : committed_) {
    hash.absorb(committed.term, committed.hash);
    hash.absorb(committed.digest);
  }
  for (const auto& [term, index] : committed_in_) hash.absorb(term, index);
  for (const auto& [session, dense] : effects_) {
    hash.absorb(session, dense.size());
    for (const Seen& seen : dense) hash.absorb(seen.value);
  }
  for (const auto& [request, seen] : sparse_effects_) {
    hash.absorb(request.first, request.second);
    hash.absorb(seen.value);
  }
  Digest digest = hash.digest();
  const auto add = [&digest](std::uint64_t index, const EntryOrigin& origin) {
    if (origin.hash == 0) return;
    digest = plus(digest, digest_of(index, origin.term, origin.hash, origin.previous));
  };
  // Which of the entries of an index came first does not matter.
  for (std::size_t i = 0; i < origins_.size(); ++i) add(i, origins_[i]);
  for (const auto& [index, origin] : more_origins_) add(index, origin);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(i);
    const NodeId name{static_cast<std::uint32_t>(name_of(number, names))};
    digest = plus(digest, fingerprint_of(nodes_[i], name, names));
  }
  return digest;
}

}  // namespace windtunnel
