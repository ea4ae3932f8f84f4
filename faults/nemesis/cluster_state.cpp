#include <windtunnel/faults/nemesis/cluster_state.h>

#include <windtunnel/sim/node.h>

#include <utility>

namespace windtunnel::faults {

namespace {

const ServiceWords* service_of(const Dictionary& dictionary, std::string_view nodes) {
  for (const ServiceWords& service : dictionary.services()) {
    if (service.nodes == nodes) return &service;
  }
  return nullptr;
}

}  // namespace

ClusterState::ClusterState(Simulation& sim, std::vector<NodeName> nodes,
                           const Dictionary& dictionary)
    : sim_(sim),
      nodes_(std::move(nodes)),
      dictionary_(dictionary),
      standings_(dictionary, nodes_.size()) {
  sim_.trace().add_listener(*this, standings_.kinds_of_roles());
}

ClusterState::~ClusterState() { sim_.trace().remove_listener(*this); }

std::uint32_t ClusterState::node_count() const { return static_cast<std::uint32_t>(nodes_.size()); }

bool ClusterState::up(NodeId node) const { return sim_.node(node).up(); }

bool ClusterState::was_started(NodeId node) const { return sim_.node(node).was_started(); }

bool ClusterState::leads(NodeId node, std::string_view name,
                         std::optional<std::uint32_t> group) const {
  if (!up(node)) return false;
  for (const ServiceWords& service : dictionary_.services()) {
    if (name.empty() ? !belongs(node, service.nodes) : service.nodes != name) continue;
    for (std::uint32_t i = 0; i < service.groups; ++i) {
      if (group && *group != i) continue;
      if (standings_.leader(GroupId{service.first.value + i}) == node) return true;
    }
  }
  return false;
}

std::vector<NodeId> ClusterState::voters(std::string_view name,
                                         std::optional<std::uint32_t> group) const {
  const ServiceWords* service = service_of(dictionary_, name);
  const Standing* known = nullptr;
  if (service != nullptr && (group ? *group < service->groups : service->groups == 1)) {
    known = standings_.configuration(GroupId{service->first.value + group.value_or(0)});
  }
  std::vector<NodeId> found;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].client || !faults::belongs(nodes_[i], name)) continue;
    const bool votes =
        known == nullptr || i >= kObservedNodes ? !nodes_[i].spare : (known->voters >> i & 1) != 0;
    if (votes) found.push_back(NodeId{i});
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
  standings_.take(record, [](const Standing&) {});
  if (!record.is_observation() || record.observation() != ObservationKind::role) return;
  const ServiceWords* service = dictionary_.of(record.group);
  if (service != nullptr && service->leads(record.a)) terms_led_.emplace(record.group, record.b);
}

}  // namespace windtunnel::faults
