// Read committed, read atomic and causal consistency, decided: there is an
// order of commits that explains what was read, or there is not. After AWDIT (Møldrup &
// Pavlogiannis, PLDI 2025) with the axioms of Biswas & Enea (OOPSLA 2019). A commit order has every
// transaction after those that it read from, and after those before it in its session where
// sessions count. If a transaction reads a key from T, each other writer of the key was committed
// before T
//
//   read-committed   whom it had read from before that read
//   read-atomic      whom it read from, or who came before it in its session
//   causal           who is in its causal past
//
// and the unset state was there before all. O(n^1.5) for the first two (times a logarithm where a
// transaction wrote more keys than the reader read), O(n k) for causal, see CausalOrder.
//
// Of lists the order of writes is known, as far as reads show it, and no commit order contradicts
// it; read committed, which is Adya's PL-2 for them, is left to their cycles.
//
// What is wrong with a single read (G1a, G1b, garbage-read, future-read, internal) is not found
// here, but beside it by infer_registers: a level holds when neither finds anything against it.
#pragma once

#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/txn/causal_order.h>
#include <windtunnel/checkers/txn/commit_order.h>
#include <windtunnel/checkers/txn/cycles.h>
#include <windtunnel/checkers/txn/observations.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

enum class WeakLevel : std::uint8_t { read_committed, read_atomic, causal };

struct WeakBounds {
  std::uint64_t max_entries = CausalOrder::kMaxClockEntries;  // of what is in whose past
  std::uint64_t max_steps = kStandardWork;
};

struct WeakDecision {
  bool decided = true;             // false: a bound was reached
  std::optional<Anomaly> refuted;  // "RC-cycle", "RA-cycle", "CC-cycle"; with sessions "-process"
  std::uint64_t examined = 0;
};

// One level, by itself. With `sessions` it is that of Biswas & Enea; without them that of a
// database which promises nothing of the order of a process.
WeakDecision decide_weak_level(const Observations& seen, WeakLevel level, bool sessions,
                               const WeakBounds& bounds = {});

struct WeakReport {
  std::vector<Anomaly> anomalies;           // for sessions and without: the weakest that is refuted
  std::vector<std::string_view> upheld;     // the strongest levels for which there is an order
  std::vector<std::string_view> undecided;  // a bound was reached
};

// All that is asked for up to the scope, and no more work than that needs: a history that is causal
// with sessions is all the others.
WeakReport check_weak_levels(const Observations& seen, Scope widest, Work& work);

}  // namespace windtunnel::checkers
