// Which ports of which node are taken, and by what. Messages and listeners share one space of
// ports, as they do where messages travel over TCP.
#pragma once

#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/env/transport.h>

#include <cstdint>
#include <vector>

namespace windtunnel {

class PortTable {
 public:
  enum class Use : std::uint8_t { messages, listener };
  struct Entry {
    Port port;
    Use use;
    std::uint32_t slot;  // of the socket or listener
  };

  const Entry* find(NodeId node, Port port) const;
  // Takes `wanted`, or an ephemeral port where it is 0; returns which. Errc::address_in_use, or
  // overloaded when no ephemeral port is left.
  Result<Port> claim(NodeId node, Port wanted, Use use, std::uint32_t slot);
  void release(NodeId node, Port port);
  void release_all(NodeId node);
  // An ephemeral port that is free, without taking it: for the near end of a stream.
  Result<Port> ephemeral(NodeId node);

 private:
  struct NodePorts {
    std::vector<Entry> taken;  // by port
    Port next_ephemeral = kFirstEphemeralPort;
  };
  NodePorts& of(NodeId node);
  std::vector<NodePorts> nodes_;
};

}  // namespace windtunnel
