// A small world for tests of the nemesis: three servers and a client that do a bit of everything
// every ten milliseconds (messages to all, a stream, a written and synced file), and a count of
// what arrived.
#pragma once

#include <windtunnel/faults/nemesis/cluster_state.h>
#include <windtunnel/faults/nemesis/nemesis.h>
#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/raft/words.h>
#include <windtunnel/sim/clock.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/net/network.h>
#include "tests/unit/sim/programs.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::faults::testing {

inline FaultPlan plan_of(std::vector<Fault> faults) { return FaultPlan{std::move(faults)}; }

using windtunnel::testing::at;
using windtunnel::testing::with_seed;

inline constexpr std::uint32_t kServers = 3;
inline constexpr std::uint32_t kNodes = 4;
inline constexpr std::uint8_t kBeat = 1;
inline constexpr std::uint8_t kOther = 2;

struct Counts {
  std::uint64_t beats[kNodes][kNodes] = {};  // from, to
  std::uint64_t others = 0;
  std::uint64_t syncs_failed = 0;
  std::uint64_t stream_bytes = 0;
  std::uint64_t stream_wrong = 0;
  std::uint64_t works[kNodes] = {};  // turns that a node took
};

// What each node runs.
class Busy final : public Service, private MessageSink {
 public:
  Busy(Env& env, Counts& counts) : env_(env), counts_(counts) {}
  void start() override {
    auto socket = env_.transport.bind(9, *this);
    if (socket) socket_ = std::move(*socket);
    tasks_.spawn(beat(env_));
    tasks_.spawn(store(env_));
    if (env_.self.value == 1) {
      auto listener = env_.transport.listen(10);
      if (listener) listener_ = std::move(*listener);
    }
  }

 private:
  void on_message(const Endpoint& from, BytesView message) override {
    if (message.size() == 64 && message[0] == std::byte{kBeat}) {
      ++counts_.beats[from.node.value][env_.self.value];
    } else {
      ++counts_.others;
    }
  }
  void say(std::uint8_t kind) {
    Bytes bytes(64);
    bytes[0] = static_cast<std::byte>(kind);
    for (std::uint32_t i = 0; i < kNodes; ++i) {
      if (NodeId{i} != env_.self) static_cast<void>(socket_->send({NodeId{i}, 9}, bytes));
    }
  }
  Task<void> beat(Env& env) {
    for (;;) {
      co_await sleep_for(env, milliseconds(10));
      ++counts_.works[env.self.value];
      say(kBeat);
      use_stream();
    }
  }
  Task<void> store(Env& env) {
    const Result<File> file = co_await open_file(env, "data", OpenMode::create);
    if (!file) co_return;
    const Result<void> named = co_await sync_directory(env, "");
    if (!named) co_return;
    const Result<std::uint64_t> size = co_await file_size(env, *file);
    const Bytes block(1'300, std::byte{7});
    std::uint64_t end = size ? *size : 0;
    for (;; end += block.size()) {
      co_await sleep_for(env, milliseconds(10));
      const Result<void> written = co_await write_file(env, *file, end, block);
      const Result<void> synced = co_await sync_file(env, *file);
      if (!written || !synced) ++counts_.syncs_failed;
      const Result<Bytes> read = co_await read_file(env, *file, 0, 100);
      static_cast<void>(read);
    }
  }
  // n1 writes zeros to n2, which looks at what arrives.
  void use_stream() {
    if (env_.self.value == 0) {
      if (stream_ == nullptr) stream_ = env_.transport.connect({NodeId{1}, 10}, connected_);
      static_cast<void>(stream_->write(Bytes(1'000)));
    } else if (env_.self.value == 1 && listener_ != nullptr) {
      if (stream_ == nullptr) {
        auto accepted = listener_->accept();
        if (!accepted) return;
        stream_ = std::move(*accepted);
      }
      Bytes buffer(1'000);
      for (auto got = stream_->read(buffer); got && *got > 0; got = stream_->read(buffer)) {
        counts_.stream_bytes += *got;
        const auto end = buffer.begin() + static_cast<std::ptrdiff_t>(*got);
        counts_.stream_wrong += static_cast<std::uint64_t>(
            std::count_if(buffer.begin(), end, [](std::byte b) { return b != std::byte{0}; }));
      }
    }
  }
  void on_connected() {}

  Env& env_;
  Counts& counts_;
  std::unique_ptr<MessageSocket> socket_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Stream> stream_;
  MemberWaiter<Busy, &Busy::on_connected> connected_{*this};
  TaskScope tasks_;
};

class World {
 public:
  explicit World(FaultPlan faults, std::uint64_t seed = 1)
      : sim(options(seed)), plan(std::move(faults)) {
    std::vector<NodeName> names;
    for (std::uint32_t i = 0; i < kNodes; ++i) {
      const bool client = i >= kServers;
      NodeOptions node;
      node.name = client ? "c1" : "n" + std::to_string(i + 1);
      names.push_back({node.name, client ? "c" : "n", client});
      sim.add_node(node, [this](Env& env) -> std::unique_ptr<Service> {
        return std::make_unique<Busy>(env, counts);
      });
    }
    dictionary.add("n", "busy", 1, raft::kWords);
    cluster = std::make_unique<ClusterState>(sim, names, dictionary);
    NemesisOptions nemesis_options;
    nemesis_options.message_class = [](NodeId, std::string_view name) {
      return name == "beat" ? std::optional(kBeat) : std::nullopt;
    };
    nemesis_options.act = [this](NodeId node, const Act& act) {
      if (act.action != "timeout" || cluster->is_client(node)) return false;
      timed_out.push_back(node);
      return true;
    };
    assign_ids(plan);
    nemesis = std::make_unique<Nemesis>(sim, plan, *cluster, nemesis_options);
    for (std::uint32_t i = 0; i < kNodes; ++i) sim.node(NodeId{i}).start();
    nemesis->start();
  }

  void run_until(Duration time) { sim.run_until(at(time)); }
  Node& node(std::uint32_t index) { return sim.node(NodeId{index}); }
  // As if the node said that it leads now.
  void elect(std::uint32_t index, std::uint64_t term) {
    Record role;
    role.kind = kind_of(ObservationKind::role);
    role.node = NodeId{index};
    role.a = static_cast<std::uint64_t>(Role::leader);
    role.b = term;
    sim.record(role);
  }
  std::vector<Record> records(RecordKind kind) {
    std::vector<Record> found;
    for (std::uint64_t i = 1; i <= sim.trace().size(); ++i) {
      const Record* const record = sim.trace().find(i);
      if (record != nullptr && record->kind == kind) found.push_back(*record);
    }
    return found;
  }

  Counts counts;
  Simulation sim;
  FaultPlan plan;
  Dictionary dictionary;
  std::unique_ptr<ClusterState> cluster;
  std::unique_ptr<Nemesis> nemesis;
  std::vector<NodeId> timed_out;

 private:
  static SimulationOptions options(std::uint64_t seed) {
    SimulationOptions made = with_seed(seed);
    made.trace = TraceLevel::full;
    return made;
  }
};

inline Selector nodes(std::string_view word) {
  Selector selector;
  selector.terms.push_back(*parse_term(word));
  return selector;
}

inline Effect timeout(std::string_view word) { return Act{nodes(word), "timeout", {}}; }

// At one second; without `duration` until something heals it.
inline Fault once(std::string id, Effect effect, std::optional<Duration> duration = {}) {
  Fault fault;
  fault.id = std::move(id);
  fault.trigger = At{{seconds(1), seconds(1)}};
  fault.effect = std::move(effect);
  if (duration) fault.duration = DurationRange{*duration, *duration};
  return fault;
}

}  // namespace windtunnel::faults::testing
