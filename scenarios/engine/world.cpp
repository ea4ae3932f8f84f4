#include <windtunnel/scenarios/engine/world.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/env/scoped_env.h>
#include <windtunnel/sim/clock.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace windtunnel::scenarios {
namespace {

SimulationOptions options_of(const ScenarioSpec& spec, const RunOptions& options) {
  SimulationOptions made;
  made.seed = options.seed;
  made.salt = options.salt;
  made.permute_ties = spec.ties == TieOrder::seeded;
  made.trace = options.trace;
  made.log = options.trace == TraceLevel::full ? LogLevel::debug : options.log;
  made.limits.events = spec.limits.events;
  made.limits.pending_events = spec.limits.pending_events;
  made.limits.message_bytes_in_flight = spec.limits.bytes.bytes;
  return made;
}

std::vector<faults::NodeName> names_of(const std::vector<NodeLayout>& nodes) {
  std::vector<faults::NodeName> names;
  for (const NodeLayout& node : nodes)
    names.push_back({node.name, node.group, node.client, node.spare, node.guests});
  return names;
}

LinkProfile to_profile(const LinkTraits& from) {
  LinkProfile made;
  if (from.latency) made.latency = faults::to_latency(*from.latency);
  made.impairments.loss = from.loss.value_or(PerMillion{});
  made.impairments.duplicate = from.duplicate.value_or(PerMillion{});
  made.impairments.reorder = from.reorder.value_or(PerMillion{});
  made.impairments.corrupt = from.corrupt.value_or(PerMillion{});
  made.impairments.stream_corrupt = from.stream_corrupt.value_or(PerMillion{});
  if (from.bandwidth) made.bytes_per_second = from.bandwidth->bytes;
  if (from.queue) made.queue_bytes = from.queue->bytes;
  return made;
}

void configure_disk(Node& node, const DiskTraits& from) {
  DiskProfile& profile = node.disk().profile();
  if (from.read) profile.read = faults::to_latency(*from.read);
  if (from.write) profile.write = faults::to_latency(*from.write);
  if (from.fsync) profile.sync = faults::to_latency(*from.fsync);
  if (from.capacity) profile.capacity_bytes = from.capacity->bytes;
}

Dictionary dictionary_of(const ScenarioSpec& spec, const Registry& registry) {
  Dictionary dictionary;
  for (const GroupSpec& group : spec.cluster.groups) {
    const ServiceDefinition* service = registry.service(group.service);
    WT_ASSERT(service != nullptr, "a scenario is checked against the registry before it runs");
    dictionary.add(group.name, group.service, groups_of(*service, group.config), service->words);
  }
  return dictionary;
}

const ServiceDefinition& service_in(const Registry& registry, const GroupSpec& group) {
  const ServiceDefinition* service = registry.service(group.service);
  WT_ASSERT(service != nullptr, "a scenario is checked against the registry before it runs");
  return *service;
}

// By how much the ports of each group's service are moved: a guest's so far that they clash with
// nobody's on its nodes.
std::vector<Port> port_moves(const ScenarioSpec& spec, const Registry& registry) {
  constexpr Port kStep = 1'000;
  std::map<std::string_view, std::set<Port>> taken;  // by the group that has the nodes
  std::vector<Port> moves;
  for (const bool is_guest : {false, true}) {
    for (const GroupSpec& group : spec.cluster.groups) {
      if (is_guest == group.on.empty()) continue;
      std::set<Port>& here = taken[host_of(spec, group).name];
      const std::vector<Port>& ports = service_in(registry, group).ports;
      Port by = 0;
      while (is_guest && std::any_of(ports.begin(), ports.end(), [&](Port port) {
               return here.contains(moved_port(port, by));
             })) {
        by += kStep;
      }
      for (const Port port : ports) here.insert(moved_port(port, by));
      moves.resize(spec.cluster.groups.size());
      moves[static_cast<std::size_t>(&group - spec.cluster.groups.data())] = by;
    }
  }
  return moves;
}

std::int64_t sessions_of(const WorkloadSpec& workload) {
  return std::int64_t{workload.clients} * workload.in_flight;
}

// What another workload wrote under the same key would be a value that nobody wrote.
bool shares_its_group(const ScenarioSpec& spec, const WorkloadSpec& workload) {
  return std::any_of(spec.workloads.begin(), spec.workloads.end(), [&](const WorkloadSpec& other) {
    return &other != &workload && target_group(spec, other) == target_group(spec, workload);
  });
}

}  // namespace

void ActivityCounter::on_record(std::uint64_t, const Record& record) {
  switch (record.kind) {
    case RecordKind::crash:
      ++crashes;
      if (record.aux == static_cast<std::uint16_t>(CrashKind::exit)) ++exits;
      break;
    case RecordKind::send: ++sent; break;
    case RecordKind::drop: ++dropped; break;
    default: break;
  }
}

World::Builder::Builder(World& world) {
  std::vector<std::uint32_t> clients(world.spec_.workloads.size());
  for (const NodeLayout& node : world.nodes_) {
    if (node.client) {
      world.add_client(node, clients[node.owner]++);
    } else {
      world.add_server(node);
    }
  }
  world.configure_network();
  for (std::uint32_t i = 0; i < world.nodes_.size(); ++i) world.configure_node(NodeId{i});
}

World::World(const ScenarioSpec& spec, const Registry& registry, const RunOptions& options)
    : spec_(spec),
      registry_(registry),
      nodes_(layout(spec)),
      port_moves_(port_moves(spec, registry)),
      dictionary_(dictionary_of(spec, registry)),
      sim_(options_of(spec, options)),
      builder_(*this),
      cluster_(sim_, names_of(nodes_), dictionary_),
      nemesis_(sim_, spec.plan, cluster_,
               {[this](NodeId node, std::string_view type) { return message_class(node, type); },
                [this](NodeId node, const faults::Act& what) { return act(node, what); },
                Instant{} + spec.limits.sim_time}) {
  // So that traces show the marks by name.
  for (const ServiceWords& service : dictionary_.services()) {
    for (const std::string_view mark : service.marks) sim_.trace().name(mark);
  }
  sim_.trace().add_listener(activity_, {RecordKind::crash, RecordKind::send, RecordKind::drop});
}

World::~World() { sim_.trace().remove_listener(activity_); }

const ServiceDefinition& World::service_of_group(std::size_t group) const {
  return service_in(registry_, spec_.cluster.groups[group]);
}

std::vector<std::size_t> World::groups_of(const NodeLayout& node) const {
  if (node.client) return {target_group(spec_, spec_.workloads[node.owner])};
  std::vector<std::size_t> found{node.owner};
  for (std::size_t i = 0; i < spec_.cluster.groups.size(); ++i) {
    if (i != node.owner && runs(node, spec_.cluster.groups[i])) found.push_back(i);
  }
  return found;
}

// Where ports are moved, or services share a node, the one that listens on the port tells.
MessageClasses World::classes_of(const NodeLayout& node) const {
  struct Owner {
    Port port;
    Port by;
    const MessageClasses* classes;
  };
  const std::vector<std::size_t> groups = groups_of(node);
  const MessageClasses& first = service_of_group(groups.front()).classes;
  if (groups.size() == 1 && port_moves_[groups.front()] == 0) return first;
  std::vector<Owner> owners;
  for (const std::size_t group : groups) {
    const ServiceDefinition& service = service_of_group(group);
    const Port by = port_moves_[group];
    for (const Port port : service.ports) {
      owners.push_back({moved_port(port, by), by, &service.classes});
    }
  }
  const auto owner_of = [owners, &first](Port port) {
    const auto found = std::find_if(owners.begin(), owners.end(),
                                    [port](const Owner& owner) { return owner.port == port; });
    return found == owners.end() ? Owner{port, 0, &first} : *found;
  };
  MessageClasses made;
  made.classify = [owner_of](Port port, BytesView message) {
    const Owner owner = owner_of(port);
    return owner.classes->classify
               ? owner.classes->classify(moved_port_back(port, owner.by), message)
               : static_cast<std::uint8_t>(message[0]);
  };
  made.frame = [owner_of](Port port, BytesView bytes) {
    const Owner owner = owner_of(port);
    return owner.classes->frame ? owner.classes->frame(moved_port_back(port, owner.by), bytes)
                                : StreamFrame{.malformed = true};
  };
  return made;
}

ServiceConfig World::server_config(std::size_t group, const std::string& name) const {
  ServiceConfig config;
  config.name = name;
  config.group = dictionary_.services()[group].first;
  config.group_count = dictionary_.services()[group].groups;
  config.options = spec_.cluster.groups[group].config;
  for (const GroupSpec& each : spec_.cluster.groups) {
    NamedNodes named{each.name, {}, {}, port_moves_[config.groups.size()]};
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].spare || !runs(nodes_[i], each)) continue;
      named.nodes.push_back(NodeId{i});
      named.node_names.push_back(nodes_[i].name);
    }
    config.groups.push_back(std::move(named));
  }
  config.members = config.groups[group].nodes;
  config.member_names = config.groups[group].node_names;
  return config;
}

void World::add_server(const NodeLayout& node) {
  const GroupSpec& group = spec_.cluster.groups[node.owner];
  NodeOptions options;
  options.name = node.name;
  options.compute.cores = group.compute.cores;
  options.compute.per_input = group.compute.per_input;
  // Nanoseconds a KiB to picoseconds a byte.
  options.compute.per_byte_ps = group.compute.per_kib.ns * 1'000 / 1'024;
  options.compute.inbox_limit = group.compute.inbox;
  options.messages = classes_of(node);
  std::vector<Neighbour> services;
  for (const std::size_t each : groups_of(node)) {
    const ServiceDefinition& service = service_of_group(each);
    const ServiceConfig config = server_config(each, node.name);
    services.push_back(
        {[&service, config](Env& env) { return service.make(env, config); }, scope_of(each)});
  }
  sim_.add_node(options, program_of(std::move(services)));
}

std::optional<ScopeOptions> World::scope_of(std::size_t group) const {
  const GroupSpec& spec = spec_.cluster.groups[group];
  if (spec.on.empty()) return std::nullopt;
  return ScopeOptions{.name = spec.name, .ports = port_moves_[group]};
}

ProgramFactory World::program_of(std::vector<Neighbour> services) {
  if (services.size() == 1 && !services.front().scope) return services.front().make;
  return [services = std::move(services)](Env& env) -> std::unique_ptr<Service> {
    return std::make_unique<Neighbours>(env, services);
  };
}

checkers::HistoryRecorder::Numbering World::history_numbering(std::size_t workload) {
  checkers::HistoryRecorder::Numbering numbering;
  for (std::size_t i = 0; i < spec_.workloads.size(); ++i) {
    if (i < workload) numbering.first_process += sessions_of(spec_.workloads[i]);
    numbering.processes += sessions_of(spec_.workloads[i]);
  }
  numbering.next_index = &history_events_;
  return numbering;
}

void World::add_client(const NodeLayout& node, std::uint32_t number) {
  const WorkloadSpec& spec = spec_.workloads[node.owner];
  if (number == 0) {
    auto run = std::make_unique<WorkloadRun>(sessions_of(spec), history_numbering(node.owner));
    run->spec = spec;
    if (shares_its_group(spec_, spec)) run->spec.key_prefix = spec.name + "-";
    run->sources.resize(spec.clients);
    run->definition = registry_.workload(spec.type);
    WT_ASSERT(run->definition != nullptr, "a scenario is checked against the registry");
    const std::size_t group = target_group(spec_, spec);
    run->service = &service_of_group(group);
    run->config = server_config(group, "");
    run->stop = Instant{} + spec.stop.value_or(spec_.limits.sim_time);
    workloads_.push_back(std::move(run));
  }
  NodeOptions options;
  options.name = node.name;
  options.has_listener = false;
  options.messages = classes_of(node);
  // The service's ports are where the client calls them.
  const std::size_t group = target_group(spec_, spec);
  sim_.add_node(options,
                program_of({{client_program(sim_, *workloads_[node.owner], number, node.name),
                             port_moves_[group] == 0 ? std::nullopt : scope_of(group)}}));
}

void World::configure_network() {
  Network& network = sim_.network();
  network.set_default_profile(to_profile(spec_.network.standard));
  if (spec_.network.links.empty()) return;
  for (std::uint32_t from = 0; from < nodes_.size(); ++from) {
    for (std::uint32_t to = 0; to < nodes_.size(); ++to) {
      if (from == to) continue;
      const LinkTraits profile = link_profile(spec_, nodes_[from], nodes_[to]);
      if (profile == spec_.network.standard) continue;
      network.set_profile({NodeId{from}}, {NodeId{to}}, to_profile(profile));
    }
  }
}

void World::configure_node(NodeId id) {
  const NodeLayout& layout = nodes_[id.value];
  Node& node = sim_.node(id);
  const ClockTraits clock = clock_profile(spec_, layout);
  if (clock.drift_ppm && *clock.drift_ppm != IntegerRange{}) {
    const std::uint64_t word = sim_.draws("clock.drift", layout.name).at(0);
    node.clock().set_drift(clock.drift_ppm->draw(word) * 1'000);
  }
  if (clock.wall_offset && *clock.wall_offset != DurationRange{}) {
    const std::uint64_t word = sim_.draws("clock.wall", layout.name).at(0);
    node.clock().set_wall_offset(clock.wall_offset->draw(word));
  }
  configure_disk(node, disk_profile(spec_, layout));
}

std::optional<std::uint8_t> World::message_class(NodeId node, std::string_view type) const {
  for (const std::size_t group : groups_of(nodes_[node.value])) {
    for (const MessageType& message : service_of_group(group).messages) {
      if (message.name == type) return message.number;
    }
  }
  return std::nullopt;
}

bool World::act(NodeId id, const faults::Act& act) {
  if (nodes_[id.value].client) return false;
  const std::vector<std::size_t> groups = groups_of(nodes_[id.value]);
  // Of several on the node that have the action, the one that is named.
  const auto is_named = [&](std::size_t group) {
    const std::string& name = spec_.cluster.groups[group].name;
    return std::any_of(act.nodes.terms.begin(), act.nodes.terms.end(),
                       [&](const faults::Term& term) { return term.name == name; });
  };
  std::optional<std::size_t> chosen;
  const ActionDefinition* action = nullptr;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (chosen && !is_named(groups[i])) continue;
    for (const ActionDefinition& each : service_of_group(groups[i]).actions) {
      if (each.name != act.action) continue;
      chosen = i;
      action = &each;
    }
  }
  if (!chosen) return false;
  Service* const program = sim_.node(id).program();
  Service& service =
      groups.size() == 1 ? *program : static_cast<Neighbours*>(program)->service(*chosen);
  Simulation::Running running(sim_, id);
  action->run(service, OptionValues{act.options});
  return true;
}

void World::Starter::on_event(std::uint64_t id, std::uint64_t) {
  Node& node = world.sim_.node(NodeId{static_cast<std::uint32_t>(id)});
  if (!node.was_started()) node.start();  // the plan may have been faster
}

void World::start() {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].start == Duration{}) {
      sim_.node(NodeId{i}).start();
    } else if (nodes_[i].start) {
      sim_.schedule(Instant{} + *nodes_[i].start, starter_, i);
    }
  }
  nemesis_.start();
}

std::vector<NodeId> World::heal_core() {
  nemesis_.stop_plan();
  const DrawKey draws = sim_.draws("heal.core", "");
  // A node whose disk the plan destroyed may have forgotten what it promised: it belongs to the
  // core only where there are not enough others.
  std::vector<NodeId> destroyed;
  for (const NodeId node : cluster_.servers()) {
    if (sim_.node(node).disk().damage() != 0) destroyed.push_back(node);
  }
  // A majority of each group, in which one node may serve several.
  std::vector<NodeId> core;
  const auto add_majority = [&](const ServiceWords& service, std::uint32_t group,
                                const std::vector<NodeId>& avoided) {
    faults::Selector selector;
    for (const NodeId node : core) {
      selector.terms.push_back({faults::Term::Kind::named, nodes_[node.value].name});
    }
    const std::string nodes(service.nodes);
    selector.terms.push_back({faults::Term::Kind::majority, nodes, 0, group});
    core = faults::resolve(selector, cluster_, draws, avoided);
  };
  for (const ServiceWords& service : dictionary_.services()) {
    for (std::uint32_t group = 0; group < service.groups; ++group) {
      add_majority(service, group, destroyed);
      add_majority(service, group, {});
    }
  }
  std::sort(core.begin(), core.end());
  Record record;
  record.kind = RecordKind::phase;
  record.a = 1;
  for (const NodeId node : core) record.b |= std::uint64_t{1} << (node.value % 64);
  sim_.record(record);
  // Clients that the plan stopped would leave nobody to serve.
  std::vector<NodeId> healed = core;
  for (const NodeId client : cluster_.clients()) healed.push_back(client);
  nemesis_.heal(healed);
  return core;
}

}  // namespace windtunnel::scenarios
