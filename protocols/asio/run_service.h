// A whole process around one node: `windtunnel serve` and `windtunnel kv` are these calls.
#pragma once

#include <windtunnel/protocols/asio/asio_env.h>

#include <functional>
#include <string>

namespace windtunnel {

enum class ExitReason : std::uint8_t {
  finished,     // the task ended
  interrupted,  // SIGINT
  terminated,   // SIGTERM
  gave_up,      // the node's code ended its process (Process::exit)
};

struct Ended {
  ExitReason reason = ExitReason::finished;
  std::string why;  // gave_up: what the code said
};

// Called once the node listens, with its TCP port, before the program's first step.
using OnListening = std::function<void(std::uint16_t tcp_port)>;

// Runs a node until SIGINT, SIGTERM or its own exit. The error says why it could not be opened.
Result<Ended> run_service(const AsioOptions& options, const ProgramFactory& factory,
                          const OnListening& on_listening = {});

// Runs the task that `start` makes, as a node without a service, until it ends or a signal stops
// it. `start` must return a named coroutine called with `env`.
Result<Ended> run_task(const AsioOptions& options,
                       const std::function<Task<void>(Env& env)>& start);

// A node id for a client of a cluster, drawn from the upper half of the ids, where no server lives.
// With 2^31 of them, two clients at a time are distinct but for bad luck.
NodeId draw_client_id();

}  // namespace windtunnel
