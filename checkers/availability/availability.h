// Was the service there when clients asked? For each kind of operation: how long somebody asked and
// nobody was served, how long it took after each fault, what share was served, and how fast. Time
// is that of the history, so for a simulated run the answers are the same on every machine.
//
// Served is what ended `:ok`, or `:fail` without an `:error`: a compare-and-set that did not match
// was answered. Safety checkers accept a service that answers nothing; this is for what they cannot
// see.
#pragma once

#include <windtunnel/checkers/availability/fault_windows.h>
#include <windtunnel/checkers/history/history.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

bool is_served(const History& history, const Operation& op);

// A time in which nobody was served, and who asked meanwhile.
struct Stall {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::int64_t waited_ns = 0;           // of it, while somebody asked
  std::uint32_t asked = 0;              // the first operation that was not served in it
  std::optional<std::uint32_t> served;  // the operation that ended it; nothing: none did
  std::int64_t healed_ns = 0;           // of a recovery: when the fault had ended
};

// What one kind of operation saw.
struct Availability {
  static constexpr std::size_t kExamples = 4;
  std::string f;
  std::uint64_t asked = 0;
  std::uint64_t served = 0;
  std::uint64_t asked_in_calm = 0;  // called outside of every window
  std::uint64_t served_in_calm = 0;
  std::uint64_t unfinished = 0;  // open at the end of the history
  Stall longest;                 // the longest stall
  // The slowest recovery: from the first call after the end of a window to the first success of one
  // that was called after it.
  std::optional<Stall> slowest;
  std::vector<std::int64_t> latencies_ns;          // of those served, sorted
  std::vector<std::int64_t> latencies_in_calm_ns;  // called outside of every window
  // A few operations: called in calm and not served, open at the end, and the slowest in calm.
  std::vector<std::uint32_t> unserved_in_calm;
  std::vector<std::uint32_t> open;
  std::uint32_t slowest_in_calm = 0;
};

struct AvailabilityReport {
  std::vector<Availability> kinds;  // by name
  std::uint64_t windows = 0;
  // Why nothing can be said: events without a time, or an operation that ends before it begins.
  std::string untimed;
};

// `end_ns`: when the history ended; the last event when absent. Windows are merged ones.
AvailabilityReport measure_availability(const History& history,
                                        const std::vector<FaultWindow>& windows,
                                        std::optional<std::int64_t> end_ns = std::nullopt);

// The least value that `per_cent` of the sorted values do not exceed; 0 for none.
std::int64_t quantile(const std::vector<std::int64_t>& sorted, std::size_t per_cent);

// --- Against limits ---

// A limit that a caller may name.
struct LimitInfo {
  enum class Unit : std::uint8_t { nanoseconds, per_million, count };
  std::string_view name;  // "max-gap"
  Unit unit = Unit::count;
  std::string_view meaning;
};

struct AvailabilityLimits {
  std::optional<std::int64_t> max_gap_ns;
  std::optional<std::int64_t> max_recovery_ns;
  std::optional<std::int64_t> max_p99_ns;              // outside of faults
  std::optional<std::int64_t> min_served_per_million;  // outside of faults
  std::optional<std::int64_t> max_open;
};

// Their names for people, and what they mean.
struct AvailabilityLimit {
  LimitInfo info;
  std::optional<std::int64_t> AvailabilityLimits::*value;
};
const std::vector<AvailabilityLimit>& availability_limits();

// A limit that a kind of operation does not keep.
struct Shortfall {
  std::string name;  // stall, slow-recovery, low-availability, slow, unanswered
  std::string f;
  std::string text;  // a whole sentence
  std::optional<Stall> stall;
  std::vector<std::uint32_t> operations;  // that show it
};

struct AvailabilityVerdict {
  std::vector<Shortfall> shortfalls;
  std::string untested;  // a limit that nothing was held against, and why; empty: all were
};

AvailabilityVerdict judge_availability(const AvailabilityReport& report,
                                       const AvailabilityLimits& limits);

}  // namespace windtunnel::checkers
