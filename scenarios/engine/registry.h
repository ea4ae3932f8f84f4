// What scenarios can use: services and their clients, workloads, judges, checks. Nothing is found
// by itself: the command's `main`, or a user's, adds what there is (harness/builtin.h adds what
// ships).
//
//   int main(int argc, char** argv) {
//     windtunnel::scenarios::Registry registry;
//     windtunnel::scenarios::add_builtin(registry);
//     registry.add(my_service());
//     return windtunnel::main(argc, argv, registry);
//   }
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/protocols/env/option.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/scenarios/engine/check.h>
#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/spec.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

// The name of messages whose first byte is `byte`, in traces and message filters.
struct MessageType {
  std::uint8_t byte = 0;
  std::string name;
};

struct ServiceDefinition {
  std::string name;
  std::string doc;
  // The keys of `config:`; the strings must live as long as the registry.
  std::span<const OptionSpec> options;
  std::function<std::unique_ptr<Service>(Env&, const ServiceConfig&)> make;
  // Most nodes of a group of this service, and of all groups of a scenario together where one is of
  // this service; 0: any number.
  std::size_t max_nodes = 0;
  std::size_t max_servers = 0;
  // A client that runs on a node of its own; `config.name` is the client's node.
  std::function<std::unique_ptr<Client>(Env&, const ServiceConfig&)> make_client;
  std::vector<MessageType> messages;
  // The names of the marks that it can leave (ObservationKind::mark).
  std::span<const std::string_view> marks = {};
  // One line for people about a message's bytes; may be empty.
  std::function<std::string(BytesView)> describe;
  // Makes the node's election timer expire now (`timeout: NODE`); may be empty.
  std::function<void(Service&)> time_out;
};

// The operations of one client of a workload, one after the other. Draws from `Random` only.
class OperationSource {
 public:
  virtual ~OperationSource() = default;
  // Fills in the next operation: what to call, and the value as the history records it. Its
  // time-out is the workload's.
  virtual void next(Random& random, Operation& operation) = 0;
  // Tells how it ended.
  virtual void completed(const Operation& operation, const Outcome& outcome);
};

struct WorkloadDefinition {
  std::string name;
  std::string doc;
  // Operations with their weights where the scenario gives none.
  std::vector<std::pair<std::string, std::uint32_t>> operations;
  // The keys of `options:`; the strings must live as long as the registry.
  std::span<const OptionSpec> options = {};
  // What its operations mean: checks judge its histories by that where a scenario says no more.
  checkers::Reading reading;
  std::function<std::unique_ptr<OperationSource>(const WorkloadSpec&, std::uint32_t client)> make;
};

class Registry {
 public:
  // Names are unique in their kind.
  void add(ServiceDefinition definition);
  void add(WorkloadDefinition definition);
  void add(CheckDefinition definition);
  // For `windtunnel check`; `add_judge` (scenarios/checks/judge_check.h) makes a check of it too.
  void add(checkers::Judge judge);

  // Null where there is none of that name.
  const ServiceDefinition* service(std::string_view name) const;
  const WorkloadDefinition* workload(std::string_view name) const;
  const CheckDefinition* check(std::string_view name) const;
  const std::vector<CheckDefinition>& checks() const { return checks_; }
  const checkers::Judge* judge(std::string_view name) const;
  const std::vector<checkers::Judge>& judges() const { return judges_; }

  // The same as tables, for reading scenario files.
  Catalog catalog() const;

 private:
  std::vector<ServiceDefinition> services_;
  std::vector<WorkloadDefinition> workloads_;
  std::vector<CheckDefinition> checks_;
  std::vector<checkers::Judge> judges_;
};

}  // namespace windtunnel::scenarios
