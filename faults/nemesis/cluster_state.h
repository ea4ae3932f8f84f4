// The cluster as it is now, for selectors: who is there, who is up, who leads. Follows the trace.
#pragma once

#include <windtunnel/faults/plan/selector.h>
#include <windtunnel/sim/simulation.h>

#include <cstdint>
#include <string>
#include <vector>

namespace windtunnel::faults {

// A node as the scenario names it. The index is the NodeId.
struct NodeName {
  std::string name;
  std::string group;
  bool client = false;
  bool spare = false;
};

class ClusterState final : public ClusterView, public RecordListener {
 public:
  ClusterState(Simulation& sim, std::vector<NodeName> nodes);
  ~ClusterState();
  ClusterState(const ClusterState&) = delete;
  ClusterState& operator=(const ClusterState&) = delete;

  std::uint32_t node_count() const override;
  std::string_view name(NodeId node) const override { return nodes_[node.value].name; }
  std::string_view group(NodeId node) const override { return nodes_[node.value].group; }
  bool is_client(NodeId node) const override { return nodes_[node.value].client; }
  bool up(NodeId node) const override;
  bool is_spare(NodeId node) const override { return nodes_[node.value].spare; }
  bool was_started(NodeId node) const override;
  NodeId leader(std::string_view group) const override;

  std::vector<NodeId> servers() const;
  std::vector<NodeId> clients() const;
  // Leaders elected so far, in all groups.
  std::uint64_t elections() const { return elections_; }

  void on_record(std::uint64_t number, const Record& record) override;

 private:
  Simulation& sim_;
  std::vector<NodeName> nodes_;
  std::vector<std::uint64_t> leads_in_term_;  // 0: does not lead
  std::uint64_t elections_ = 0;
};

}  // namespace windtunnel::faults
