#include <windtunnel/scenarios/rapidcheck/base_scenario.h>

#include <windtunnel/harness/builtin.h>

#include <utility>

namespace windtunnel::gen {

scenarios::ScenarioSpec base_scenario() {
  scenarios::ScenarioSpec spec;
  spec.name = "generated";
  spec.limits.sim_time = seconds(12);
  scenarios::GroupSpec servers;
  servers.name = "n";
  servers.count = 5;
  servers.service = "raft-kv";
  spec.cluster.groups.push_back(std::move(servers));
  scenarios::WorkloadSpec clients;
  clients.name = "kv";
  clients.type = "cas-register";
  clients.clients = 3;
  clients.keys = 3;
  clients.rate = scenarios::Rate{60'000'000};
  clients.start = milliseconds(500);
  clients.stop = seconds(11);
  spec.workloads.push_back(std::move(clients));
  spec.heal = scenarios::HealSpec{seconds(8), seconds(4)};
  for (const char* check : {"linearizable", "raft.*", "recovers"}) {
    scenarios::PropertySpec property;
    property.check = check;
    spec.properties.push_back(std::move(property));
  }
  return spec;
}

scenarios::Catalog builtin_catalog() {
  scenarios::Registry registry;
  scenarios::add_builtin(registry);
  return registry.catalog();
}

std::vector<std::string> all_effects() {
  return {"partition", "cut",         "isolate",  "link",  "hold",    "release",
          "messages",  "crash",       "restart",  "pause", "suspend", "clock_jump",
          "disk",      "clock_drift", "overload", "heal",  "act",   "script"};
}

std::vector<faults::DiskFault::Kind> honest_disk_faults() {
  using Kind = faults::DiskFault::Kind;
  return {Kind::slow,     Kind::fail_fsync, Kind::full,
          Kind::eio_read, Kind::eio_write,  Kind::torn_tail};
}

}  // namespace windtunnel::gen
