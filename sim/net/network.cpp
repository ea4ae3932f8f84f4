#include <windtunnel/sim/net/network.h>

#include <windtunnel/sim/net/link_table.h>
#include <windtunnel/sim/net/message_layer.h>
#include <windtunnel/sim/net/packet.h>
#include <windtunnel/sim/net/sim_transport.h>
#include <windtunnel/sim/net/stream_layer.h>
#include <windtunnel/sim/net/wire.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>

namespace windtunnel {

struct Network::Parts {
  explicit Parts(Simulation& simulation)
      : sim(simulation),
        packets(simulation),
        links(simulation),
        wire(simulation, packets, links),
        messages(simulation, packets, wire, ports),
        streams(simulation, packets, wire, ports) {
    wire.set_receivers(messages, streams);
  }
  Simulation& sim;
  PacketPool packets;
  LinkTable links;
  Wire wire;
  PortTable ports;
  MessageLayer messages;
  StreamLayer streams;
};

Network::Network(Simulation& sim) : parts_(std::make_unique<Parts>(sim)) {}

Network::~Network() = default;

std::unique_ptr<NodeTransport> Network::attach(Node& node) {
  return std::make_unique<SimTransport>(node, parts_->messages, parts_->streams, parts_->ports);
}

void Network::lose_power(NodeId node) { parts_->streams.sever(node, true); }

void Network::set_default_profile(const LinkProfile& profile) {
  parts_->links.set_default_profile(profile);
}

void Network::set_profile(const NodeSet& from, const NodeSet& to, const LinkProfile& profile) {
  parts_->links.set_profile(from, to, profile);
}

const LinkProfile& Network::profile(NodeId from, NodeId to) {
  return parts_->links.profile(from, to);
}

void Network::set_loopback_latency(Duration latency) { parts_->wire.set_loopback_latency(latency); }

StreamOptions& Network::stream_options() { return parts_->streams.options(); }

void Network::add_fault(FaultId id, const LinkFault& fault) { parts_->links.add_fault(id, fault); }

void Network::cut(FaultId id, const NodeSet& from, const NodeSet& to, bool both_ways) {
  LinkFault fault;
  fault.from = from;
  fault.to = to;
  fault.both_ways = both_ways;
  fault.cut = true;
  add_fault(id, fault);
}

void Network::isolate(FaultId id, NodeId node) { cut(id, {node}, NodeSet::all(), true); }

void Network::partition(FaultId id, const std::vector<NodeSet>& sides) {
  // A cut says who may not talk; a bridge would be in two sides that may not.
  const auto nodes = static_cast<std::uint32_t>(parts_->sim.node_count());
  for (std::size_t i = 0; i < sides.size(); ++i) {
    NodeSet here;
    NodeSet elsewhere;
    for (NodeId node; node.value < nodes; ++node.value) {
      std::size_t memberships = 0;
      for (const NodeSet& side : sides) memberships += side.contains(node) ? 1 : 0;
      if (memberships != 1) continue;
      (sides[i].contains(node) ? here : elsewhere).add(node);
    }
    cut(id, here, elsewhere, false);
  }
}

void Network::hold(FaultId id, const NodeSet& from, const NodeSet& to) {
  LinkFault fault;
  fault.from = from;
  fault.to = to;
  fault.hold = PerMillion{1'000'000};
  add_fault(id, fault);
}

void Network::release(FaultId id) { parts_->wire.release_all(id); }

void Network::remove_fault(FaultId id) {
  parts_->links.remove_fault(id);
  parts_->wire.release_stale();
}

void Network::enable_fault(FaultId id, bool on) {
  parts_->links.enable_fault(id, on);
  parts_->wire.release_stale();
}

bool Network::is_disturbed(NodeId from, NodeId to) { return parts_->links.is_disturbed(from, to); }

void Network::heal_all() {
  parts_->links.remove_all_faults();
  parts_->wire.release_stale();
}

std::uint64_t Network::bites(FaultId id) const { return parts_->links.bites(id); }

std::uint64_t Network::bites(FaultId id, LinkEffect effect) const {
  return parts_->links.bites(id, effect);
}

std::uint64_t Network::missed(FaultId id) const { return parts_->links.missed(id); }

std::size_t Network::find_held(std::span<const MessageMatch> any_of, std::size_t nth) const {
  const std::vector<Wire::Held>& held = parts_->wire.held();
  for (std::size_t i = 0; i < held.size(); ++i) {
    const Packet& packet = parts_->packets[held[i].slot];
    if (packet.is_segment) continue;
    const bool is_meant = std::any_of(any_of.begin(), any_of.end(), [&](const MessageMatch& match) {
      return match.from.contains(packet.from.node) && match.to.contains(packet.to.node) &&
             match.kind.value_or(packet.kind) == packet.kind &&
             match.held_by.value_or(held[i].by) == held[i].by;
    });
    if (is_meant && --nth == 0) return i;
  }
  return held.size();
}

std::vector<HeldMessage> Network::held(const MessageMatch& match) const {
  std::vector<HeldMessage> found;
  const std::vector<Wire::Held>& held = parts_->wire.held();
  for (std::size_t nth = 1;; ++nth) {
    const std::size_t position = find_held({&match, 1}, nth);
    if (position == held.size()) return found;
    const Packet& packet = parts_->packets[held[position].slot];
    found.push_back({packet.number, packet.from, packet.to, packet.kind, packet.ordinal,
                     packet.message().size(), held[position].by});
  }
}

bool Network::deliver_held(const MessageMatch& match, std::size_t nth) {
  return deliver_any_held(std::span(&match, 1), nth);
}

bool Network::drop_held(const MessageMatch& match, std::size_t nth) {
  return drop_any_held(std::span(&match, 1), nth);
}

bool Network::deliver_any_held(std::span<const MessageMatch> any_of, std::size_t nth) {
  WT_ASSERT(nth > 0, "held messages are counted from 1");
  const std::size_t position = find_held(any_of, nth);
  if (position == parts_->wire.held().size()) return false;
  parts_->wire.release_held(position);
  return true;
}

bool Network::drop_any_held(std::span<const MessageMatch> any_of, std::size_t nth) {
  WT_ASSERT(nth > 0, "held messages are counted from 1");
  const std::size_t position = find_held(any_of, nth);
  if (position == parts_->wire.held().size()) return false;
  parts_->wire.drop_held(position);
  return true;
}

std::size_t Network::packets() const { return parts_->packets.live(); }

std::size_t Network::stream_ends() const { return parts_->streams.ends(); }

}  // namespace windtunnel
