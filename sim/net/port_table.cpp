#include <windtunnel/sim/net/port_table.h>

#include <algorithm>

namespace windtunnel {
namespace {

template <class Entries>
auto position(Entries& entries, Port port) {
  return std::lower_bound(entries.begin(), entries.end(), port,
                          [](const auto& entry, Port wanted) { return entry.port < wanted; });
}

}  // namespace

PortTable::NodePorts& PortTable::of(NodeId node) {
  if (nodes_.size() <= node.value) nodes_.resize(node.value + std::size_t{1});
  return nodes_[node.value];
}

const PortTable::Entry* PortTable::find(NodeId node, Port port) const {
  if (node.value >= nodes_.size()) return nullptr;
  const std::vector<Entry>& taken = nodes_[node.value].taken;
  const auto found = position(taken, port);
  return found == taken.end() || found->port != port ? nullptr : &*found;
}

Result<Port> PortTable::ephemeral(NodeId node) {
  NodePorts& ports = of(node);
  constexpr int kEphemeral = 65536 - kFirstEphemeralPort;
  for (int tried = 0; tried < kEphemeral; ++tried) {
    const Port port = ports.next_ephemeral;
    ports.next_ephemeral = port == UINT16_MAX ? kFirstEphemeralPort : static_cast<Port>(port + 1);
    if (find(node, port) == nullptr) return port;
  }
  return make_error_code(Errc::overloaded);
}

Result<Port> PortTable::claim(NodeId node, Port wanted, Use use, std::uint32_t slot) {
  if (wanted == 0) {
    const Result<Port> free = ephemeral(node);
    if (!free) return free.error();
    wanted = *free;
  }
  std::vector<Entry>& taken = of(node).taken;
  const auto at = position(taken, wanted);
  if (at != taken.end() && at->port == wanted) return make_error_code(Errc::address_in_use);
  taken.insert(at, {wanted, use, slot});
  return wanted;
}

void PortTable::release(NodeId node, Port port) {
  std::vector<Entry>& taken = of(node).taken;
  const auto found = position(taken, port);
  if (found != taken.end() && found->port == port) taken.erase(found);
}

void PortTable::release_all(NodeId node) { of(node).taken.clear(); }

}  // namespace windtunnel
