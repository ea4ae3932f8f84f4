#include "scenarios/raft_monitor.h"

#include "checkers/raft_invariants.h"
#include "sim/disk/sim_disk.h"
#include "sim/node.h"
#include "sim/simulation.h"

#include <map>
#include <utility>

namespace windtunnel::scenarios {
namespace {

// Something that a node has written and whose fate on the disk is open.
struct PendingExtent {
  ObservationKind kind = ObservationKind::none;
  GroupId group;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

class RaftMonitor final : public Monitor, public RecordListener, public DurabilityListener {
 public:
  ~RaftMonitor() override {
    if (sim_ == nullptr) return;
    sim_->trace().remove_listener(*this);
    for (std::uint32_t i = 0; i < sim_->node_count(); ++i) {
      sim_->node(NodeId{i}).disk().set_durability_listener(nullptr);
    }
  }

  void attach(const RunView& view, std::function<void()> on_violation) override {
    sim_ = &view.sim;
    on_violation_ = std::move(on_violation);
    pending_.resize(sim_->node_count());
    sim_->trace().add_listener(*this, RecordKinds{RecordKind::crash}.add_observations());
    for (std::uint32_t i = 0; i < sim_->node_count(); ++i) {
      sim_->node(NodeId{i}).disk().set_durability_listener(this);
    }
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (record.is_observation()) {
      on_observation(number, record);
    } else if (record.kind == RecordKind::crash) {
      // What was still open is void: a later write may lie at the same place. Recovery says anew
      // what it found.
      pending_[record.node.value].clear();
      for (auto& [id, group] : groups_) group.invariants.crashed(number, record.node);
    } else {
      return;
    }
    report(!record.is_observation());
  }

  void on_synced(NodeId node, std::uint32_t file, std::uint64_t) override {
    (void)file;
    settle(node);
    report(true);
  }
  void on_names_synced(NodeId node) override {
    settle(node);
    report(true);
  }
  void on_damaged(NodeId node, DiskFaultKind kind) override {
    if (kind != DiskFaultKind::wipe) return;
    pending_[node.value].clear();
    for (auto& [id, group] : groups_) group.invariants.wiped(sim_->trace().size(), node);
  }

  Finding finish(const RunView& view, const PropertySpec& property) override {
    Finding finding;
    for (const auto& [id, group] : groups_) {
      const std::vector<RaftViolation>& violations = group.invariants.violations();
      for (std::size_t i = 0; i < violations.size(); ++i) {
        const RaftViolation& violation = violations[i];
        if (check_id(violation.invariant) != property.check) continue;
        const std::string text = name_of(id, view) + violation.text;
        if (violation.is_excused) {
          finding.decision = Decision::unknown;
          finding.text = "after the plan destroyed a disk: " + text;
          continue;  // another group may have no excuse
        }
        finding.decision = Decision::violated;
        finding.text = text;
        finding.node = violation.node;
        finding.event = violation.records.empty() ? 0 : violation.records.front();
        finding.time = group.times[i];
        finding.related = violation.records;
        return finding;
      }
    }
    if (groups_.empty()) {
      finding.decision = Decision::unknown;
      finding.text = "no node observed anything of Raft";
    }
    return finding;
  }

 private:
  struct Group {
    RaftInvariants invariants;
    std::vector<Instant> times;  // when each violation was seen
  };

  // "in group b: ", where there are several.
  static std::string name_of(GroupId id, const RunView& view) {
    const std::vector<GroupSpec>& groups = view.spec.cluster.groups;
    if (groups.size() < 2 || id.value >= groups.size()) return {};
    return "in group " + groups[id.value].name + ": ";
  }

  void on_observation(std::uint64_t number, const Record& record) {
    Observation seen;
    seen.kind = record.observation();
    seen.group = record.group;
    seen.a = record.a;
    seen.b = record.b;
    seen.c = record.c;
    seen.d = record.d;
    switch (seen.kind) {
      case ObservationKind::wal_extent:
      case ObservationKind::vote_extent:
      case ObservationKind::snapshot_extent: {
        const auto handle = static_cast<std::uint32_t>(seen.c >> 40);
        pending_[record.node.value].push_back({seen.kind, seen.group, seen.a, seen.b,
                                               SimDisk::file_of(handle), seen.d,
                                               seen.c & ((std::uint64_t{1} << 40) - 1)});
        return;
      }
      default: group(seen.group).invariants.observe(number, record.node, record.incarnation, seen);
    }
  }

  // Tells the invariants of all that has become durable.
  void settle(NodeId id) {
    std::vector<PendingExtent>& pending = pending_[id.value];
    if (pending.empty()) return;
    const SimDisk& disk = sim_->node(id).disk();
    std::size_t kept = 0;
    // Extents of one frame follow one another: ask the disk once for all of them.
    const PendingExtent* asked = nullptr;
    bool durable = false;
    for (std::size_t i = 0; i < pending.size(); ++i) {
      const PendingExtent extent = pending[i];
      const bool same = asked != nullptr && last_.file == extent.file &&
                        last_.offset == extent.offset && last_.length == extent.length;
      if (!same) {
        durable = disk.is_name_durable(extent.file) &&
                  disk.is_durable(extent.file, extent.offset, extent.length);
        last_ = extent;
        asked = &last_;
      }
      if (durable) {
        tell(id, extent);
      } else {
        pending[kept++] = extent;
      }
    }
    pending.resize(kept);
  }

  void tell(NodeId node, const PendingExtent& extent) {
    RaftInvariants& invariants = group(extent.group).invariants;
    const std::uint64_t number = sim_->trace().size();
    switch (extent.kind) {
      case ObservationKind::wal_extent:
        invariants.entry_synced(number, node, extent.a, extent.b);
        break;
      case ObservationKind::vote_extent:
        invariants.vote_synced(number, node, extent.a, extent.b);
        break;
      default: invariants.snapshot_synced(number, node, extent.a, extent.b); break;
    }
  }

  // Most records in a row are of one group; elements of the map stay where they are.
  Group& group(GroupId id) {
    if (latest_ == nullptr || latest_group_ != id) {
      latest_group_ = id;
      latest_ = &groups_[id];
    }
    return *latest_;
  }

  // After something was told to one group or, with `all`, to any.
  void report(bool all = false) {
    if (!all) {
      if (latest_ != nullptr) report(*latest_);
      return;
    }
    for (auto& [id, group] : groups_) report(group);
  }

  void report(Group& group) {
    const std::vector<RaftViolation>& violations = group.invariants.violations();
    while (group.times.size() < violations.size()) {
      const bool is_excused = violations[group.times.size()].is_excused;
      group.times.push_back(sim_->now());
      if (is_excused || reported_) continue;
      reported_ = true;
      on_violation_();
    }
  }

  Simulation* sim_ = nullptr;
  std::function<void()> on_violation_;
  std::map<GroupId, Group> groups_;
  std::vector<std::vector<PendingExtent>> pending_;  // by node
  PendingExtent last_;
  GroupId latest_group_;
  Group* latest_ = nullptr;
  bool reported_ = false;  // a violation without an excuse
};

}  // namespace

std::vector<CheckDefinition> raft_checks() {
  std::vector<CheckDefinition> checks;
  for (std::size_t i = 0; i < kRaftInvariants; ++i) {
    const auto invariant = static_cast<RaftInvariant>(i);
    CheckDefinition definition;
    definition.info.name = check_id(invariant);
    definition.info.doc = "Raft's " + std::string(short_name(invariant));
    definition.monitor = "raft";
    definition.make = [] { return std::make_unique<RaftMonitor>(); };
    checks.push_back(std::move(definition));
  }
  return checks;
}

}  // namespace windtunnel::scenarios
