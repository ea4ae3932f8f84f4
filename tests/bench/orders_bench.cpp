// What it costs to decide whether an order of transactions over registers explains a history: the
// growth with size, with and without a violation, and the workloads on which such checkers are
// compared. `./dev bench --benchmark_filter=Check` prints them with the others.
#include <windtunnel/checkers/txn/check.h>
#include <windtunnel/protocols/base/assert.h>
#include "tests/unit/checkers/generated.h"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace windtunnel::bench {
namespace {

using namespace checkers;  // NOLINT: the benchmark is about nothing else
using checkers::test::generate;

// Transactions of 8 accesses of 1,000 keys from 24 sessions, as they are, or with a few in the
// middle that no order explains.
void check_orders(benchmark::State& state, const char* level, const History* planted) {
  checkers::test::Shape shape;
  shape.clients = 24;
  shape.operations = static_cast<std::uint64_t>(state.range(0));
  checkers::test::GeneratedRegisters registers;
  registers.accesses = 8;
  registers.keys = 1000;
  registers.writes_per_key = 1'000'000;
  History history = generate(shape, registers);
  if (planted != nullptr) history = checkers::test::with_in_the_middle(history, *planted);
  for (auto _ : state) {
    const IsolationReport report = check_isolation(history, DataType::rw_register, level);
    const Decision expected = planted == nullptr ? Decision::ok : Decision::violated;
    if (report.verdict.decision != expected) state.SkipWithError("the wrong verdict");
  }
  state.SetComplexityN(state.range(0));
}
void CheckSerializable(benchmark::State& state) { check_orders(state, "serializable", nullptr); }
void CheckSnapshotIsolation(benchmark::State& state) {
  check_orders(state, "snapshot-isolation", nullptr);
}
void CheckWriteSkew(benchmark::State& state) {
  const History planted = checkers::test::write_skew();
  check_orders(state, "serializable", &planted);
}
void CheckLongFork(benchmark::State& state) {
  const History planted = checkers::test::long_fork();
  check_orders(state, "snapshot-isolation", &planted);
}
#define WT_ORDERS(name)               \
  BENCHMARK(name)                     \
      ->RangeMultiplier(10)           \
      ->Range(1'000, 100'000)         \
      ->Unit(benchmark::kMillisecond) \
      ->Complexity(benchmark::oNLogN)
WT_ORDERS(CheckSerializable);
WT_ORDERS(CheckSnapshotIsolation);
WT_ORDERS(CheckWriteSkew);
WT_ORDERS(CheckLongFork);

// The same with hot keys, the first the most: one of the 2^n keys from 2^n on is as likely for each
// n, nearly as Zipf has it. One transaction sets all keys.
class HotRegisters : public checkers::test::GeneratedRegisters {
 public:
  explicit HotRegisters(std::uint64_t powers) : powers_(powers), written_(1ULL << powers) {}

  checkers::test::GeneratedCall call(checkers::test::Stream& stream) {
    std::vector<Value> all;
    for (std::size_t key = 0; is_first_ && key < written_.size(); ++key) {
      all.push_back(access("w", key, Value(0)));
    }
    for (std::uint64_t i = 0; !is_first_ && i < 8; ++i) {
      const std::uint64_t power = stream.below(powers_);
      const std::size_t key = (1ULL << power) + stream.below(1ULL << power);
      const bool reads = stream.below(2) == 0;
      all.push_back(access(reads ? "r" : "w", key, reads ? Value() : Value(++written_[key])));
    }
    is_first_ = false;
    return {"txn", Value::vector(std::move(all)), {}};
  }

 private:
  std::uint64_t powers_;
  std::vector<std::int64_t> written_;  // by key
  bool is_first_ = true;
};

History without_calls(const History& history) {
  History ends;
  for (const Event& event : history.events()) {
    const bool refused = event.type != EventType::invoke && ends.add(event).has_value();
    WT_ASSERT(!refused, "transactions may be told by their ends alone");
  }
  return ends;
}

// Of 2^`range(0)` keys; without times where only the order of each session is known.
void check_hot(benchmark::State& state, const char* level, bool times) {
  History history =
      generate({24, 10'000, 1, 0}, HotRegisters(static_cast<std::uint64_t>(state.range(0))));
  if (!times) history = without_calls(history);
  for (auto _ : state) {
    const IsolationReport report = check_isolation(history, DataType::rw_register, level);
    if (report.verdict.decision != Decision::ok) state.SkipWithError("not ok");
  }
}
void CheckHotKeys(benchmark::State& state, const char* level) { check_hot(state, level, true); }
void CheckSessions(benchmark::State& state, const char* level) { check_hot(state, level, false); }
#define WT_HOT(...) BENCHMARK_CAPTURE(__VA_ARGS__)->Arg(10)->Arg(13)->Unit(benchmark::kMillisecond)
WT_HOT(CheckHotKeys, serializable, "serializable");
WT_HOT(CheckHotKeys, snapshot_isolation, "snapshot-isolation");
WT_HOT(CheckSessions, serializable, "serializable");
WT_HOT(CheckSessions, snapshot_isolation, "snapshot-isolation");

}  // namespace
}  // namespace windtunnel::bench
