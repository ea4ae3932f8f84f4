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

// How one node, or a client of it, is set up.
struct ServiceConfig {
  // This node's name ("n1").
  std::string name;
  // The group that the nodes of the service form: tags their messages, records and observations. A
  // scenario numbers its groups of nodes from 0; on sockets it is an option, 0 by default.
  GroupId group;
  // The nodes of the service, in the scenario's order; names are parallel.
  std::vector<NodeId> members;
  std::vector<std::string> member_names;
  // The scenario's `config:` of the group. Checked against the service's table of options before a
  // run, so that values here parse.
  std::map<std::string, std::string, std::less<>> options;

  // The option's value, or `fallback` where it is not given. Durations are written with a unit:
  // "150ms".
  Duration duration(std::string_view key, Duration fallback) const;
  std::uint64_t integer(std::string_view key, std::uint64_t fallback) const;
  bool boolean(std::string_view key, bool fallback) const;
  std::string text(std::string_view key, std::string_view fallback) const;
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
// is called. {f: "write", value: ["k1" 5]}; {f: "transfer", value: {from: "a", to: "b", amount: 3}}.
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

// A user of the service: one session, one operation at a time, on a node of its own.
class Client {
 public:
  virtual ~Client() = default;
  // `operation` must outlive the task. Returns by the operation's time-out at the latest.
  virtual Task<Outcome> invoke(Env& env, const Operation& operation) = 0;
};

}  // namespace windtunnel
