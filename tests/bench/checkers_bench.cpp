// What checking costs: known histories, where they are at hand, and the growth with size. Reading a
// file is not counted, but for the benchmarks that are about it (`ReadHistory`, `ConvertHistory`).
// `./dev bench --benchmark_filter=Check` prints the growth as a table, and Google Benchmark fits
// its order ("BigO").
#include <windtunnel/checkers/history/event_reader.h>
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/objects/linearizable.h>
#include <windtunnel/checkers/objects/linearization.h>
#include <windtunnel/checkers/txn/check.h>
#include <windtunnel/checkers/txn/weak_levels.h>
#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/objects/known_histories.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace windtunnel::bench {
namespace {

using namespace checkers;  // NOLINT: the benchmark is about nothing else
using checkers::test::generate;

struct KnownHistory {
  std::string file;
  ModelSpec spec;
  History history;
};

// Those whose path begins with `prefix`; none when the folder is not there.
std::vector<KnownHistory> known_histories(std::string_view prefix) {
  const std::string root = checkers::test::known_histories_folder().value_or("");
  std::ifstream manifest(root + "manifest.tsv");
  std::vector<KnownHistory> all;
  std::string line;
  while (std::getline(manifest, line)) {
    if (!line.starts_with(prefix)) continue;
    std::istringstream fields(line);
    std::string file, model, initial;
    std::getline(fields, file, '\t');
    std::getline(fields, model, '\t');
    std::getline(fields, initial, '\t');
    HistoryResult history = read_history_file(root + file);
    const auto spec = parse_model(model, initial);
    if (history.has_error() || spec.has_error()) continue;
    all.push_back({file, *spec, *std::move(history)});
  }
  return all;
}

// All files together; the counter says what the worst took, and the label which it was.
void CheckKnown(benchmark::State& state, const char* prefix) {
  const std::vector<KnownHistory> all = known_histories(prefix);
  if (all.empty()) {
    state.SkipWithError("the histories with known verdicts are not here");
    return;
  }
  std::vector<double> best(all.size(), 1e9);
  for (auto _ : state) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto began = std::chrono::steady_clock::now();
      benchmark::DoNotOptimize(check_linearizable(all[i].history, all[i].spec));
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - began;
      best[i] = std::min(best[i], took.count());
    }
  }
  const auto worst = std::max_element(best.begin(), best.end());
  state.counters["files"] = static_cast<double>(all.size());
  state.counters["worst_ms"] = *worst;
  state.SetLabel(all[static_cast<std::size_t>(worst - best.begin())].file);
}
BENCHMARK_CAPTURE(CheckKnown, etcd, "etcd/")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(CheckKnown, knossos, "knossos/")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(CheckKnown, kv, "kv/")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(CheckKnown, synthetic, "synthetic/")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(CheckKnown, reg_5vals, "synthetic/reg-5vals-c20-n1000")
    ->Unit(benchmark::kMillisecond);

// `range(0)` operations by 20 clients.
template <class Make>
void check_growth(benchmark::State& state, const char* model, Make make,
                  std::uint64_t info_per_mille = 0) {
  checkers::test::Shape shape;
  shape.clients = 20;
  shape.info_per_mille = info_per_mille;
  shape.operations = static_cast<std::uint64_t>(state.range(0));
  const History history = generate(shape, make());
  const auto spec = parse_model(model, std::nullopt);
  for (auto _ : state) {
    const Verdict verdict = check_linearizable(history, *spec);
    // What is legal may be too much where operations timed out, and is never refused.
    const bool is_open = info_per_mille != 0 && verdict.decision == Decision::unknown;
    if (verdict.decision != Decision::ok && !is_open) state.SkipWithError("not ok");
    state.SetLabel(is_open ? "unknown" : verdict.algorithm);
  }
  state.SetComplexityN(state.range(0));
}

void CheckUniqueRegister(benchmark::State& state) {
  check_growth(state, "register", [] { return checkers::test::GeneratedRegister{}; });
}
void CheckFifoQueue(benchmark::State& state) {
  check_growth(state, "fifo-queue", [] { return checkers::test::GeneratedQueue{}; });
}
void CheckStack(benchmark::State& state) {
  checkers::test::GeneratedQueue stack;
  stack.stack = true;
  check_growth(state, "stack", [&stack] { return stack; });
}
void CheckPriorityQueue(benchmark::State& state) {
  check_growth(state, "priority-queue", [] { return checkers::test::GeneratedPriorityQueue{}; });
}
void CheckSet(benchmark::State& state) {
  check_growth(state, "set", [] { return checkers::test::GeneratedSet{}; });
}
// Keys that are appended to and read as a whole, a hundred operations each.
void CheckGrowingKeys(benchmark::State& state) {
  checkers::test::GeneratedKv kv;
  kv.keys = static_cast<std::uint64_t>(state.range(0) / 100);
  check_growth(state, "kv", [&kv] { return kv; });
}
// A fifth of the operations time out, of a register with five values.
void CheckTimeouts(benchmark::State& state) {
  checkers::test::GeneratedRegister writes;
  writes.values = 5;
  check_growth(
      state, "register", [&writes] { return writes; }, 199);
}
void CheckTimeoutsOfSwaps(benchmark::State& state) {
  check_growth(
      state, "cas-register", [] { return checkers::test::GeneratedSwaps{}; }, 199);
}
#define WT_TIMEOUTS(name) \
  BENCHMARK(name)->Arg(1'000)->Arg(2'000)->Arg(4'000)->Arg(8'000)->Unit(benchmark::kMillisecond)
WT_TIMEOUTS(CheckTimeouts);
WT_TIMEOUTS(CheckTimeoutsOfSwaps);
#define WT_GROWTH(name)               \
  BENCHMARK(name)                     \
      ->RangeMultiplier(10)           \
      ->Range(1'000, 1'000'000)       \
      ->Unit(benchmark::kMillisecond) \
      ->Complexity(benchmark::oNLogN)
WT_GROWTH(CheckUniqueRegister);
WT_GROWTH(CheckFifoQueue);
WT_GROWTH(CheckStack);
WT_GROWTH(CheckPriorityQueue);
WT_GROWTH(CheckSet);
WT_GROWTH(CheckGrowingKeys);

// The same histories: an order that explains each, and its replay.
template <class Make>
void order_growth(benchmark::State& state, const char* model, Make make) {
  checkers::test::Shape shape;
  shape.clients = 20;
  shape.operations = static_cast<std::uint64_t>(state.range(0));
  const History history = generate(shape, make());
  const auto spec = parse_model(model, std::nullopt);
  for (auto _ : state) {
    const auto orders = linearize(history, *spec);
    if (!orders.front().found) state.SkipWithError("no order");
  }
  state.SetComplexityN(state.range(0));
}
void OrderUniqueRegister(benchmark::State& state) {
  order_growth(state, "register", [] { return checkers::test::GeneratedRegister{}; });
}
void OrderFifoQueue(benchmark::State& state) {
  order_growth(state, "fifo-queue", [] { return checkers::test::GeneratedQueue{}; });
}
void OrderStack(benchmark::State& state) {
  checkers::test::GeneratedQueue stack;
  stack.stack = true;
  order_growth(state, "stack", [&stack] { return stack; });
}
void OrderPriorityQueue(benchmark::State& state) {
  order_growth(state, "priority-queue", [] { return checkers::test::GeneratedPriorityQueue{}; });
}
void OrderSet(benchmark::State& state) {
  order_growth(state, "set", [] { return checkers::test::GeneratedSet{}; });
}
WT_GROWTH(OrderUniqueRegister);
WT_GROWTH(OrderFifoQueue);
WT_GROWTH(OrderStack);
WT_GROWTH(OrderPriorityQueue);
WT_GROWTH(OrderSet);

void CheckListAppend(benchmark::State& state) {
  checkers::test::Shape shape;
  shape.clients = 20;
  shape.operations = static_cast<std::uint64_t>(state.range(0));
  const History history = generate(shape, checkers::test::GeneratedLists{});
  for (auto _ : state) {
    const IsolationReport report =
        check_isolation(history, DataType::list_append, "strict-serializable");
    if (report.verdict.decision != Decision::ok) state.SkipWithError("not ok");
  }
  state.SetComplexityN(state.range(0));
}
WT_GROWTH(CheckListAppend);

History register_transactions(std::int64_t operations) {
  checkers::test::Shape shape;
  shape.clients = 20;
  shape.operations = static_cast<std::uint64_t>(operations);
  return generate(shape, checkers::test::GeneratedRegisters{});
}

// All of it, from the reading of the transactions to the verdict.
void CheckRegisterTransactions(benchmark::State& state) {
  const History history = register_transactions(state.range(0));
  for (auto _ : state) {
    const IsolationReport report =
        check_isolation(history, DataType::rw_register, "strong-session-causal");
    if (report.verdict.decision != Decision::ok) state.SkipWithError("not ok");
  }
  state.SetComplexityN(state.range(0));
}
WT_GROWTH(CheckRegisterTransactions);

// One level, with sessions, of a history whose reads are known.
void check_weak(benchmark::State& state, WeakLevel level) {
  const History history = register_transactions(state.range(0));
  const auto txns = TxnHistory::read(history, DataType::rw_register);
  const Observations seen(*txns);
  for (auto _ : state) {
    const WeakDecision decision = decide_weak_level(seen, level, true);
    if (!decision.decided || decision.refuted) state.SkipWithError("not ok");
  }
  state.SetComplexityN(state.range(0));
}
void CheckReadCommitted(benchmark::State& state) { check_weak(state, WeakLevel::read_committed); }
void CheckReadAtomic(benchmark::State& state) { check_weak(state, WeakLevel::read_atomic); }
void CheckCausal(benchmark::State& state) { check_weak(state, WeakLevel::causal); }
WT_GROWTH(CheckReadCommitted);
WT_GROWTH(CheckReadAtomic);
WT_GROWTH(CheckCausal);

void CheckKvLostAppend(benchmark::State& state) {
  checkers::test::Shape shape;
  shape.clients = 50;
  shape.operations = 2000;
  checkers::test::GeneratedKv kv;
  kv.lost = static_cast<std::uint64_t>(state.range(0));
  const History history = generate(shape, kv);
  const auto spec = parse_model("kv", std::nullopt);
  for (auto _ : state) {
    const Verdict verdict = check_linearizable(history, *spec);
    const Decision expected = kv.lost == 0 ? Decision::ok : Decision::violated;
    if (verdict.decision != expected) state.SkipWithError("the wrong verdict");
    state.counters["configurations"] = static_cast<double>(verdict.configurations);
    state.SetLabel(verdict.algorithm);
  }
}
BENCHMARK(CheckKvLostAppend)->Arg(0)->Arg(500)->Unit(benchmark::kMillisecond);

// A million lines when `range(0)` is half as many operations.
std::string register_text(benchmark::State& state, Layout layout) {
  checkers::test::Shape shape;
  shape.clients = 20;
  shape.operations = static_cast<std::uint64_t>(state.range(0));
  return write_history(generate(shape, checkers::test::GeneratedRegister{}), layout);
}

void count_bytes(benchmark::State& state, const std::string& text) {
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(text.size()));
  state.SetItemsProcessed(rounds * state.range(0) * 2);
}

void ReadHistory(benchmark::State& state, Layout layout) {
  const std::string text = register_text(state, layout);
  for (auto _ : state) {
    const HistoryResult history = read_history(text);
    if (history.has_error()) state.SkipWithError("refused");
  }
  count_bytes(state, text);
}

void ConvertHistory(benchmark::State& state, Layout from, Layout to) {
  const std::string text = register_text(state, from);
  for (auto _ : state) {
    EventReader reader(text);
    Pairing pairing;
    HistoryText writer(to);
    std::string out;
    Event event;
    while (reader.next(event)) {
      if (pairing.add(event)) state.SkipWithError("refused");
      writer.add(event, out);
      if (out.size() > 1 << 16) out.clear();
    }
    benchmark::DoNotOptimize(out);
  }
  count_bytes(state, text);
}
#define WT_READ(...) BENCHMARK_CAPTURE(__VA_ARGS__)->Arg(500'000)->Unit(benchmark::kMillisecond)
WT_READ(ReadHistory, edn_lines, Layout::edn_lines);
WT_READ(ReadHistory, edn_vector, Layout::edn_vector);
WT_READ(ReadHistory, json_lines, Layout::json_lines);
WT_READ(ConvertHistory, edn_to_json, Layout::edn_lines, Layout::json_lines);
WT_READ(ConvertHistory, json_to_edn, Layout::json_lines, Layout::edn_lines);

}  // namespace
}  // namespace windtunnel::bench
