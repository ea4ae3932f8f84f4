// What protocol code says about itself: fixed-size typed records, tagged with the group. Trace
// strips, `when:` triggers, coverage marks and invariants live on them. In production they go
// nowhere.
//
// Durability is not observed from what a machine believes: the log says where it put an entry
// (`wal_extent`), and the simulated disk says which extents are synced.
#pragma once

#include <windtunnel/protocols/base/ids.h>

#include <cstdint>
#include <string_view>

namespace windtunnel {

// Append only: numbers are part of the trace format. The comment names the words a, b, c, d.
enum class ObservationKind : std::uint16_t {
  none = 0,
  role = 1,          // role (Role), term, last log index, chained hash of the log at last index
  term = 2,          // term, voted-for node + 1 or 0
  vote_granted = 3,  // term, candidate: the reply is being sent
  append = 4,        // index, term, chained hash up to and with it, payload hash
  truncate = 5,      // first index removed, commit index
  commit = 6,        // commit index, term, chained hash at commit index, 1 if advanced as leader
  apply = 7,  // index, term of the entry, chained hash at index, digest of the state after it
  snapshot_taken = 8,      // last included index, its term, chained hash, digest of the state
  snapshot_installed = 9,  // as snapshot_taken
  log_start = 10,          // first index kept, after compaction or recovery
  recovered = 11,          // term, voted-for + 1, last index, chained hash at last index
  wal_extent = 12,  // index, chained hash, file handle << 40 | length, offset: where an entry lies
  vote_extent =
      13,  // term, voted-for + 1, file handle << 40 | length, offset: where term and vote lie
  sent_claim =
      14,      // what a message being sent claims durable: (term, voted-for + 1, last index, hash)
  match = 15,  // follower, match index, next index: on the leader
  read_index = 16,   // request, read index, node asked: a read was confirmed at this index
  read_served = 17,  // request, applied index, read index
  effect = 18,       // session, sequence, index: the state machine took effect for this request
  mark = 19,         // hash of the mark's name: coverage
  config = 20,       // index, bit set of voters, outgoing voters, learners (node < 64)
  lease = 21,        // term, start, end (this node's monotonic clock)
  request = 22,      // request, commit index known then: a linearizable read arrived
  snapshot_extent =
      23,  // index, 0, file handle << 40 | length, offset: a snapshot file, before it gets its name
  user = 1000,  // first number free for users' protocols
};

// Observations that hold sets of nodes have a bit for each of the first so many.
inline constexpr std::size_t kObservedNodes = 64;

enum class Role : std::uint8_t {
  follower = 0,
  pre_candidate = 1,
  candidate = 2,
  leader = 3,
  learner = 4
};

struct Observation {
  ObservationKind kind = ObservationKind::none;
  GroupId group;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  friend constexpr bool operator==(const Observation&, const Observation&) = default;
};

// The kind's name as in traces and `when:` triggers: "vote-granted".
std::string_view name_of(ObservationKind kind) noexcept;
std::string_view name_of(Role role) noexcept;

class Observer {
 public:
  virtual void observe(const Observation& observation) = 0;

 protected:
  ~Observer() = default;
};

}  // namespace windtunnel
