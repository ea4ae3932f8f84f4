// (interface for the node side; the file is owned by the disk's author)
#pragma once

#include "protocols/env/disk.h"

#include <memory>

namespace windtunnel {

class Node;

// The disk port of one incarnation.
class NodeDisk : public Disk {
 public:
  virtual ~NodeDisk() = default;
  // From now on every call is ignored; operations already submitted still take effect, completions are forgotten.
  virtual void sever() noexcept = 0;
  virtual std::size_t armed_waiters() const = 0;
};

// The disk of a node: survives crashes.
class SimDisk {
 public:
  explicit SimDisk(Node& node);
  ~SimDisk();
  std::unique_ptr<NodeDisk> attach();
  // After the incarnation is gone: a process crash keeps the cache, a power loss keeps a drawn subset of what is unsynced.
  void on_process_crash();
  void on_power_loss();
};

}  // namespace windtunnel
