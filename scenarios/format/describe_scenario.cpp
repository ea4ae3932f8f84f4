// The table of the scenario format: the file and everything but its faults.
#include <windtunnel/scenarios/format/describe.h>

namespace windtunnel::scenarios {

void describe(Fields<ScenarioSpec>& f) {
  f.required("scenario", &ScenarioSpec::version, "The version of the format. The first key.");
  f.required("name", &ScenarioSpec::name, "The scenario's name: letters, digits and dashes.");
  f.optional("description", &ScenarioSpec::description, "What it shows, for people.");
  f.optional("tags", &ScenarioSpec::tags, "Words to select scenarios by.");
  f.optional("seeds", &ScenarioSpec::seeds,
             "The scenario's seeds, run when the command line names none: `42`, `1..200`, or a "
             "list.");
  f.required("limits", &ScenarioSpec::limits,
             "What a run may use; past a limit it ends `unknown`.");
  f.required("cluster", &ScenarioSpec::cluster, "The nodes under test.");
  f.optional("network", &ScenarioSpec::network, "How the links behave without faults.");
  f.optional("storage", &ScenarioSpec::storage, "How the disks behave without faults.");
  f.optional("clock", &ScenarioSpec::clock, "How the clocks behave without faults.");
  f.optional("workloads", &ScenarioSpec::workloads, "What the clients do.");
  f.inlined(&ScenarioSpec::plan);
  f.optional("heal", &ScenarioSpec::heal,
             "From then on a core of the cluster is healed and has to serve again.");
  f.optional("properties", &ScenarioSpec::properties, "What must hold.");
  f.optional("floor", &ScenarioSpec::floor,
             "What a run must have done; below it its verdict is `unknown`, never `pass`.");
  f.optional("stop", &ScenarioSpec::stop, "Whether a run ends at the first violated property.");
  f.optional("ties", &ScenarioSpec::ties,
             "The order of events at equal times: as they were scheduled, or drawn from the seed.");
  f.optional("fuzz", &ScenarioSpec::fuzz,
             "What each seed draws anew before its run, also with `windtunnel run`.");
  f.optional("found", &ScenarioSpec::found, "Written by `fuzz` and `shrink`: what was found.");
}

void describe(Fields<FuzzSpec>& f) {
  f.required("between", &FuzzSpec::between, "Faults begin then, `1s..8s`.");
  f.optional("faults", &FuzzSpec::faults, "How many faults there are, beside those of `faults`.",
             Bounds{0, 1'000});
  f.optional("kinds", &FuzzSpec::kinds,
             "Kinds of faults. Each is on in about half of the seeds; those that are on are chosen "
             "by weight.");
  f.inlined(&FuzzSpec::first);
  f.optional("groups", &FuzzSpec::groups, "The same of other groups, by name.");
  f.optional("clients", &FuzzSpec::clients, "Clients of each workload.", Bounds{1, 1'000});
  f.optional("keys", &FuzzSpec::keys, "Keys of each workload.", Bounds{1, 1'000'000});
  f.optional("rate", &FuzzSpec::rate, "Operations of each workload: one of these.");
  f.optional("latency", &FuzzSpec::latency,
             "The typical latency of the links lies in this range, small ones as often as large "
             "ones.",
             kPositive);
  f.optional("fsync", &FuzzSpec::fsync, "The typical time of an fsync, likewise.", kPositive);
}

void describe(Fields<GroupDraws>& f) {
  f.optional("nodes", &GroupDraws::nodes,
             "The size of the group, of the first where none is named: one of these.",
             Bounds{1, 1'000});
  f.optional("config", &GroupDraws::config,
             "Options of its service, each with the values it may have.");
}

void describe(Fields<FoundSpec>& f) {
  f.required("fingerprint", &FoundSpec::fingerprint, "The kind of failure.");
  f.optional("scenario", &FoundSpec::scenario, "The name of the scenario that it was found in.");
  f.optional("trace_hash", &FoundSpec::trace_hash,
             "The trace hash of its run; absent where the run did not end.");
  f.optional("build", &FoundSpec::build, "The build that found it.");
  f.optional("draws", &FoundSpec::draws, "The version of the draws that its seed means.");
}

void describe(Fields<LimitsSpec>& f) {
  f.required("sim_time", &LimitsSpec::sim_time, "How long a run lasts in virtual time.", kPositive);
  f.optional("events", &LimitsSpec::events, "Events handled.", kPositive);
  f.optional("pending_events", &LimitsSpec::pending_events, "Events waiting.", kPositive);
  f.optional("bytes", &LimitsSpec::bytes, "Bytes of messages in flight.");
  f.optional("wall_time", &LimitsSpec::wall_time,
             "Real time after which a run counts as hung; `0s` for never. A watchdog only, and off "
             "with `--verify`.");
}

void describe(Fields<ClusterSpec>& f) {
  f.required("groups", &ClusterSpec::groups, "Groups of nodes that run the same service.");
}

void describe(Fields<GroupSpec>& f) {
  f.span(&GroupSpec::span);
  f.required("name", &GroupSpec::name, "The nodes are called by this name and a number from 1.");
  f.optional("count", &GroupSpec::count, "How many nodes.", Bounds{1, 1'000});
  f.optional("on", &GroupSpec::on,
             "Instead of nodes of its own: this group's, beside the service that they have.");
  f.optional("spare", &GroupSpec::spare,
             "Further nodes, with the numbers after, that are no members at first.");
  f.optional("start", &GroupSpec::start, "When the members start.");
  f.required("service", &GroupSpec::service, "What they run: see `windtunnel list services`.");
  f.optional("config", &GroupSpec::config, "Options of the service.");
  f.optional("compute", &GroupSpec::compute, "What input costs the nodes.");
}

void describe(Fields<SpareSpec>& f) {
  f.short_form("count");
  f.optional("count", &SpareSpec::count, "How many.", Bounds{0, 1'000});
  f.optional("start", &SpareSpec::start,
             "When they start; when absent, a `restart` of the plan starts them.");
}

void describe(Fields<ComputeSpec>& f) {
  f.optional("cores", &ComputeSpec::cores, "Cores of a node.", Bounds{1, 1'024});
  f.optional("per_input", &ComputeSpec::per_input,
             "Core time of each message, timer or completion.");
  f.optional("per_kib", &ComputeSpec::per_kib, "Core time of each KiB of a message.");
  f.optional("inbox", &ComputeSpec::inbox, "Inputs that may wait; further messages are dropped.",
             kPositive);
}

void describe(Fields<NetworkSpec>& f) {
  f.optional("default", &NetworkSpec::standard, "Every link.");
  f.optional("links", &NetworkSpec::links, "Links that differ; later entries win.");
}

void describe(Fields<LinkTraits>& f) {
  f.optional("latency", &LinkTraits::latency, "How long a message travels.");
  describe_impairments(f);
  f.bandwidth("bandwidth", &LinkTraits::bandwidth, "Unlimited when absent.");
  f.optional("queue", &LinkTraits::queue,
             "Bytes that may wait for the bandwidth; further messages are lost.");
}

void describe(Fields<LinkRule>& f) {
  f.span(&LinkRule::span);
  f.required("from", &LinkRule::from, "Nodes, groups, `all` (servers) or `clients`.");
  f.required("to", &LinkRule::to, "Nodes, groups, `all` (servers) or `clients`.");
  f.optional("both", &LinkRule::both, "Also the links back.");
  f.inlined(&LinkRule::profile);
}

void describe(Fields<StorageSpec>& f) {
  f.optional("default", &StorageSpec::standard, "Every disk.");
  f.optional("nodes", &StorageSpec::nodes, "Disks that differ; later entries win.");
}

void describe(Fields<DiskTraits>& f) {
  f.optional("read", &DiskTraits::read, "How long a read takes.");
  f.optional("write", &DiskTraits::write, "How long a write to the cache takes.");
  f.optional("fsync", &DiskTraits::fsync, "How long an fsync takes.");
  f.optional("capacity", &DiskTraits::capacity, "Unlimited when absent.");
}

void describe(Fields<DiskRule>& f) {
  f.span(&DiskRule::span);
  f.required("nodes", &DiskRule::nodes, "Nodes, groups or `all`.");
  f.inlined(&DiskRule::profile);
}

void describe(Fields<ClockSpec>& f) {
  f.optional("default", &ClockSpec::standard, "Every clock.");
  f.optional("nodes", &ClockSpec::nodes, "Clocks that differ; later entries win.");
}

void describe(Fields<ClockTraits>& f) {
  f.optional("drift_ppm", &ClockTraits::drift_ppm,
             "Parts per million that the monotonic clock runs fast, drawn for each node.",
             Bounds{-500'000, 500'000});
  f.optional("wall_offset", &ClockTraits::wall_offset,
             "How far the wall clock is off at the start, drawn for each node.", kAnySign);
}

void describe(Fields<ClockRule>& f) {
  f.span(&ClockRule::span);
  f.required("nodes", &ClockRule::nodes, "Nodes, groups, `all` or `clients`.");
  f.inlined(&ClockRule::profile);
}

void describe(Fields<WorkloadSpec>& f) {
  f.span(&WorkloadSpec::span);
  f.required("name", &WorkloadSpec::name, "Properties refer to it by this name.");
  f.required("type", &WorkloadSpec::type, "What is called: see `windtunnel list workloads`.");
  f.optional("clients", &WorkloadSpec::clients, "How many; each is a node of its own.",
             Bounds{1, 1'000});
  f.optional(
      "in_flight", &WorkloadSpec::in_flight,
      "Operations that a client has open at most, each in a session of its own. With several "
      "and `rate`, an operation begins when it is due, though others have no answer yet.",
      Bounds{1, 1'000});
  f.optional("client_name", &WorkloadSpec::client_name,
             "The clients are called by this name and a number from 1.");
  f.optional("target", &WorkloadSpec::target, "The group that is called; the first when absent.");
  f.optional("keys", &WorkloadSpec::keys, "How many different keys are used.", kPositive);
  f.optional("ops", &WorkloadSpec::ops,
             "Weights of the operations; the type's own mix when absent.", Bounds{0, 1'000'000});
  f.optional("rate", &WorkloadSpec::rate, "Operations of all clients together.");
  f.optional("think_time", &WorkloadSpec::think_time,
             "Pause of a client between operations, instead of `rate`.");
  f.optional("start", &WorkloadSpec::start, "When the first operation is due.");
  f.optional("stop", &WorkloadSpec::stop,
             "No operation begins after it; the end of the run when absent.");
  f.optional("timeout", &WorkloadSpec::timeout, "When a client gives up on an operation.",
             kPositive);
  f.optional("options", &WorkloadSpec::options, "Options of the type.");
}

void describe(Fields<HealSpec>& f) {
  f.required("at", &HealSpec::at, "When.", kPositive);
  f.optional("within", &HealSpec::within, "How long the core may take until it serves.", kPositive);
}

void describe(Fields<PropertySpec>& f) {
  f.span(&PropertySpec::span);
  f.short_form("check");
  f.required("check", &PropertySpec::check,
             "See `windtunnel list checks`; `PREFIX.*` means every check of that prefix.");
  f.optional("workload", &PropertySpec::workload,
             "Whose history, of a check that judges histories; every workload's when absent.");
  f.optional("expect", &PropertySpec::expect,
             "`violated` must be found in every seed, `violated in_any` in one of those that run.");
  f.optional("because", &PropertySpec::because, "Why a violation is expected.");
  f.optional("permit", &PropertySpec::permit,
             "Flaws that the check lets pass, of one that names flaws.");
  f.optional("forbid", &PropertySpec::forbid, "Flaws that it else would let pass.");
  f.optional("options", &PropertySpec::options, "Options of the check.");
}

void describe(Fields<FloorSpec>& f) {
  f.optional("ops_ok", &FloorSpec::ops_ok, "Operations that succeeded.");
  f.optional("elections", &FloorSpec::elections, "Elections that were won.");
  f.optional("faults_bite", &FloorSpec::faults_bite, "What faults changed.");
}

void describe(Fields<BiteFloor>& f) {
  f.short_form("faults");
  f.optional("faults", &BiteFloor::faults, "Faults that changed something.");
  f.optional("firings", &BiteFloor::firings, "Firings of all faults that changed something.");
  f.optional("bites", &BiteFloor::bites, "Things that went differently because of a fault.");
  f.optional("of", &BiteFloor::of,
             "The same of some faults, by id, label or kind, as `crash-power` or `disk-full`.");
}

void describe(Fields<BiteCount>& f) {
  f.short_form("firings");
  f.optional("firings", &BiteCount::firings, "Firings that changed something.");
  f.optional("bites", &BiteCount::bites, "Things that went differently.");
}

}  // namespace windtunnel::scenarios
