// A part of a node for one of several services that share it: a sub-directory of its disk, ports of
// its own, names of its own for draws. All else (clock, timers, cores, observer, process) is the
// node's.
//
//   ScopedEnv scope(env, {.name = "kv", .ports = 100});
//   Result<void> made = co_await scope.make_directory(env);   // first, once
//   KvService service(scope.env(), config);
//
// Fixed ports, those below the ephemeral ones, are moved by `ports`: what the service calls 7000 is
// 7100 on the wire. Endpoints are moved alike in both directions, so that nodes which run the
// service in the same scope agree, and an answer to a sender always finds it. To reach a service of
// another scope, name its ports as this scope sees them (`port_of`).
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>

#include <memory>
#include <string>

namespace windtunnel {

struct ScopeOptions {
  // Sub-directory, and prefix of the purposes of draws. Not empty.
  std::string name;
  // Added to fixed ports.
  Port ports = 0;
};

class ScopedEnv {
 public:
  // `outer` must outlive the scope, and the scope whatever uses its `env`.
  ScopedEnv(Env& outer, const ScopeOptions& options);
  ~ScopedEnv();
  ScopedEnv(const ScopedEnv&) = delete;
  ScopedEnv& operator=(const ScopedEnv&) = delete;

  // Makes the directory where it is missing, durably. `outer` is the Env of the constructor.
  Task<Result<void>> make_directory(Env& outer);
  Env& env();
  // What this scope calls the port `port` of the scope that moves its ports by `ports`.
  Port port_of(Port port, Port ports) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The bijection of the fixed ports, 1 to kFirstEphemeralPort - 1, that a scope applies; other ports
// stay.
Port moved_port(Port port, Port by);
Port moved_port_back(Port port, Port by);

}  // namespace windtunnel
