// What scenario files may name: services with their options and message types, workloads, checks.
// Plain tables, filled by whoever knows the implementations.
#pragma once

#include <windtunnel/protocols/env/words.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

// One option of a service, workload or check.
struct OptionInfo {
  enum class Kind : std::uint8_t { duration, size, integer, boolean, probability, text, edn };
  std::string name;
  Kind kind = Kind::text;
  std::string default_text;
  std::string doc;
  std::vector<std::string> words;  // kind text: what it may be; empty: anything
  // As `OptionSpec` has them (protocols/env/option.h).
  std::string minimum = {};
  std::string maximum = {};
  std::string less_than = {};
};

// Something that a node of a service can be told to do (`act:`).
struct ActionInfo {
  std::string name;
  std::string doc;
  std::vector<OptionInfo> options;
};

struct ServiceInfo {
  std::string name;
  std::string doc;
  std::vector<OptionInfo> options;
  std::vector<std::string> message_types;
  std::vector<std::uint8_t> message_classes;  // their numbers
  std::vector<ActionInfo> actions;
  std::vector<std::uint16_t> ports = {};  // on which its nodes listen
  ProtocolWords words = {};               // of its observations
  // How many groups its nodes form with this `config:`; empty: one.
  std::function<std::uint32_t(const std::map<std::string, std::string, std::less<>>&)> groups = {};
  bool has_clients = true;  // which workloads call
  // Most nodes of one group, and of all groups of a scenario with such a group; 0: any number.
  std::size_t max_nodes = 0;
  std::size_t max_servers = 0;
};

struct WorkloadInfo {
  std::string name;
  std::string doc;
  std::vector<std::string> operations;
  std::vector<OptionInfo> options;
  std::string model = {};  // what its operations mean: the name of a judge
};

struct CheckInfo {
  std::string name;
  std::string doc;
  // It judges the histories of workloads: there must be one, and `workload:` may say which. Any
  // other check judges the whole run and takes no `workload:`.
  bool needs_workload = false;
  std::vector<OptionInfo> options;
  bool needs_heal = false;  // it says nothing about a run without `heal:`
  // Of a judge: the models of workloads that it fits; no other's history does it look at unless it
  // is told to.
  std::vector<std::string> models = {};
  std::vector<std::string> flaws = {};  // of a judge: what `permit` and `forbid` may name
  // What it is called elsewhere: refused, with its name as what was meant.
  std::vector<std::string> not_called = {};
};

struct Catalog {
  std::vector<ServiceInfo> services;
  std::vector<WorkloadInfo> workloads;
  std::vector<CheckInfo> checks;
};

// The entry with that name, or null.
template <class Info>
const Info* find_named(const std::vector<Info>& table, std::string_view name) {
  for (const Info& info : table) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

template <class Info>
std::vector<std::string_view> names_of(const std::vector<Info>& table) {
  std::vector<std::string_view> names;
  for (const Info& info : table) names.push_back(info.name);
  return names;
}

}  // namespace windtunnel::scenarios
