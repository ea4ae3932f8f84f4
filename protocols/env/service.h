// What a cluster runs and what its clients call. A protocol becomes testable by implementing
// `Service` for its nodes and `Client` for its users, over `Env` alone, and registering both
// (scenarios/engine/registry.h).
#pragma once

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
  // The groups that the nodes of the service form are numbered from here: they tag its messages,
  // records and observations. A scenario gives each service as many as it asks for
  // (ServiceDefinition::groups); on sockets the first is an option, 0 by default.
  GroupId group;
  std::uint32_t group_count = 1;
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

// One operation of a client, in the terms of the workload's model: {f: "put", key: "x", value:
// "1"}.
struct Operation {
  std::string f;
  std::string key;
  std::optional<std::string> value;
  // cas: the value expected.
  std::optional<std::string> expected;
};

// How it ended. `fail` is definite: it did not and will not happen. `info`: it may have happened,
// or may yet.
struct Outcome {
  enum class Kind : std::uint8_t { ok, fail, info };
  Kind kind = Kind::info;
  std::optional<std::string> value;
  Errc error = Errc::ok;
};

// A user of the service: one session, one operation at a time, on a node of its own.
class Client {
 public:
  virtual ~Client() = default;
  // `operation` must outlive the task. Returns by its own deadline at the latest.
  virtual Task<Outcome> invoke(Env& env, const Operation& operation) = 0;
};

}  // namespace windtunnel
