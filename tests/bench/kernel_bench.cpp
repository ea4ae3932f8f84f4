// The event loop and the message path, through the real dispatch, with trace hash on.
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>
#include "tests/bench/allocations.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

namespace windtunnel::bench {
namespace {

// Reschedules itself for ever, recording an observation each time.
class Ticker final : public EventTarget {
 public:
  Ticker(Simulation& sim, std::uint64_t number)
      : sim_(sim), key_(sim.draws("tick", "").of(number)) {
    again();
  }
  void on_event(std::uint64_t, std::uint64_t) override {
    Record record;
    record.kind = RecordKind::observation;
    record.node = NodeId{1};
    record.a = ordinal_;
    sim_.record(record);
    again();
  }

 private:
  void again() {
    const Duration delay = scale_between(key_.at(ordinal_++), microseconds(1), microseconds(1051));
    sim_.schedule(sim_.now() + delay, *this);
  }
  Simulation& sim_;
  DrawKey key_;
  std::uint64_t ordinal_ = 0;
};

// Runs until `count` more events were handled.
std::uint64_t run_events(Simulation& sim, std::uint64_t count) {
  const std::uint64_t from = sim.events_handled();
  while (sim.events_handled() < from + count) sim.run_until(sim.now() + microseconds(20));
  return sim.events_handled() - from;
}

void report(benchmark::State& state, std::uint64_t events, std::uint64_t allocated,
            const char* reach) {
  state.counters["events/s"] =
      benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
  state.counters["allocs/event"] =
      static_cast<double>(allocated) / static_cast<double>(std::max<std::uint64_t>(events, 1));
  state.SetLabel(reach);
}

void KernelEvents(benchmark::State& state) {
  SimulationOptions options;
  options.seed = 1;
  Simulation sim(options);
  std::vector<std::unique_ptr<Ticker>> tickers;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    tickers.push_back(std::make_unique<Ticker>(sim, static_cast<std::uint64_t>(i)));
  }
  run_events(sim, static_cast<std::uint64_t>(state.range(0)) * 2);
  std::uint64_t events = 0;
  const std::uint64_t before = allocations();
  for (auto _ : state) events += run_events(sim, 100'000);
  const char* reach = state.range(0) <= 100     ? "reach 25 M/s"
                      : state.range(0) <= 10000 ? "reach 15 M/s"
                                                : "reach 4 M/s";
  report(state, events, allocations() - before, reach);
}
BENCHMARK(KernelEvents)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

// Answers every message with one of the same size.
class Bouncer final : public Service, private MessageSink {
 public:
  Bouncer(Env& env, std::uint32_t peers, std::uint32_t in_flight)
      : env_(env), peers_(peers), in_flight_(in_flight), payload_(64) {}
  void start() override {
    auto socket = env_.transport.bind(1, *this);
    if (!socket) return;
    socket_ = std::move(*socket);
    timer_.emplace(*this);
    const Instant now = env_.clock.now();
    env_.timers.arm(now + milliseconds(1), *timer_);
  }

 private:
  void begin() {
    for (std::uint32_t i = 0; i < in_flight_; ++i) {
      const NodeId to{(env_.self.value + 1 + i % (peers_ - 1)) % peers_};
      (void)socket_->send({to, 1}, payload_);
    }
  }
  void on_message(const Endpoint& from, BytesView message) override {
    (void)socket_->send(from, message);
  }
  Env& env_;
  std::uint32_t peers_;
  std::uint32_t in_flight_;
  Bytes payload_;
  std::unique_ptr<MessageSocket> socket_;
  using Timer = MemberWaiter<Bouncer, &Bouncer::begin>;
  std::optional<Timer> timer_;
};

// `nodes` nodes with `in_flight` messages each; latency draws, a loss fault that hardly ever bites,
// trace hash.
void Messages(benchmark::State& state) {
  const auto nodes = static_cast<std::uint32_t>(state.range(0));
  const auto in_flight = static_cast<std::uint32_t>(state.range(1));
  SimulationOptions options;
  options.seed = 1;
  Simulation sim(options);
  for (std::uint32_t i = 0; i < nodes; ++i) {
    NodeOptions node;
    node.name = "n" + std::to_string(i + 1);
    sim.add_node(node, [nodes, in_flight](Env& env) -> std::unique_ptr<Service> {
      return std::make_unique<Bouncer>(env, nodes, in_flight);
    });
  }
  LinkFault loss;
  loss.impairments.loss = PerMillion{1};
  sim.network().add_fault(1, loss);
  for (std::uint32_t i = 0; i < nodes; ++i) sim.node(NodeId{i}).start();
  run_events(sim, 50'000 + 10 * nodes);
  std::uint64_t events = 0;
  const std::uint64_t before = allocations();
  for (auto _ : state) events += run_events(sim, 50'000);
  report(state, events, allocations() - before, nodes == 5 ? "reach 8 M messages/s" : "scaling");
}
BENCHMARK(Messages)
    ->Args({5, 10})
    ->Args({5, 128})
    ->Args({100, 10})
    ->Args({1'000, 10})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace windtunnel::bench
