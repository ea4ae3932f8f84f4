// A scenario made into a simulation: servers, clients, links, disks, clocks, the nemesis and the
// monitors.
#pragma once

#include <windtunnel/faults/nemesis/cluster_state.h>
#include <windtunnel/faults/nemesis/nemesis.h>
#include <windtunnel/scenarios/engine/check.h>
#include <windtunnel/scenarios/engine/neighbours.h>
#include <windtunnel/scenarios/engine/registry.h>
#include <windtunnel/scenarios/engine/run.h>
#include <windtunnel/scenarios/engine/workload.h>
#include <windtunnel/scenarios/format/spec.h>
#include <windtunnel/sim/simulation.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace windtunnel::scenarios {

// Counts what happens, for the run's statistics.
class ActivityCounter final : public RecordListener {
 public:
  void on_record(std::uint64_t number, const Record& record) override;
  std::uint64_t crashes = 0;
  std::uint64_t exits = 0;
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;
};

class World {
 public:
  // `spec` and `registry` must outlive the world; the spec names only what the registry has.
  World(const ScenarioSpec& spec, const Registry& registry, const RunOptions& options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Starts the nodes and the plan. Once.
  void start();
  // Ends the plan and heals a drawn majority of the servers of each group, of those whose disks the
  // plan did not destroy where there are enough; returns them.
  std::vector<NodeId> heal_core();

  Simulation& sim() { return sim_; }
  faults::ClusterState& cluster() { return cluster_; }
  const faults::Nemesis& nemesis() const { return nemesis_; }
  const std::vector<NodeLayout>& nodes() const { return nodes_; }
  std::vector<std::unique_ptr<WorkloadRun>>& workloads() { return workloads_; }
  const ActivityCounter& activity() const { return activity_; }
  const Dictionary& dictionary() const { return dictionary_; }

 private:
  const ServiceDefinition& service_of_group(std::size_t group) const;
  // The positions of the groups whose services the node runs, its own first; of a client, that
  // which it calls.
  std::vector<std::size_t> groups_of(const NodeLayout& node) const;
  MessageClasses classes_of(const NodeLayout& node) const;
  // Of a guest; none for a group with nodes of its own.
  std::optional<ScopeOptions> scope_of(std::size_t group) const;
  static ProgramFactory program_of(std::vector<Neighbour> services);
  ServiceConfig server_config(std::size_t group, const std::string& name) const;
  void add_server(const NodeLayout& node);
  void add_client(const NodeLayout& node, std::uint32_t number);
  checkers::HistoryRecorder::Numbering history_numbering(std::size_t workload);
  void configure_network();
  void configure_node(NodeId id);
  std::optional<std::uint8_t> message_class(NodeId node, std::string_view type) const;
  // False where the node is a client, or no service of it has such an action.
  bool act(NodeId node, const faults::Act& act);

  const ScenarioSpec& spec_;
  const Registry& registry_;
  std::vector<NodeLayout> nodes_;
  std::vector<Port> port_moves_;  // by group
  // A service for each group of nodes, in the scenario's order.
  Dictionary dictionary_;
  // Events of all histories together.
  std::int64_t history_events_ = 0;
  // Clients refer to these, so they outlive the simulation.
  std::vector<std::unique_ptr<WorkloadRun>> workloads_;
  Simulation sim_;
  // Adds the nodes, which the members below refer to.
  struct Builder {
    explicit Builder(World& world);
  };
  Builder builder_;
  // Starts nodes that start later.
  struct Starter final : EventTarget {
    explicit Starter(World& of) : world(of) {}
    void on_event(std::uint64_t id, std::uint64_t unused) override;
    World& world;
  };
  Starter starter_{*this};
  faults::ClusterState cluster_;
  faults::Nemesis nemesis_;
  ActivityCounter activity_;
};

}  // namespace windtunnel::scenarios
