#include <windtunnel/harness/base_scenario.h>

#include <windtunnel/harness/builtin.h>

#include <utility>

namespace windtunnel::scenarios {

ScenarioSpec base_scenario() {
  ScenarioSpec spec;
  spec.name = "generated";
  spec.limits.sim_time = seconds(12);
  GroupSpec servers;
  servers.name = "n";
  servers.count = 5;
  servers.service = "raft-kv";
  spec.cluster.groups.push_back(std::move(servers));
  WorkloadSpec clients;
  clients.name = "kv";
  clients.type = "cas-register";
  clients.clients = 3;
  clients.keys = 3;
  clients.rate = Rate{60'000'000};
  clients.start = milliseconds(500);
  clients.stop = seconds(11);
  spec.workloads.push_back(std::move(clients));
  spec.heal = HealSpec{seconds(8), seconds(4)};
  for (const char* check : {"linearizable", "raft.*", "recovers"}) {
    PropertySpec property;
    property.check = check;
    spec.properties.push_back(std::move(property));
  }
  return spec;
}

Catalog builtin_catalog() {
  Registry registry;
  add_builtin(registry);
  return registry.catalog();
}

}  // namespace windtunnel::scenarios
