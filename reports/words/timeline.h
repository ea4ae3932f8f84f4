// What holds over a stretch of time, from the single records: the state of each node, when it was
// down or paused, and when each fault was on.
#pragma once

#include <windtunnel/sim/trace/trace_file.h>

#include <cstdint>
#include <vector>

namespace windtunnel::reports {

inline constexpr std::uint8_t kNoRole = 0xff;
inline constexpr std::int64_t kNeverEnds = -1;

// The state of a node in a group from `time_ns` on.
struct StateChange {
  std::int64_t time_ns = 0;
  NodeId node;
  GroupId group;
  std::uint8_t role = kNoRole;  // Role; kNoRole when it is down or has said nothing
  std::uint64_t term = 0;
  std::uint64_t commit = 0;
  std::uint64_t applied = 0;
};

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
  std::vector<StateChange> states;  // by time
  std::vector<Outage> outages;
  std::vector<FaultBand> bands;
};

// In traces of more than `full_states` records, changes of commit and applied index alone that no
// screen could show apart are left out.
Timeline timeline_of(const TraceData& trace, std::uint64_t full_states = 500'000);

}  // namespace windtunnel::reports
