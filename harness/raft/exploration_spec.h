// The bounds of an exhaustive exploration of Raft, as a file says them. Every struct has a
// `describe`, as those of scenario files (schema.h).
//
//   explore: v1
//   name: three-nodes
//   bounds: { terms: 2, timeouts: 3, proposals: 1, crashes: 1 }
#pragma once

#include <windtunnel/scenarios/format/diagnostics.h>
#include <windtunnel/scenarios/format/spec.h>

#include <optional>
#include <string>
#include <vector>

namespace windtunnel::scenarios {

enum class DiskOrder : std::uint8_t { atomic, async };

// How often each kind of thing may happen in one history.
struct ExplorationBounds {
  std::uint32_t terms = 2;
  std::uint32_t timeouts = 2;
  std::uint32_t silences = 0;
  std::uint32_t heartbeats = 0;
  std::uint32_t quorum_checks = 0;
  std::uint32_t proposals = 1;
  std::uint32_t reads = 0;
  std::uint32_t snapshots = 0;
  std::uint32_t crashes = 0;
  std::uint32_t duplicates = 0;
  std::uint32_t drops = 0;
  std::uint32_t in_flight = 0;
  friend bool operator==(const ExplorationBounds&, const ExplorationBounds&) = default;
};

// Where the search ends though there is more.
struct ExplorationLimits {
  std::uint32_t depth = 1'000;
  std::uint64_t states = 1'000'000'000;
  Size bytes{std::uint64_t{6} << 30};
  friend bool operator==(const ExplorationLimits&, const ExplorationLimits&) = default;
};

struct ExplorationSpec {
  FormatVersion version = FormatVersion::v1;
  std::string name;
  std::string description;
  std::uint32_t nodes = 3;
  DiskOrder disk = DiskOrder::atomic;
  bool pre_vote = false;
  bool check_quorum = false;
  Size max_batch{64 << 10};
  std::vector<std::string> ignore;  // ids or short names of invariants
  ExplorationBounds bounds;
  ExplorationLimits limits;
  friend bool operator==(const ExplorationSpec&, const ExplorationSpec&) = default;
};

struct LoadedExploration {
  std::optional<ExplorationSpec> spec;  // absent when there are errors
  Diagnostics diagnostics;
};

LoadedExploration load_exploration(const std::string& path);
// As if `text` were the content of the file `path`.
LoadedExploration parse_exploration(const std::string& path, std::string text);

}  // namespace windtunnel::scenarios
