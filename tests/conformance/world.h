// A world to run nodes in: the simulated one or the real one. The tests of this folder are written
// against this alone and run on both, so that the simulated world is never more lenient than the
// real one.
#pragma once

#include <windtunnel/protocols/env/env.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace windtunnel::conformance {

enum class WorldKind { simulated, real };

class World {
 public:
  virtual ~World() = default;

  // A node that is up, with an empty disk and a program that does nothing.
  virtual NodeId add_node() = 0;
  // The same as a client of the others: it knows all nodes, they do not know where it is.
  virtual NodeId add_client() = 0;
  // The ports of its current life.
  virtual Env& env(NodeId node) = 0;
  // Runs the world until `done`; false when that is not so within `limit` of the world's time.
  virtual bool run_until(const std::function<bool()>& done, Duration limit = seconds(10)) = 0;
  void run_for(Duration duration) {
    run_until([] { return false; }, duration);
  }

  // Makes `thing` part of the node's program: it is destroyed by a crash, with the ports already
  // dead.
  virtual void keep(NodeId node, std::shared_ptr<void> thing) = 0;
  // Ends the node's process. Everything that was armed on its ports must be part of its program.
  virtual void crash(NodeId node) = 0;
  // Starts a crashed node again, on the disk that it had.
  virtual void restart(NodeId node) = 0;
  // From now on nothing answers when `from` connects to `to`.
  virtual void black_hole(NodeId from, NodeId to) = 0;
};

std::unique_ptr<World> make_simulated_world();
// On loopback, with disks below the temporary directory.
std::unique_ptr<World> make_real_world();
inline std::unique_ptr<World> make_world(WorldKind kind) {
  return kind == WorldKind::simulated ? make_simulated_world() : make_real_world();
}

}  // namespace windtunnel::conformance
