// The cluster as it is now, for selectors: who is there, who is up, who leads. Follows the trace.
#pragma once

#include <windtunnel/faults/plan/selector.h>
#include <windtunnel/faults/plan/watch.h>
#include <windtunnel/sim/simulation.h>
#include <windtunnel/sim/trace/standings.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::faults {

class ClusterState final : public ClusterView, public RecordListener {
 public:
  // The dictionary has a service for each group of nodes, by its name; it must outlive the state.
  ClusterState(Simulation& sim, std::vector<NodeName> nodes, const Dictionary& dictionary);
  ~ClusterState();
  ClusterState(const ClusterState&) = delete;
  ClusterState& operator=(const ClusterState&) = delete;

  std::uint32_t node_count() const override;
  std::string_view name(NodeId node) const override { return nodes_[node.value].name; }
  bool belongs(NodeId node, std::string_view group) const override {
    return faults::belongs(nodes_[node.value], group);
  }
  bool is_client(NodeId node) const override { return nodes_[node.value].client; }
  bool up(NodeId node) const override;
  bool is_spare(NodeId node) const override { return nodes_[node.value].spare; }
  bool was_started(NodeId node) const override;
  bool leads(NodeId node, std::string_view name, std::optional<std::uint32_t> group) const override;
  std::vector<NodeId> voters(std::string_view name,
                             std::optional<std::uint32_t> group) const override;
  const std::vector<NodeName>& nodes() const { return nodes_; }
  const Dictionary& dictionary() const { return dictionary_; }

  std::vector<NodeId> servers() const;
  std::vector<NodeId> clients() const;
  // Terms, of all groups, that somebody has led so far.
  std::uint64_t elections() const { return terms_led_.size(); }

  void on_record(std::uint64_t number, const Record& record) override;

 private:
  Simulation& sim_;
  std::vector<NodeName> nodes_;
  const Dictionary& dictionary_;
  Standings standings_;
  std::set<std::pair<GroupId, std::uint64_t>> terms_led_;
};

}  // namespace windtunnel::faults
