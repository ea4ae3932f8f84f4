// A scenario as plain data: what a scenario file says after includes, parameters and defaults. Its
// defaults are those of the format: the documentation prints them from here.
#pragma once

#include <windtunnel/faults/plan/fault_plan.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

using faults::Decimal;
using faults::Distribution;
using faults::DurationRange;
using faults::IntegerRange;
using faults::Selector;
using faults::Size;
using faults::SourceSpan;

// Options by name, as written. Checked against the catalog's table when there is one.
using OptionMap = std::map<std::string, std::string, std::less<>>;

// Happenings a second, in millionths.
struct Rate {
  std::uint64_t millionths_per_second = 0;
  friend constexpr auto operator<=>(const Rate&, const Rate&) = default;
};

struct SeedRange {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  friend constexpr bool operator==(const SeedRange&, const SeedRange&) = default;
};
struct Seeds {
  std::vector<SeedRange> ranges{SeedRange{}};
  friend bool operator==(const Seeds&, const Seeds&) = default;
};

// Past a limit the run ends `unknown`, with the limit as its reason.
struct LimitsSpec {
  Duration sim_time;
  std::uint64_t events = 50'000'000;
  std::uint64_t pending_events = 1'000'000;
  Size bytes{std::uint64_t{1} << 30};  // message bytes in flight
  Duration wall_time = seconds(120);   // of the host, a watchdog; 0: none
  friend bool operator==(const LimitsSpec&, const LimitsSpec&) = default;
};

struct ComputeSpec {
  std::uint32_t cores = 1;
  Duration per_input;
  Duration per_kib;  // of a message
  std::uint32_t inbox = 100'000;
  friend bool operator==(const ComputeSpec&, const ComputeSpec&) = default;
};

// Nodes of a group that are not among its members at first.
struct SpareSpec {
  std::uint32_t count = 0;
  std::optional<Duration> start;  // absent: when the plan starts them
  friend bool operator==(const SpareSpec&, const SpareSpec&) = default;
};

// `count` nodes of one service, NAME1 to NAMEcount, and spare ones with the numbers after. Or, with
// `on`, a service that runs on the nodes of another group, beside that one's: a guest.
struct GroupSpec {
  std::string name;
  std::string on;
  std::uint32_t count = 1;
  SpareSpec spare;
  Duration start;  // of the members
  std::string service;
  OptionMap config;
  ComputeSpec compute;
  SourceSpan span;
  friend bool operator==(const GroupSpec&, const GroupSpec&) = default;
};

// Most guests on the nodes of one group.
inline constexpr std::size_t kMostGuests = 15;

// Nodes of its own.
inline std::uint32_t node_count(const GroupSpec& group) {
  return group.on.empty() ? group.count + group.spare.count : 0;
}

struct ClusterSpec {
  std::vector<GroupSpec> groups;
  friend bool operator==(const ClusterSpec&, const ClusterSpec&) = default;
};

// How a link behaves. In a rule, what is absent is that of the default profile.
struct LinkTraits {
  std::optional<Distribution> latency;
  std::optional<PerMillion> loss;
  std::optional<PerMillion> duplicate;
  std::optional<PerMillion> reorder;
  std::optional<PerMillion> corrupt;
  std::optional<PerMillion> stream_corrupt;
  std::optional<Size> bandwidth;  // bytes a second; absent: unlimited
  std::optional<Size> queue;      // bytes that wait for the bandwidth; more are dropped
  friend bool operator==(const LinkTraits&, const LinkTraits&) = default;
};
LinkTraits default_link_profile();

struct LinkRule {
  Selector from;
  Selector to;
  bool both = true;
  LinkTraits profile;
  SourceSpan span;
  friend bool operator==(const LinkRule&, const LinkRule&) = default;
};

struct NetworkSpec {
  LinkTraits standard = default_link_profile();
  std::vector<LinkRule> links;  // later rules win
  friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

struct DiskTraits {
  std::optional<Distribution> read;
  std::optional<Distribution> write;
  std::optional<Distribution> fsync;
  std::optional<Size> capacity;  // absent: unlimited
  friend bool operator==(const DiskTraits&, const DiskTraits&) = default;
};
DiskTraits default_disk_profile();

struct DiskRule {
  Selector nodes;
  DiskTraits profile;
  SourceSpan span;
  friend bool operator==(const DiskRule&, const DiskRule&) = default;
};
struct StorageSpec {
  DiskTraits standard = default_disk_profile();
  std::vector<DiskRule> nodes;
  friend bool operator==(const StorageSpec&, const StorageSpec&) = default;
};

// Drawn for each node at the start of the run.
struct ClockTraits {
  std::optional<IntegerRange> drift_ppm;
  std::optional<DurationRange> wall_offset;
  friend bool operator==(const ClockTraits&, const ClockTraits&) = default;
};
ClockTraits default_clock_profile();

struct ClockRule {
  Selector nodes;
  ClockTraits profile;
  SourceSpan span;
  friend bool operator==(const ClockRule&, const ClockRule&) = default;
};
struct ClockSpec {
  ClockTraits standard = default_clock_profile();
  std::vector<ClockRule> nodes;
  friend bool operator==(const ClockSpec&, const ClockSpec&) = default;
};

// Clients that call the service: nodes of their own, CLIENT_NAME1 to CLIENT_NAMEclients.
struct WorkloadSpec {
  std::string name;
  std::string type;
  std::uint32_t clients = 1;
  std::uint32_t in_flight = 1;  // operations that a client has open at most
  std::string client_name = "c";
  std::string target;  // the group that is called; empty: the first
  std::uint32_t keys = 1;
  std::map<std::string, std::uint32_t, std::less<>> ops;  // weights; empty: the type's own mix
  std::optional<Rate> rate;                               // of all clients together
  std::optional<DurationRange> think_time;                // of each client, between operations
  Duration start;
  std::optional<Duration> stop;  // absent: the end of the run
  Duration timeout = seconds(2);
  OptionMap options;
  // Set by the run, where several workloads call one group: begins the name of each key, so that no
  // other of them has it.
  std::string key_prefix;
  SourceSpan span;
  friend bool operator==(const WorkloadSpec&, const WorkloadSpec&) = default;
};

enum class Expectation : std::uint8_t {
  holds,
  violated,         // in every seed
  violated_in_any,  // in at least one of the seeds that were run
  any,
};
struct PropertySpec {
  std::string check;     // a check of the catalog, or PREFIX.* for all of that prefix
  std::string workload;  // empty: every workload
  Expectation expect = Expectation::holds;
  std::string because;              // why a violation is expected
  std::vector<std::string> permit;  // flaws to tell and let pass, of a check that names flaws
  std::vector<std::string> forbid;  // flaws to hold against a run that else would pass
  OptionMap options;
  SourceSpan span;
  friend bool operator==(const PropertySpec&, const PropertySpec&) = default;
};

// How much faults must have changed at least. A firing bites where something went differently
// because of it, and each thing that did is a bite.
struct BiteCount {
  std::uint64_t firings = 0;
  std::uint64_t bites = 0;
  friend bool operator==(const BiteCount&, const BiteCount&) = default;
};
struct BiteFloor {
  std::uint64_t faults = 0;
  std::uint64_t firings = 0;
  std::uint64_t bites = 0;
  std::map<std::string, BiteCount, std::less<>> of;  // by what faults::is_called
  friend bool operator==(const BiteFloor&, const BiteFloor&) = default;
};

// What a run must at least have done; below it, its verdict is `unknown`.
struct FloorSpec {
  std::uint64_t ops_ok = 0;
  std::uint64_t elections = 0;
  BiteFloor faults_bite;
  friend bool operator==(const FloorSpec&, const FloorSpec&) = default;
};

// From `at` on a core of the cluster is healed; it must serve again within `within`.
struct HealSpec {
  Duration at;
  Duration within = seconds(10);
  friend bool operator==(const HealSpec&, const HealSpec&) = default;
};

// What is drawn of one group.
struct GroupDraws {
  std::vector<std::uint32_t> nodes;  // sizes
  std::map<std::string, std::vector<std::string>, std::less<>> config;
  friend bool operator==(const GroupDraws&, const GroupDraws&) = default;
};

// What is drawn anew for each seed, before its run: first the cluster, then which kinds of faults
// are on, then the plan (see scenarios/engine/draw.h). What is absent stays as the scenario says.
struct FuzzSpec {
  DurationRange between;                                  // faults begin then
  IntegerRange faults{1, 12};                             // how many
  std::vector<faults::Choice> kinds;                      // those that may be on
  GroupDraws first;                                       // of the first group
  std::map<std::string, GroupDraws, std::less<>> groups;  // of others, by name
  std::optional<IntegerRange> clients;
  std::optional<IntegerRange> keys;
  std::vector<Rate> rate;
  std::optional<DurationRange> latency;
  std::optional<DurationRange> fsync;
  friend bool operator==(const FuzzSpec&, const FuzzSpec&) = default;
};

// Of a scenario that a fuzzer wrote: what to expect when it is run again.
struct FoundSpec {
  std::string fingerprint;  // of the failure, see scenarios/fuzzing/fingerprint.h
  std::string scenario;     // that it was found in
  std::string trace_hash;   // empty: the run did not end
  std::string build;        // that found it
  std::uint32_t draws = kDrawVersion;
  friend bool operator==(const FoundSpec&, const FoundSpec&) = default;
};

enum class StopAt : std::uint8_t { first, never };
enum class TieOrder : std::uint8_t { fifo, seeded };
enum class FormatVersion : std::uint8_t { v1 };

struct ScenarioSpec {
  FormatVersion version = FormatVersion::v1;
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  Seeds seeds;
  LimitsSpec limits;
  ClusterSpec cluster;
  NetworkSpec network;
  StorageSpec storage;
  ClockSpec clock;
  std::vector<WorkloadSpec> workloads;
  faults::FaultPlan plan;
  std::optional<HealSpec> heal;
  std::vector<PropertySpec> properties;
  FloorSpec floor;
  StopAt stop = StopAt::first;
  TieOrder ties = TieOrder::fifo;
  std::optional<FuzzSpec> fuzz;
  std::optional<FoundSpec> found;
  friend bool operator==(const ScenarioSpec&, const ScenarioSpec&) = default;
};

// A node of the cluster as the scenario lays it out: the servers group by group, then the clients
// workload by workload. Its position is its NodeId.
struct NodeLayout {
  std::string name;
  std::string group;  // the group or the client name
  bool client = false;
  std::size_t owner = 0;  // index of the group, or of the workload
  bool spare = false;
  std::optional<Duration> start = Duration{};  // absent: when the plan starts it
  // The groups whose services run on it beside its own one's, in the scenario's order.
  std::vector<std::string> guests = {};
  friend bool operator==(const NodeLayout&, const NodeLayout&) = default;
};
std::vector<NodeLayout> layout(const ScenarioSpec& spec);

// The action that has a key of its own in scenario files: `timeout: n1`.
inline constexpr std::string_view kShortAction = "timeout";

// Whether the group's service runs on the node.
bool runs(const NodeLayout& node, const GroupSpec& group);

// The group on whose nodes the group's service runs: itself, or that of `on`.
const GroupSpec& host_of(const ScenarioSpec& spec, const GroupSpec& group);

// The groups that `name` is one of, or a node of; none for a client.
std::vector<const GroupSpec*> groups_of(const ScenarioSpec& spec, std::string_view name);

// The position of the group that the workload calls.
std::size_t target_group(const ScenarioSpec& spec, const WorkloadSpec& workload);

// The profile of the link between two nodes, every rule applied; bandwidth and queue may stay
// absent.
LinkTraits link_profile(const ScenarioSpec& spec, const NodeLayout& from, const NodeLayout& to);
DiskTraits disk_profile(const ScenarioSpec& spec, const NodeLayout& node);
ClockTraits clock_profile(const ScenarioSpec& spec, const NodeLayout& node);

}  // namespace windtunnel::scenarios
