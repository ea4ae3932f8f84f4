// Session guarantees (Terry et al., PDIS 1994) of registers whose writes are unique, so that a read
// says which write it saw. A session is a process.
//
//   read-your-writes      a read sees the session's own writes of the key, or later ones
//   monotonic-reads       successive reads of a key see the same version, or later ones
//   monotonic-writes      who sees a write sees the earlier writes of its session, or later ones
//   writes-follow-reads   who sees a write sees what its session had read before it, or later ones
//   pram                  the first three, and what follows from them together (session_views.h)
//
// Each says of two versions of a key that one is not later than the other, and the unset (initial)
// version is first. The guarantee is violated when no order of the versions has all that: when they
// go in a circle. O(n * k) for k sessions.
//
// What is called violated is, and what is called ok is. Unknown is what only several operations of
// one session together speak against: no witness says why.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/objects/models.h>

#include <optional>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// Bits.
enum SessionGuarantee : std::uint8_t {
  kReadYourWrites = 1,
  kMonotonicReads = 2,
  kMonotonicWrites = 4,
  kWritesFollowReads = 8,
};

const std::vector<std::string_view>& session_levels();
// The guarantees of a level; nothing when there is no such level.
std::optional<std::uint8_t> session_guarantees(std::string_view level);

// `spec` is a register, or kv with get and put only. Otherwise, or when a value was written twice,
// the verdict is unknown.
Verdict check_sessions(const History& history, const ModelSpec& spec, std::uint8_t guarantees,
                       std::uint64_t max_work = kStandardWork);

}  // namespace windtunnel::checkers
