// What a run reached, so that runs can be compared: abstract states of the cluster, and marks that
// protocol code leaves (`ObservationKind::mark`).
//
// An abstract state is, for each server, its role, whether it is up, and how its term, log and
// commit index lie relative to the furthest of all, in steps that double; and which kinds of
// messages are on the way. Nodes count as interchangeable. States are named by 64-bit hashes.
#pragma once

#include <windtunnel/sim/simulation.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

struct Coverage {
  std::vector<std::uint64_t> states;  // sorted, each once
  std::vector<std::uint64_t> marks;   // hashes of the names, likewise
  friend bool operator==(const Coverage&, const Coverage&) = default;
};

// As bytes, from a worker to its parent. What cannot be decoded is empty.
std::string encode(const Coverage& coverage);
Coverage decode_coverage(std::string_view bytes);

// Follows one run.
class CoverageObserver final : public RecordListener {
 public:
  explicit CoverageObserver(Simulation& sim);
  ~CoverageObserver();
  CoverageObserver(const CoverageObserver&) = delete;
  CoverageObserver& operator=(const CoverageObserver&) = delete;

  Coverage take();

  void on_record(std::uint64_t number, const Record& record) override;

 private:
  struct NodeState {
    bool seen = false;  // has observed something
    bool up = true;
    std::uint8_t role = 0;
    std::uint64_t term = 0;
    std::uint64_t last = 0;  // index of its last entry
    std::uint64_t last_term = 0;
    std::uint64_t commit = 0;
  };
  static constexpr std::size_t kMessageKinds = 64;
  static constexpr std::size_t kMostStates = std::size_t{1} << 16;  // of one run

  // Whether the abstract state may have changed.
  bool take_observation(NodeState& node, const Record& record);
  void note_state();
  static std::uint64_t step_of(std::uint64_t difference);

  Simulation& sim_;
  std::vector<NodeState> nodes_;
  std::array<std::uint32_t, kMessageKinds> in_flight_{};
  std::uint64_t kinds_in_flight_ = 0;
  std::uint64_t latest_ = 0;
  std::vector<std::uint64_t> states_;  // unsorted, with doubles
  std::vector<std::uint64_t> marks_;
  std::vector<std::uint64_t> codes_;
};

}  // namespace windtunnel::scenarios
