// What holds over a stretch of time, from the single records: the strips of each node in each of
// its groups, when it was down or paused, and when each fault was on.
#pragma once

#include <windtunnel/sim/trace/trace_file.h>

#include <cstdint>
#include <vector>

namespace windtunnel::reports {

inline constexpr std::int64_t kNeverEnds = -1;
inline constexpr std::int64_t kNothing = -1;

// A node in a group, of which it said something.
struct Member {
  NodeId node;
  GroupId group;
  friend auto operator<=>(const Member&, const Member&) = default;
};

// What a strip of a member shows from `time_ns` on.
struct StripChange {
  std::int64_t time_ns = 0;
  std::uint32_t member = 0;       // position
  std::uint8_t strip = 0;         // 0: its role; n: the n-th of the counters that its service shows
  std::int64_t value = kNothing;  // kNothing while it is down, and before it said anything
};

// The counters that the service shows, in the order of its table: positions there.
std::vector<std::size_t> shown_counters(const ServiceWords& service);

// Time in which a node was down (after a crash) or paused.
struct Outage {
  NodeId node;
  bool crash = false;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = kNeverEnds;
};

struct FaultBand {
  std::uint64_t id = 0;       // hash of the fault's id
  std::uint64_t label = 0;    // hash of its label
  std::uint64_t event = 0;    // record number of its begin
  std::uint64_t victims = 0;  // bit set of nodes
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = kNeverEnds;
};

struct Timeline {
  std::vector<Member> members;       // as they first spoke
  std::vector<StripChange> changes;  // by time
  std::vector<Outage> outages;
  std::vector<FaultBand> bands;
};

// In traces of more than `full_states` records, changes of lines alone that no screen could show
// apart are left out.
Timeline timeline_of(const TraceData& trace, std::uint64_t full_states = 500'000);

}  // namespace windtunnel::reports
