// Was the service there when clients asked? For each kind of operation: how long somebody asked and
// nobody was served, how long after each heal it took, what share was served, and how fast. Time is
// that of the history, so for a simulated run the answers are the same on every machine.
//
// Served is what ended `:ok`, or `:fail` without an `:error`: a compare-and-set that did not match
// was answered. Safety checkers accept a service that answers nothing; this is for what they cannot
// see.
#pragma once

#include "checkers/history.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// Something was wrong from `from` until `to`: a fault, or several that overlap.
struct FaultWindow {
  std::int64_t from_ns = 0;
  std::optional<std::int64_t> to_ns;  // nothing: until the end
};

bool is_served(const History& history, const Operation& op);

// Overlapping ones become one; sorted.
std::vector<FaultWindow> merged(std::vector<FaultWindow> windows);

// From what a history says of its nemesis: an event whose `:f` begins with "start" opens a window,
// one that begins with "stop", "heal", "resume" or "recover" closes all. Of the two events of one
// action the later counts for the closing one.
std::vector<FaultWindow> windows_of(const History& history);

// A time in which nobody was served, and who asked meanwhile.
struct Stall {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::int64_t waited_ns = 0;           // of it, while somebody asked
  std::uint32_t asked = 0;              // the first operation that was not served in it
  std::optional<std::uint32_t> served;  // the operation that ended it; nothing: none did
};

// What one kind of operation saw.
struct Availability {
  std::string f;
  std::uint64_t asked = 0;
  std::uint64_t served = 0;
  std::uint64_t asked_in_calm = 0;  // called outside of every window
  std::uint64_t served_in_calm = 0;
  std::uint64_t unfinished = 0;            // open at the end of the history
  Stall longest;                           // the longest stall
  std::optional<Stall> slowest;            // the slowest recovery: from the end of a window on
  std::vector<std::int64_t> latencies_ns;  // of those served, sorted
  std::vector<std::int64_t> latencies_in_calm_ns;  // called outside of every window
};

struct AvailabilityReport {
  std::vector<Availability> kinds;  // by name
  std::uint64_t windows = 0;
  // False: events have no times, or operations end before they begin; nothing can be said then.
  bool timed = true;
};

// `end_ns`: when the history ended; the last event when absent. Windows are merged ones.
AvailabilityReport measure_availability(const History& history,
                                        const std::vector<FaultWindow>& windows,
                                        std::optional<std::int64_t> end_ns = std::nullopt);

// The least value that `per_cent` of the sorted values do not exceed; 0 for none.
std::int64_t quantile(const std::vector<std::int64_t>& sorted, std::size_t per_cent);

}  // namespace windtunnel::checkers
