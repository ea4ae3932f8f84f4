// The made-to-order network: messages and streams between the nodes of a simulation, over links
// with latency, loss, duplication, reorder, corruption and bandwidth, which faults cut, hold and
// disturb.
//
//   Network& net = sim.network();
//   net.set_default_profile({.latency = Latency::constant(milliseconds(1))});
//   net.partition(7, {{n1}, {n2, n3}});    // fault 7 begins
//   ...
//   net.remove_fault(7);                   // and ends
//   net.bites(7);                          // how many packets it stopped
//
// A fault is named by the stable id that the plan gave it; it may consist of several parts. Faults
// overlap freely: each acts until it is removed, whatever others do. All that bites is counted by
// fault and kind, and recorded: messages with what became of them (drop, duplicate, corrupt, hold,
// release), stream segments as stream_retransmit (what was lost shows as delay) and corrupt with
// aux 1 (a: stream number), and the first bite of each fault and kind as fault_bite.
//
// Draws are keyed by seed, kind of effect, fault, the names of the link's two nodes and the ordinal
// of the message on its link (of the segment in its stream), so that no fault, node or client
// changes the draws of another.
//
// A node always reaches itself, after a small constant latency.
#pragma once

#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/env/transport.h>
#include <windtunnel/sim/net/link.h>
#include <windtunnel/sim/net/stream_options.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace windtunnel {

class Node;
class Simulation;

// The transport of one incarnation of one node.
class NodeTransport : public Transport {
 public:
  virtual ~NodeTransport() = default;
  // From now on every call is ignored; sockets and streams of this incarnation vanish from the
  // network: streams as by a process crash (peers see reset) or by a power loss (peers see
  // silence).
  virtual void sever(bool power_loss) noexcept = 0;
  // Waiters armed on this transport: 0 once the program is destroyed.
  virtual std::size_t armed_waiters() const = 0;
};

// A message that a fault keeps back.
struct HeldMessage {
  std::uint64_t number = 0;  // of the message, as in the trace
  Endpoint from;
  Endpoint to;
  std::uint8_t kind = 0;      // its class
  std::uint64_t ordinal = 0;  // on its link
  std::size_t size = 0;
  FaultId held_by = 0;
};

// Selects held messages.
struct MessageMatch {
  NodeSet from = NodeSet::all();
  NodeSet to = NodeSet::all();
  std::optional<std::uint8_t> kind{};
  std::optional<FaultId> held_by{};
};

class Network {
 public:
  explicit Network(Simulation& sim);
  ~Network();
  std::unique_ptr<NodeTransport> attach(Node& node);
  // What the kernel of a node whose process has ended still has to say is never said.
  void lose_power(NodeId node);

  // --- What links are like. May change at any time between events. ---
  void set_default_profile(const LinkProfile& profile);
  // For the ordered pairs from x to; of several that cover a link, the last one set counts.
  void set_profile(const NodeSet& from, const NodeSet& to, const LinkProfile& profile);
  const LinkProfile& profile(NodeId from, NodeId to);
  void set_loopback_latency(Duration latency);
  // For streams opened from now on.
  StreamOptions& stream_options();

  // --- Faults; between events only. Ids are not 0. ---
  // Adds a part to the fault `id`.
  void add_fault(FaultId id, const LinkFault& fault);
  // One way; both ways for a symmetric cut.
  void cut(FaultId id, const NodeSet& from, const NodeSet& to, bool both_ways);
  void isolate(FaultId id, NodeId node);
  // Cuts between any two sides. A node of several sides reaches all of them (a bridge); a node of
  // none reaches all.
  void partition(FaultId id, const std::vector<NodeSet>& sides);
  // Keeps back every message, and segments too, from `from` to `to`.
  void hold(FaultId id, const NodeSet& from, const NodeSet& to);
  // Lets go what the fault holds, in order, and goes on holding.
  void release(FaultId id);
  // Ends the fault with all its parts: what it held arrives. Does nothing when there is none.
  void remove_fault(FaultId id);
  // Switches the fault off, as if removed, and on again.
  void enable_fault(FaultId id, bool on);
  // Whether any fault acts on what goes from one to the other.
  bool is_disturbed(NodeId from, NodeId to);
  // Removes all faults; profiles stay.
  void heal_all();
  // What the fault did so far, also after its end; kProfileFault: what profiles did.
  std::uint64_t bites(FaultId id) const;
  std::uint64_t bites(FaultId id, LinkEffect effect) const;
  // How often something was written, under a rule (LinkFault), to a stream whose messages cannot be
  // told apart, so that the rule did nothing.
  std::uint64_t missed(FaultId id) const;

  // --- Held messages, for scripted interleavings. ---
  // In the order sent.
  std::vector<HeldMessage> held(const MessageMatch& match = {}) const;
  // Lets the nth (from 1) held message that matches arrive now, or drops it. False when there are
  // fewer.
  bool deliver_held(const MessageMatch& match, std::size_t nth = 1);
  bool drop_held(const MessageMatch& match, std::size_t nth = 1);
  // The same for what any of several matches selects.
  bool deliver_any_held(std::span<const MessageMatch> any_of, std::size_t nth);
  bool drop_any_held(std::span<const MessageMatch> any_of, std::size_t nth);

  // Packets under way, held or waiting at a node.
  std::size_t packets() const;
  // Ends of streams that are open or still have something to do.
  std::size_t stream_ends() const;

 private:
  struct Parts;
  std::size_t find_held(std::span<const MessageMatch> any_of, std::size_t nth) const;
  std::unique_ptr<Parts> parts_;
};

}  // namespace windtunnel
