// A linearizability problem: the operations on one object, and the object. Histories of several
// independent objects fall apart into several problems (Horn & Kroening 2015, P-compositionality).
#pragma once

#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/objects/machine.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::checkers {

// The return position of an operation that may take effect at any later time or never.
inline constexpr std::uint32_t kNever = 0xffffffffU;

// No step: where an index into the steps of a problem is meant.
inline constexpr std::uint32_t kNoStep = 0xffffffffU;

struct Step {
  std::uint32_t operation = 0;  // index into `History::operations()`
  std::uint32_t call = 0;       // positions in the history; all different
  std::uint32_t ret = kNever;
  std::uint32_t kind = 0;
};

// A step of an order that explains a history. A gap lies behind the position of its number: the
// step can take place in the gaps from `call` to `ret - 1`. Along an order gaps do not fall.
struct Placed {
  std::uint32_t step = 0;
  std::uint32_t gap = 0;
};
inline std::vector<std::uint32_t> steps_of(const std::vector<Placed>& order) {
  std::vector<std::uint32_t> steps;
  steps.reserve(order.size());
  for (const Placed& placed : order) steps.push_back(placed.step);
  return steps;
}

// Bounds of a check. They count work and not time, so a verdict is the same on every machine.
struct Limits {
  // Configurations, over all objects of a history.
  std::uint64_t max_configurations = 4'000'000;
  // Steps of the searches: an operation tried in a configuration, or two configurations compared.
  std::uint64_t max_work = kStandardWork;
  // Bytes that the search may hold at a time.
  std::uint64_t max_bytes = 1ULL << 30;
  // Runs of the algorithm on smaller histories to minimise a witness; 0 leaves it as found.
  std::uint32_t max_minimise_runs = 200;
};

struct Problem {
  std::vector<Step> steps;  // in the order of their calls
  std::string key;          // of the object, for people; empty when there is only one
};

// What one algorithm found out about one problem.
struct Ruling {
  Decision decision = Decision::ok;
  std::string reason;  // for unknown
  std::uint64_t configurations = 0;
  std::uint64_t work = 0;       // see Limits::max_work
  std::uint32_t explained = 0;  // of a sweep: how many returned in some order that was found
  bool narrowed = false;        // something was left out of the search
  bool out_of_memory = false;   // the bound of bytes was reached
  // For violated: the last position up to which the history had to be read to refuse it, the
  // operation that cannot be placed (index into steps), and what the state could have been, for
  // people.
  std::uint32_t failed_step = 0;
  std::vector<std::uint32_t> steps;  // the culprits, when the algorithm knows a small set
  std::string explanation;           // whole sentences; empty: made from failed_step and states
  std::vector<std::string> states;

  // Unknown, and why, where what was done, or what is held now, is more than may be.
  bool is_within(const Limits& limits, std::uint64_t bytes);
  // Violated, because of these. False, so that it can be returned.
  bool refuse(std::uint32_t failed, std::vector<std::uint32_t> culprits, std::string why) {
    decision = Decision::violated;
    failed_step = failed;
    steps = std::move(culprits);
    explanation = std::move(why);
    return false;
  }
};

// The order that a search finds, where it finds one: it has run() and order().
template <class Search>
std::vector<std::uint32_t> order_of(Search search) {
  const std::optional<Ruling> ruling = search.run();
  const bool ok = ruling.has_value() && ruling->decision == Decision::ok;
  return ok ? search.order() : std::vector<std::uint32_t>();
}

}  // namespace windtunnel::checkers
