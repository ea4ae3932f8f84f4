// Several services on one node. One has the node's ports as they are; each other has a directory of
// its own, named after its group, draws of its own, and its ports moved where they would clash
// (protocols/env/scoped_env.h).
#pragma once

#include <windtunnel/protocols/env/scoped_env.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/sim/simulation.h>

#include <memory>
#include <optional>
#include <vector>

namespace windtunnel::scenarios {

struct Neighbour {
  ProgramFactory make;
  std::optional<ScopeOptions> scope = {};  // absent: the node's own Env
};

class Neighbours final : public Service {
 public:
  Neighbours(Env& env, const std::vector<Neighbour>& list);
  // Starts them in their order, a scoped one when its directory is there. A node on whose disk that
  // cannot be made ends its process.
  void start() override;
  // By position in the list.
  Service& service(std::size_t position) { return *services_[position].program; }

 private:
  struct Running {
    std::unique_ptr<ScopedEnv> scope;  // may be null
    std::unique_ptr<Service> program;
  };
  Task<void> start_each(Env& env);

  Env& env_;
  std::vector<Running> services_;
  TaskScope starting_;
};

}  // namespace windtunnel::scenarios
