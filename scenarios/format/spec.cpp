#include <windtunnel/scenarios/format/spec.h>

#include <algorithm>
#include <charconv>

namespace windtunnel::scenarios {
namespace {

bool is_guest(const NodeLayout& node, std::string_view group) {
  return std::find(node.guests.begin(), node.guests.end(), group) != node.guests.end();
}

// Static selectors name nodes and groups, `all` (servers) and `clients`.
bool selects(const Selector& selector, const NodeLayout& node) {
  using Kind = faults::Term::Kind;
  return std::any_of(selector.terms.begin(), selector.terms.end(), [&](const faults::Term& term) {
    if (term.kind == Kind::all) return !node.client;
    if (term.kind == Kind::clients) return node.client;
    return term.kind == Kind::named &&
           (term.name == node.name || term.name == node.group || is_guest(node, term.name));
  });
}

// "n3" of the group n of 3 or more.
bool is_node_of(const GroupSpec& group, std::string_view name) {
  if (name.substr(0, group.name.size()) != group.name) return false;
  name.remove_prefix(group.name.size());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_whole = error == std::errc() && end == name.data() + name.size();
  return is_whole && name.front() != '0' && number <= node_count(group);
}

template <class T>
void overlay(std::optional<T>& base, const std::optional<T>& over) {
  if (over) base = over;
}

void overlay(LinkTraits& base, const LinkTraits& over) {
  overlay(base.latency, over.latency);
  overlay(base.loss, over.loss);
  overlay(base.duplicate, over.duplicate);
  overlay(base.reorder, over.reorder);
  overlay(base.corrupt, over.corrupt);
  overlay(base.stream_corrupt, over.stream_corrupt);
  overlay(base.bandwidth, over.bandwidth);
  overlay(base.queue, over.queue);
}

void overlay(DiskTraits& base, const DiskTraits& over) {
  overlay(base.read, over.read);
  overlay(base.write, over.write);
  overlay(base.fsync, over.fsync);
  overlay(base.capacity, over.capacity);
}

void overlay(ClockTraits& base, const ClockTraits& over) {
  overlay(base.drift_ppm, over.drift_ppm);
  overlay(base.wall_offset, over.wall_offset);
}

// Later rules win.
template <class Profile, class Rule>
Profile profile_of(const NodeLayout& node, Profile profile, const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    if (selects(rule.nodes, node)) overlay(profile, rule.profile);
  }
  return profile;
}

}  // namespace

LinkTraits default_link_profile() {
  LinkTraits profile;
  profile.latency = Distribution::uniform(microseconds(500), microseconds(1500));
  profile.loss = profile.duplicate = profile.reorder = profile.corrupt = PerMillion{0};
  profile.stream_corrupt = PerMillion{0};
  return profile;
}

DiskTraits default_disk_profile() {
  DiskTraits profile;
  profile.read = Distribution::constant(microseconds(100));
  profile.write = Distribution::constant(microseconds(20));
  profile.fsync = Distribution::uniform(microseconds(500), microseconds(1500));
  return profile;
}

ClockTraits default_clock_profile() {
  ClockTraits profile;
  profile.drift_ppm = IntegerRange{};
  profile.wall_offset = DurationRange{};
  return profile;
}

std::vector<NodeLayout> layout(const ScenarioSpec& spec) {
  std::vector<NodeLayout> nodes;
  for (std::size_t g = 0; g < spec.cluster.groups.size(); ++g) {
    const GroupSpec& group = spec.cluster.groups[g];
    std::vector<std::string> guests;
    for (const GroupSpec& other : spec.cluster.groups) {
      if (other.on == group.name) guests.push_back(other.name);
    }
    for (std::uint32_t i = 1; i <= node_count(group); ++i) {
      const bool spare = i > group.count;
      nodes.push_back(NodeLayout{group.name + std::to_string(i), group.name, false, g, spare,
                                 spare ? group.spare.start : group.start, guests});
    }
  }
  for (std::size_t w = 0; w < spec.workloads.size(); ++w) {
    const WorkloadSpec& workload = spec.workloads[w];
    for (std::uint32_t i = 1; i <= workload.clients; ++i) {
      const std::string name = workload.client_name + std::to_string(i);
      nodes.push_back(NodeLayout{name, workload.client_name, true, w, false, Duration{}, {}});
    }
  }
  return nodes;
}

bool runs(const NodeLayout& node, const GroupSpec& group) {
  return !node.client && (node.group == group.name || is_guest(node, group.name));
}

const GroupSpec& host_of(const ScenarioSpec& spec, const GroupSpec& group) {
  for (const GroupSpec& other : spec.cluster.groups) {
    if (other.name == group.on) return other;
  }
  return group;
}

std::vector<const GroupSpec*> groups_of(const ScenarioSpec& spec, std::string_view name) {
  std::vector<const GroupSpec*> found;
  for (const GroupSpec& group : spec.cluster.groups) {
    if (group.name == name || is_node_of(host_of(spec, group), name)) found.push_back(&group);
  }
  return found;
}

std::size_t target_group(const ScenarioSpec& spec, const WorkloadSpec& workload) {
  for (std::size_t i = 0; i < spec.cluster.groups.size(); ++i) {
    if (spec.cluster.groups[i].name == workload.target) return i;
  }
  return 0;
}

LinkTraits link_profile(const ScenarioSpec& spec, const NodeLayout& from, const NodeLayout& to) {
  LinkTraits profile = spec.network.standard;
  for (const LinkRule& rule : spec.network.links) {
    const bool there = selects(rule.from, from) && selects(rule.to, to);
    const bool back = rule.both && selects(rule.from, to) && selects(rule.to, from);
    if (there || back) overlay(profile, rule.profile);
  }
  return profile;
}

DiskTraits disk_profile(const ScenarioSpec& spec, const NodeLayout& node) {
  return profile_of(node, spec.storage.standard, spec.storage.nodes);
}

ClockTraits clock_profile(const ScenarioSpec& spec, const NodeLayout& node) {
  return profile_of(node, spec.clock.standard, spec.clock.nodes);
}

}  // namespace windtunnel::scenarios
