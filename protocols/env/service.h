// What a cluster runs and what its clients call. A protocol becomes testable by implementing
// `Service` for its nodes and `Client` for its users, over `Env` alone, and registering both
// (scenarios/engine/registry.h).
#pragma once

#include <windtunnel/protocols/base/value.h>
#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

// Options of a service or of a workload, as written, by name. They were checked against their table
// (option.h) before the run, so that values here parse.
struct OptionValues {
  std::map<std::string, std::string, std::less<>> options;

  // The option's value, or `fallback` where it is not given. Durations are written with a unit:
  // "150ms".
  Duration duration(std::string_view key, Duration fallback) const;
  std::uint64_t integer(std::string_view key, std::uint64_t fallback) const;
  bool boolean(std::string_view key, bool fallback) const;
  std::string text(std::string_view key, std::string_view fallback) const;
};

// The nodes of a group of a scenario, by its name there. Names are parallel.
struct NamedNodes {
  std::string name;
  std::vector<NodeId> nodes;
  std::vector<std::string> node_names;
  // What was added to the ports on which its service listens, so that it shares its nodes with
  // others (scoped_env.h).
  std::uint16_t ports = 0;
};

// How one node, or a client of it, is set up. Its options are the scenario's `config:` of the
// group.
struct ServiceConfig : OptionValues {
  // This node's name ("n1").
  std::string name;
  // The groups that the nodes of the service form are numbered from here: they tag its messages,
  // records and observations. A scenario gives each service as many as it asks for
  // (ServiceDefinition::groups); on sockets the first is an option, 0 by default.
  GroupId group;
  std::uint32_t group_count = 1;
  // The nodes of the service, in the scenario's order; names are parallel.
  std::vector<NodeId> members;
  std::vector<std::string> member_names;
  // All groups of the scenario, also this one: those whom a gateway or a coordinator calls. Empty
  // on sockets.
  std::vector<NamedNodes> groups;

  // The nodes of the group of that name; none where there is no such group.
  const std::vector<NodeId>& peers(std::string_view group_name) const;
};

// Parses "150ms", "1.5s", "10us", "2m", "1h", "7ns"; nothing else. nullopt when malformed or out of
// range.
std::optional<Duration> parse_duration(std::string_view text);
// Parses "512B", "4KiB", "1MiB", "16MB", "2GiB" to bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);

// The program of one incarnation of a node. Built after the start or restart of the node with its
// `Env`; destroyed by a crash or at the end. Its durable state is what it finds on `env.disk`.
class Service {
 public:
  virtual ~Service() = default;
  // The node's first step. The constructor must not use the ports.
  virtual void start() = 0;
};

// One operation of a client, in the terms of the workload's model: what the history records when it
// is called. {f: "write", value: ["k1" 5]}; {f: "transfer", value: {from: "a", to: "b", amount:
// 3}}.
struct Operation {
  std::string f;
  Value value;
  // How long its caller waits: the client says how it ended by then.
  Duration timeout = seconds(5);
};

// How it ended. `fail` is definite: it did not and will not happen. `info`: it may have happened,
// or may yet.
struct Outcome {
  enum class Kind : std::uint8_t { ok, fail, info };
  Kind kind = Kind::info;
  // Of ok: what the history records, in the model's terms. A read fills in what it found: ["k1" 5].
  // Nil: it was done as asked, and the history repeats what was.
  Value value;
  // Of fail and info: why, for people; nil where that is no error (a cas that did not match).
  Value error;

  static Outcome ok(Value value = {});
  static Outcome fail(Error why = {});
  static Outcome info(Error why);
};

// Where a client takes its operations from, and tells what became of them.
class Recorder {
 public:
  // An operation that was called and has not ended.
  struct Call {
    std::uint32_t number = 0;
  };

  // The workload's next operation, when it is due; nothing when there are no more.
  virtual Task<std::optional<Operation>> next(Env& env) = 0;
  // It is called now. Any number may be open: in the history each open one has a process of its
  // own, so that judges know less of the order of the session.
  virtual Call begin(const Operation& operation) = 0;
  // How it ended. Once for each call.
  virtual void end(Call call, const Outcome& outcome) = 0;
  // What nobody asked for at that moment, as a watch tells it: an operation that begins and ends
  // now. In the history what a session is told so has a process of its own.
  virtual void happened(const Operation& operation, const Outcome& outcome) = 0;

 protected:
  ~Recorder() = default;
};

// A user of the service: one session, on a node that it may share with others of its kind.
class Client {
 public:
  virtual ~Client() = default;
  // Its part in a workload, from the first operation to the last. As it stands here: one operation
  // after the other, through `invoke`. A client that has several open, or that hears what it did
  // not ask for, has its own. The recorder outlives the task.
  virtual Task<void> start(Env& env, Recorder& recorder);
  // One operation, which must outlive the task. Returns by its time-out at the latest. As it stands
  // here it fails: for clients that have their own `start`.
  virtual Task<Outcome> invoke(Env& env, const Operation& operation);
};

}  // namespace windtunnel
