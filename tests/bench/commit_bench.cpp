// Raft commits in a steady state: five nodes of `raft-kv` and one node of clients with sessions, on
// a network and disks without faults. Encoded messages, log and fsync, sessions and the trace hash
// are counted; a workload's generator, the history and the set-up of a run are not (raft_bench.cpp
// has whole runs).
#include <windtunnel/harness/raft/raft_monitor.h>
#include <windtunnel/protocols/env/waiter.h>
#include <windtunnel/protocols/kv/raft_kv.h>
#include <windtunnel/protocols/raft/words.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>
#include "tests/bench/allocations.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::bench {
namespace {

constexpr std::uint32_t kServers = 5;

// `window` sessions with one write outstanding each, over one socket.
class Writers final : public Service, private MessageSink {
 public:
  Writers(Env& env, std::uint32_t window, std::uint64_t& acknowledged)
      : env_(env), acknowledged_(acknowledged), sessions_(window) {}

  void start() override {
    auto socket = env_.transport.bind(0, *this);
    if (!socket) return;
    socket_ = std::move(*socket);
    const Instant now = env_.clock.now();
    env_.timers.arm(now + seconds(1), ask_all_);
  }

 private:
  struct Session {
    kv::SessionId id = 0;
    std::uint64_t sequence = 0;
    std::uint64_t request = 0;
    bool stalled = true;
  };

  void ask(std::size_t number) {
    Session& session = sessions_[number];
    session.request += sessions_.size();
    session.stalled = false;
    value_[0] = static_cast<char>('a' + session.sequence % 26);
    kv::Request request;
    request.id = session.request + number;
    request.command.op = session.id == 0 ? kv::Op::open_session : kv::Op::put;
    request.command.session = session.id;
    request.command.sequence = session.id == 0 ? 0 : session.sequence;
    if (session.id != 0) request.command.key = std::string_view(keys_).substr(number % 16, 2);
    if (session.id != 0) request.command.value = value_;
    buffer_.clear();
    encode(request, buffer_);
    (void)socket_->send({NodeId{target_}, kv::kClientPort}, buffer_);
  }

  void ask_all() {
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      if (sessions_[i].stalled) ask(i);
    }
  }

  void on_message(const Endpoint&, BytesView bytes) override {
    const Result<kv::Response> response = kv::decode_response(bytes);
    if (!response) return;
    const std::size_t number = response->id % sessions_.size();
    Session& session = sessions_[number];
    if (response->id != session.request + number) return;
    if (response->status != kv::Status::ok) return wait(session, response->leader);
    if (session.id == 0) {
      session.id = response->session;
    } else {
      ++acknowledged_;
    }
    ++session.sequence;
    ask(number);
  }

  // Nobody leads yet, or somebody else does.
  void wait(Session& session, NodeId leader) {
    session.stalled = true;
    target_ = leader == kNoNode ? (target_ + 1) % kServers : leader.value;
    if (ask_all_.armed()) return;
    const Instant now = env_.clock.now();
    env_.timers.arm(now + milliseconds(10), ask_all_);
  }

  Env& env_;
  std::uint64_t& acknowledged_;
  std::vector<Session> sessions_;
  std::uint32_t target_ = 0;
  std::string keys_ = "abcdefghijklmnopq";
  std::string value_ = std::string(64, 'v');  // as the payload of etcd/raft's benchmark
  Bytes buffer_;
  std::unique_ptr<MessageSocket> socket_;
  MemberWaiter<Writers, &Writers::ask_all> ask_all_{*this};
};

// The cluster at work, its sessions opened.
class Cluster {
 public:
  Cluster(std::uint32_t window, TraceLevel level) : sim_(options(level)) {
    ServiceConfig config;
    for (std::uint32_t i = 0; i < kServers; ++i) config.members.push_back(NodeId{i});
    for (std::uint32_t i = 0; i < kServers; ++i) {
      NodeOptions node;
      node.name = "n" + std::to_string(i + 1);
      sim_.add_node(node, [config](Env& env) -> std::unique_ptr<Service> {
        return std::make_unique<RaftKvService>(env, config);
      });
    }
    NodeOptions clients;
    clients.name = "clients";
    sim_.add_node(clients, [this, window](Env& env) -> std::unique_ptr<Service> {
      return std::make_unique<Writers>(env, window, acknowledged_);
    });
  }

  void watch_invariants() {
    monitor_ = scenarios::raft_checks().front().make();
    monitor_->attach(view_, [this](std::string_view) { violated_ = true; });
  }
  void start() {
    for (std::uint32_t i = 0; i <= kServers; ++i) sim_.node(NodeId{i}).start();
    commit(1000);
  }
  // Until `count` more writes were acknowledged.
  void commit(std::uint64_t count) {
    const std::uint64_t until = acknowledged_ + count;
    while (acknowledged_ < until) sim_.run_until(sim_.now() + milliseconds(1));
  }

  std::uint64_t acknowledged() const { return acknowledged_; }
  bool violated() const { return violated_; }
  Simulation& sim() { return sim_; }

 private:
  static SimulationOptions options(TraceLevel level) {
    SimulationOptions options;
    options.seed = 1;
    options.trace = level;
    return options;
  }
  static Dictionary words() {
    Dictionary dictionary;
    dictionary.add("n", "raft-kv", 1, raft::kWords);
    return dictionary;
  }

  std::uint64_t acknowledged_ = 0;
  bool violated_ = false;
  scenarios::ScenarioSpec spec_;
  std::vector<scenarios::NodeLayout> nodes_;
  Simulation sim_;
  Dictionary dictionary_ = words();
  scenarios::RunView view_{spec_, nodes_, sim_, {}, {}, {}, dictionary_};
  std::unique_ptr<scenarios::Monitor> monitor_;
};

double ratio(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(whole, 1));
}

void RaftCommits(benchmark::State& state) {
  const auto window = static_cast<std::uint32_t>(state.range(0));
  Cluster cluster(window, TraceLevel::hash);
  if (state.range(1) != 0) cluster.watch_invariants();
  cluster.start();
  const std::uint64_t commits_before = cluster.acknowledged();
  const std::uint64_t records_before = cluster.sim().trace().size();
  const std::uint64_t events_before = cluster.sim().events_handled();
  const std::uint64_t allocated_before = allocations();
  for (auto _ : state) cluster.commit(window == 1 ? 2'000 : 10'000);
  const std::uint64_t allocated = allocations() - allocated_before;
  const std::uint64_t commits = cluster.acknowledged() - commits_before;
  if (cluster.violated()) state.SkipWithError("an invariant was violated");
  state.counters["commits/s"] =
      benchmark::Counter(static_cast<double>(commits), benchmark::Counter::kIsRate);
  state.counters["events/commit"] = ratio(cluster.sim().events_handled() - events_before, commits);
  state.counters["records/commit"] = ratio(cluster.sim().trace().size() - records_before, commits);
  state.counters["allocs/commit"] = ratio(allocated, commits);
  state.SetLabel(window == 1 ? "reach 0.4 M/s" : "reach 1 M/s");
}
BENCHMARK(RaftCommits)
    ->ArgNames({"window", "invariants"})
    ->Args({1, 0})
    ->Args({1, 1})
    ->Args({64, 0})
    ->Args({64, 1})
    ->Unit(benchmark::kMillisecond);

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// What the trace costs end to end: the records of a stretch of commits are appended once more to an
// empty trace and the messages digested once more, and the time is compared with that of the same
// stretch. What it takes to make a record and to digest a write to disk is not in it.
void TraceCost(benchmark::State& state) {
  const auto window = static_cast<std::uint32_t>(state.range(0));
  const std::uint64_t count = window == 1 ? 2'000 : 10'000;
  Cluster kept(window, TraceLevel::full);
  kept.start();
  const std::uint64_t first = kept.sim().trace().size() + 1;
  kept.commit(count);
  const Trace& records = kept.sim().trace();
  std::vector<BytesView> payloads;
  for (std::uint64_t n = first; n <= records.size(); ++n) {
    if (records.find(n)->kind == RecordKind::send) payloads.push_back(records.bytes_of(n));
  }
  Cluster cluster(window, TraceLevel::hash);
  cluster.start();
  double running = 0;
  double tracing = 0;
  for (auto _ : state) {
    const auto began = std::chrono::steady_clock::now();
    cluster.commit(count);
    running += seconds_since(began);
    const auto repeated = std::chrono::steady_clock::now();
    Trace again(TraceLevel::hash);
    std::uint64_t digest = 0;
    for (const BytesView payload : payloads) digest ^= hash_bytes(payload);
    for (std::uint64_t n = first; n <= records.size(); ++n) again.append(*records.find(n));
    benchmark::DoNotOptimize(digest);
    tracing += seconds_since(repeated);
  }
  state.counters["trace %"] = running > 0 ? 100 * tracing / running : 0;
  state.SetLabel("reach 15 %");
}
BENCHMARK(TraceCost)->ArgName("window")->Arg(1)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace windtunnel::bench
