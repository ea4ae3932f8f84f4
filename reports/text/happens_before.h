// The part of the happens-before relation that led to an event, as a graph of at most 60 records:
// those that matter in the event's causal past, in one column a node, with the messages between
// them.
#pragma once

#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/words/narrator.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::reports {

inline constexpr std::size_t kExcerptNodesMax = 60;
inline constexpr std::size_t kExcerptNodes = 36;  // what is aimed at: what a person takes in

struct Edge {
  enum class Kind : std::uint8_t {
    order,
    cause,
    message
  };  // same node next; led to; sent and received
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  Kind kind = Kind::order;
};

struct Excerpt {
  std::uint64_t center = 0;
  std::vector<std::uint64_t>
      events;  // record numbers, ascending; empty when there is nothing to show
  std::vector<Edge> edges;
};

// Around `center` and the records `related` to it.
Excerpt excerpt_around(const TraceData& trace, std::uint64_t center,
                       const std::vector<std::uint64_t>& related,
                       std::size_t limit = kExcerptNodes);

// The event that a run's failure shows at: that of its violation, or the last answer that its
// witness names; 0 when there is none.
std::uint64_t center_of(const RecordedRun& run);

// As Graphviz reads it. Every label is quoted; nothing in it is interpreted.
std::string to_dot(const Excerpt& excerpt, const TraceData& trace, const Narrator& narrator);

// `text` as a quoted DOT string.
std::string dot_string(std::string_view text);

}  // namespace windtunnel::reports
