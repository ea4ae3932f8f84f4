// The sockets of all nodes, and the way of a message from one to another.
#pragma once

#include <windtunnel/sim/net/port_table.h>
#include <windtunnel/sim/net/wire.h>
#include <windtunnel/sim/node.h>

#include <cstdint>
#include <vector>

namespace windtunnel {

// Names a socket; stale once it is closed.
struct SocketId {
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t generation = 0;
};

class MessageLayer final : public PacketReceiver, public InputTarget {
 public:
  MessageLayer(Simulation& sim, PacketPool& packets, Wire& wire, PortTable& ports)
      : sim_(sim), packets_(packets), wire_(wire), ports_(ports) {}

  struct Bound {
    SocketId id;
    Port port;
  };
  Result<Bound> bind(Node& node, Port port, MessageSink& sink);
  void unbind(SocketId id);
  // From a socket that is open, at most kMaxMessageBytes.
  void send(SocketId id, const Endpoint& to, BytesView message);
  // Closes all sockets of `node`.
  void sever(NodeId node);

  void on_packet(std::uint32_t slot) override;
  void on_input(std::uint64_t slot, std::uint64_t socket) override;
  void on_input_dropped(std::uint64_t slot, std::uint64_t socket) noexcept override;

 private:
  struct Socket {
    Node* node = nullptr;
    MessageSink* sink = nullptr;
    Port port = 0;
    std::uint32_t generation = 0;
  };
  void close(std::uint32_t slot);
  void drop(std::uint32_t slot, DropReason reason);

  Simulation& sim_;
  PacketPool& packets_;
  Wire& wire_;
  PortTable& ports_;
  std::vector<Socket> sockets_;
  std::vector<std::uint32_t> free_;
};

}  // namespace windtunnel
