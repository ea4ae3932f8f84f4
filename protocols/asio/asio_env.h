// The real world behind `Env`: the same ports as in the simulator, over Boost.Asio and POSIX files.
// Protocol code cannot tell which world it runs in; tests/conformance holds both to the same text.
//
//   AsioLoop loop;
//   Result<std::unique_ptr<AsioNode>> node = AsioNode::open(loop, options);
//   (*node)->start(make_service);
//   loop.run();
//
// Everything of a loop runs on the thread that calls `run`, but for one worker thread a node that
// does the disk's system calls and hands completions back to the loop.
//
// One TCP listener a node carries all its windtunnel ports but the open ones: a connection begins
// with a greeting that names its kind (messages or stream), both nodes and both ports. Greetings
// are not authenticated: run nodes on a network that you trust. What breaks the format closes its
// own connection and nothing else.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/service.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace windtunnel {

class AsioLoopCore;

// Makes the program of a node; its constructor must not use the ports.
using ProgramFactory = std::function<std::unique_ptr<Service>(Env&)>;

struct AsioOptions {
  NodeId id;
  // Its name in the log; empty: its number.
  std::string name;
  // The lines that go to stderr.
  LogLevel log = LogLevel::info;
  // "host:port" to listen at; port 0 takes a free one. Empty: no listener, as for a client: it is
  // reached over connections that it makes itself, to every peer as soon as it has a socket, and it
  // cannot listen for streams (Errc::unsupported).
  std::string listen;
  // Where the other nodes listen: "host:port". Names are resolved once, when the node is opened.
  std::map<NodeId, std::string> peers;
  // Ports at which strangers can connect, each with an address of its own, "host:port": plain TCP,
  // without a greeting. A stream of a stranger comes from {kNoNode, 0}.
  std::map<Port, std::string> open_ports;
  // Servers that are none of ours, by the endpoint that the node calls them by: plain TCP too.
  std::map<Endpoint, std::string> strangers;
  // Everything `Env::disk` touches lies below it. Made when missing, locked while the node is open.
  // Empty: no disk, every operation fails with io_error.
  std::filesystem::path data_directory;
  // A connect that nothing answers for so long is unreachable.
  Duration connect_timeout = seconds(3);
  // Messages to a peer that would make more than this wait for its connection are dropped.
  std::size_t send_queue_limit = std::size_t{64} << 20;
};

// The events of any number of nodes, handled by one thread.
class AsioLoop {
 public:
  AsioLoop();
  // All nodes must be gone.
  ~AsioLoop();
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  // Handles events until `stop`.
  void run();
  // Handles events until `done` says so, `limit` has passed or `stop`; returns what `done` said
  // last. It is asked once after each event, and not again once it has said yes.
  bool run_until(const std::function<bool()>& done, Duration limit);
  // Makes `run` return after the event under way, or at once when it is called later. To be called
  // from the loop's thread.
  void stop();
  // From now on SIGINT and SIGTERM stop the loop instead of killing the process.
  void stop_on_signals();
  // The signal that stopped the loop, or 0.
  int signal() const;

 private:
  friend class AsioNode;
  std::unique_ptr<AsioLoopCore> core_;
};

// One node: its ports, and the program that runs on them.
class AsioNode {
 public:
  // The error is the system's: address in use, no such host, directory locked by another process.
  static Result<std::unique_ptr<AsioNode>> open(AsioLoop& loop, const AsioOptions& options);
  // Ends the node as a crash does: from now on the ports ignore every call, the program is
  // destroyed, its waiters are forgotten, connections are closed. Submitted disk operations still
  // take effect. Must not be called from the node's own code; `AsioLoop::stop` may.
  ~AsioNode();
  AsioNode(const AsioNode&) = delete;
  AsioNode& operator=(const AsioNode&) = delete;

  // Builds the program and takes its first step. At most once.
  void start(const ProgramFactory& factory);
  // Called when the node's code ends its process (Process::exit), with the reason: at most once,
  // from inside that code, with the ports already dead. Before `start`.
  void on_exit(std::function<void(std::string_view why)> listener);
  Env& env();
  // The TCP port listened at; 0 without a listener.
  std::uint16_t tcp_port() const;
  // The same of an open port while the node listens there; 0 while it does not.
  std::uint16_t tcp_port(Port open_port) const;
  // Enters or moves a peer. The error is that of the name's resolution.
  Result<void> set_peer(NodeId peer, const std::string& address);
  // Waiters that ports of this node hold.
  std::size_t armed_waiters() const;

 private:
  struct Parts;
  explicit AsioNode(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace windtunnel
