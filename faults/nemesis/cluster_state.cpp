#include <windtunnel/faults/nemesis/cluster_state.h>

#include <windtunnel/sim/node.h>

#include <utility>

namespace windtunnel::faults {

ClusterState::ClusterState(Simulation& sim, std::vector<NodeName> nodes)
    : sim_(sim), nodes_(std::move(nodes)), leads_in_term_(nodes_.size()) {
  const RecordKind role = kind_of(ObservationKind::role);
  sim_.trace().add_listener(*this, {RecordKind::crash, RecordKind::start, role});
}

ClusterState::~ClusterState() { sim_.trace().remove_listener(*this); }

std::uint32_t ClusterState::node_count() const { return static_cast<std::uint32_t>(nodes_.size()); }

bool ClusterState::up(NodeId node) const { return sim_.node(node).up(); }

bool ClusterState::was_started(NodeId node) const { return sim_.node(node).was_started(); }

NodeId ClusterState::leader(std::string_view group) const {
  NodeId found = kNoNode;
  std::uint64_t newest = 0;
  for (std::uint32_t i = 0; i < leads_in_term_.size(); ++i) {
    if (leads_in_term_[i] <= newest || nodes_[i].group != group || !up(NodeId{i})) continue;
    newest = leads_in_term_[i];
    found = NodeId{i};
  }
  return found;
}

std::vector<NodeId> ClusterState::servers() const {
  std::vector<NodeId> found;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].client) found.push_back(NodeId{i});
  }
  return found;
}

std::vector<NodeId> ClusterState::clients() const {
  std::vector<NodeId> found;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].client) found.push_back(NodeId{i});
  }
  return found;
}

void ClusterState::on_record(std::uint64_t, const Record& record) {
  if (record.node.value >= nodes_.size()) return;
  if (record.kind == RecordKind::crash || record.kind == RecordKind::start) {
    leads_in_term_[record.node.value] = 0;
  } else if (record.is_observation() && record.observation() == ObservationKind::role) {
    const bool leads = record.a == static_cast<std::uint64_t>(Role::leader);
    leads_in_term_[record.node.value] = leads ? record.b : 0;
    if (leads) ++elections_;
  }
}

}  // namespace windtunnel::faults
