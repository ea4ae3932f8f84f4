// (interface for the node side; the file is owned by the network's author)
// The made-to-order network: links with latency, loss, duplication, reorder, corruption, bandwidth, cuts and holds.
#pragma once

#include "protocols/env/transport.h"
#include "protocols/base/ids.h"

#include <memory>

namespace windtunnel {

class Node;
class Simulation;

// The transport of one incarnation of one node.
class NodeTransport : public Transport {
 public:
  virtual ~NodeTransport() = default;
  // From now on every call is ignored; sockets and streams of this incarnation vanish from the network: streams as by a
  // process crash (peers see reset) or by a power loss (peers see silence).
  virtual void sever(bool power_loss) noexcept = 0;
  // Waiters armed on this transport: 0 once the program is destroyed.
  virtual std::size_t armed_waiters() const = 0;
};

class Network {
 public:
  explicit Network(Simulation& sim);
  ~Network();
  std::unique_ptr<NodeTransport> attach(Node& node);
};

}  // namespace windtunnel
