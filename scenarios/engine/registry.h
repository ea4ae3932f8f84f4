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
#include <windtunnel/protocols/env/message_classes.h>
#include <windtunnel/protocols/env/option.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/env/words.h>
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
#include <type_traits>
#include <utility>
#include <vector>

namespace windtunnel::scenarios {

// The name of a class of messages, in traces and message filters.
struct MessageType {
  std::uint8_t number = 0;
  std::string name;
};

// Something that a node of the service can be told to do: an operator's command, or an event that
// would else be waited for (`act: { nodes: n1, action: NAME, OPTION: VALUE }`).
struct ActionDefinition {
  std::string name;
  std::string doc;
  std::function<void(Service&, const OptionValues&)> run;
  // Its keys beside `nodes` and `action`; the strings must live as long as the registry.
  std::span<const OptionSpec> options = {};
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
  // The classes of its messages, and how they are told apart, also in its streams.
  std::vector<MessageType> messages;
  MessageClasses classes{};
  // On which its nodes listen. Only services that say so may share a node with others (`on:`).
  std::vector<Port> ports = {};
  // What its observations mean; the tables must live as long as the registry.
  ProtocolWords words = {};
  // How many groups its nodes form with these options; empty: one.
  std::function<std::uint32_t(const ServiceConfig&)> groups = {};
  // One line for people about a message's bytes; may be empty.
  std::function<std::string(BytesView)> describe;
  std::vector<ActionDefinition> actions;
};

// `make` and `make_client` for types that are made from no more than that.
template <class T>
std::unique_ptr<Service> make_service(Env& env, const ServiceConfig& config) {
  return std::make_unique<T>(env, config);
}
template <class T>
std::unique_ptr<Client> make_client(Env& env, const ServiceConfig& config) {
  if constexpr (std::is_constructible_v<T, Env&, const ServiceConfig&>) {
    return std::make_unique<T>(env, config);
  } else {
    return std::make_unique<T>(config);
  }
}

// A service of these types; what else it has is set afterwards. `ItsClient` is void where no client
// calls it.
template <class T, class ItsClient = void>
ServiceDefinition service_of(std::string name, std::string doc) {
  ServiceDefinition definition;
  definition.name = std::move(name);
  definition.doc = std::move(doc);
  definition.make = make_service<T>;
  if constexpr (!std::is_void_v<ItsClient>) definition.make_client = make_client<ItsClient>;
  return definition;
}

// How many groups the service's nodes form with these options.
std::uint32_t groups_of(const ServiceDefinition& service, const OptionMap& options);

// The operations of one client of a workload, one after the other, also when the client has been
// started anew: of what a crash cut off it is not told the end. Draws from `Random` only.
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
  // The spec outlives the source. Where several workloads call one group its `key_prefix` is not
  // empty: a source whose keys begin with it shares them with no other workload.
  std::function<std::unique_ptr<OperationSource>(const WorkloadSpec&, std::uint32_t client)> make;
};

// The `make` of a workload, likewise.
template <class T>
std::unique_ptr<OperationSource> make_source([[maybe_unused]] const WorkloadSpec& spec,
                                             [[maybe_unused]] std::uint32_t client) {
  if constexpr (std::is_constructible_v<T, const WorkloadSpec&, std::uint32_t>) {
    return std::make_unique<T>(spec, client);
  } else {
    return std::make_unique<T>();
  }
}
template <class T>
WorkloadDefinition workload_of(std::string name, std::string doc, checkers::Reading reading) {
  WorkloadDefinition definition;
  definition.name = std::move(name);
  definition.doc = std::move(doc);
  definition.reading = std::move(reading);
  definition.make = make_source<T>;
  return definition;
}

class Registry {
 public:
  // Names are unique in their kind.
  void add(ServiceDefinition definition);
  void add(WorkloadDefinition definition);
  void add(CheckDefinition definition);
  // For `windtunnel check` alone: add_judge (scenarios/checks/judge_check.h) makes it a check too.
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
