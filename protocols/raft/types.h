// The nouns of Raft: term, index, entry, hard state, snapshot. Names are those of the thesis
// (Ongaro 2014).
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/raft/configuration.h>

#include <cstdint>
#include <string_view>

namespace windtunnel::raft {

// Strictly increasing number of a reign. 0: before the first election.
using Term = Id<struct TermTag, std::uint64_t>;
// Place in the log. The first entry is 1; 0 is the place before it.
using LogIndex = Id<struct LogIndexTag, std::uint64_t>;
// Names one write that the machine asked for. Dense from 1 in the order of asking; 0: none.
using Ticket = Id<struct TicketTag, std::uint64_t>;

constexpr LogIndex operator+(LogIndex i, std::uint64_t n) { return LogIndex{i.value + n}; }
constexpr LogIndex operator-(LogIndex i, std::uint64_t n) { return LogIndex{i.value - n}; }
constexpr std::uint64_t operator-(LogIndex a, LogIndex b) { return a.value - b.value; }
constexpr LogIndex& operator++(LogIndex& i) {
  ++i.value;
  return i;
}

enum class EntryKind : std::uint8_t {
  noop = 0,           // the first entry of each reign; the state machine skips it
  command = 1,        // for the state machine
  configuration = 2,  // reserved for membership changes
};

// One entry of a log. `hash` covers it and everything before it: two logs that agree on the hash at
// an index agree on the whole prefix. The log computes it; it does not travel in messages.
struct Entry {
  Term term;
  EntryKind kind = EntryKind::noop;
  Payload payload;
  std::uint64_t hash = 0;
};

// The chained hash of an entry that follows a prefix with hash `before`.
inline std::uint64_t chained_hash(std::uint64_t before, Term term, EntryKind kind,
                                  std::uint64_t payload_hash) {
  const std::uint64_t head = hash_combine(term.value, static_cast<std::uint64_t>(kind));
  return hash_combine(hash_combine(before, head), payload_hash);
}

// What must survive a crash besides the log. One atomic record: a term without its vote, or a vote
// without its term, would let a node vote twice.
struct HardState {
  Term term;
  NodeId voted_for = kNoNode;
  friend constexpr bool operator==(const HardState&, const HardState&) = default;
};

// What a snapshot stands for. `index` 0 with the first configuration is the state before the first
// entry.
struct SnapshotMeta {
  LogIndex index;               // the last entry that it includes
  Term term;                    // of that entry, not of the node that took it
  std::uint64_t hash = 0;       // chained hash at index
  Configuration configuration;  // in force at index
  friend bool operator==(const SnapshotMeta&, const SnapshotMeta&) = default;
};

}  // namespace windtunnel::raft
