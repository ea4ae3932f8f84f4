// Private to this folder: which windtunnel ports of a node are taken. Messages and listeners share
// one space, since both travel over TCP. No Boost.Asio.
#pragma once

#include <windtunnel/protocols/env/transport.h>

#include <set>

namespace windtunnel {

class AsioPortTable {
 public:
  // Ephemeral ports are given out from one that `word` draws, as an operating system does it: what
  // was meant for a former life of the node mostly finds nobody.
  void start_from(std::uint64_t word) {
    last_ = static_cast<Port>(kFirstEphemeralPort + word % (UINT16_MAX - kFirstEphemeralPort + 1U));
  }
  // Takes `wanted`, or a free ephemeral port where it is 0; returns which. Errc::address_in_use, or
  // overloaded when no ephemeral port is free.
  Result<Port> claim(Port wanted);
  void release(Port port) { taken_.erase(port); }
  // A free ephemeral port, without taking it: for the near end of a stream, which its TCP
  // connection tells apart.
  Result<Port> ephemeral();

 private:
  std::set<Port> taken_;
  Port last_ = 0;
};

}  // namespace windtunnel
