// What protocol code says about itself: fixed-size typed records, tagged with the group. Trace
// strips, `when:` triggers, coverage marks and invariants live on them. In production they go
// nowhere.
//
// Each protocol has words of its own, and says in a table what they mean (words.h). A record's
// group says whose word it is, so two protocols of one run may use the same numbers.
//
// Durability is not observed from what a machine believes: the log says where it put an entry
// (`wal_extent`), and the simulated disk says which extents are synced.
#pragma once

#include <windtunnel/protocols/base/ids.h>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace windtunnel {

// The number of a word. Those named here mean the same everywhere; a protocol has an enum of its
// own for others, from `user` on (those that ship use smaller ones). Append only: numbers are part
// of the trace format. The comment names the words a, b, c, d.
enum class ObservationKind : std::uint16_t {
  none = 0,
  role = 1,  // role (Role, or a position in the protocol's own table), term; c and d as it likes
  wal_extent = 12,  // index, chained hash, file handle << 40 | length, offset: where an entry lies
  vote_extent =
      13,     // term, voted-for + 1, file handle << 40 | length, offset: where term and vote lie
  mark = 19,  // hash of the mark's name: coverage
  snapshot_extent =
      23,  // index, 0, file handle << 40 | length, offset: a snapshot file, before it gets its name
  user = 1000,  // first number free for users' protocols
};

// The kind of a protocol's own word: observed(Word::append).
template <class Word>
requires std::is_enum_v<Word>
constexpr ObservationKind observed(Word word) { return static_cast<ObservationKind>(word); }

// Observations that hold sets of nodes have a bit for each of the first so many.
inline constexpr std::size_t kObservedNodes = 64;

enum class Role : std::uint8_t {
  follower = 0,
  pre_candidate = 1,
  candidate = 2,
  leader = 3,
  learner = 4
};
std::string_view name_of(Role role) noexcept;

struct Observation {
  ObservationKind kind = ObservationKind::none;
  GroupId group;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  friend constexpr bool operator==(const Observation&, const Observation&) = default;
};

class Observer {
 public:
  virtual void observe(const Observation& observation) = 0;

 protected:
  ~Observer() = default;
};

}  // namespace windtunnel
