// What a run reached, so that runs can be compared: abstract states of the cluster, and marks that
// protocol code leaves (`ObservationKind::mark`).
//
// An abstract state is, for each node in each of its groups, its role, whether it is up, and how
// its counters (protocols/env/words.h) lie relative to the furthest of the group, in steps that
// double; and which kinds of messages are on the way. Nodes count as interchangeable. States are
// named by 64-bit hashes.
#pragma once

#include <windtunnel/sim/simulation.h>
#include <windtunnel/sim/trace/standings.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
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
  // The dictionary must outlive it.
  CoverageObserver(Simulation& sim, const Dictionary& dictionary);
  ~CoverageObserver();
  CoverageObserver(const CoverageObserver&) = delete;
  CoverageObserver& operator=(const CoverageObserver&) = delete;

  Coverage take();

  void on_record(std::uint64_t number, const Record& record) override;

 private:
  // The counters of one service that tell runs apart.
  struct Compared {
    std::vector<std::size_t> others;                          // from one another
    std::vector<std::pair<std::size_t, std::size_t>> behind;  // each from one of the same node
  };
  static constexpr std::size_t kMessageKinds = 64;
  static constexpr std::size_t kMostStates = std::size_t{1} << 16;  // of one run

  // A message on the way: its class as sent, and how many copies there are of it.
  struct Flight {
    std::uint8_t kind = 0;
    std::uint8_t copies = 0;
  };

  void follow(const Record& record);
  void note_state();
  std::uint64_t code_of(const Standing& standing) const;
  static std::uint64_t step_of(std::uint64_t difference);

  Simulation& sim_;
  Standings standings_;
  std::vector<Compared> compared_;                                  // by group
  std::vector<std::array<std::uint64_t, kMostCounters>> furthest_;  // by group
  std::vector<Flight> flights_;                                     // by the message's number
  std::array<std::uint32_t, kMessageKinds> in_flight_{};
  std::uint64_t kinds_in_flight_ = 0;
  std::uint64_t latest_ = 0;
  std::vector<std::uint64_t> states_;  // unsorted, with doubles
  std::vector<std::uint64_t> marks_;
  std::vector<std::uint64_t> codes_;
};

}  // namespace windtunnel::scenarios
