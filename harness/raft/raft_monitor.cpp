#include <windtunnel/harness/raft/raft_monitor.h>

#include <windtunnel/harness/raft/extent_ledger.h>
#include <windtunnel/harness/raft/raft_invariants.h>
#include <windtunnel/protocols/raft/words.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace windtunnel::scenarios {
namespace {

// Whether the plan can destroy what is durable.
bool destroys(const faults::Effect& effect) {
  const auto* disk = std::get_if<faults::DiskTrouble>(&effect);
  if (disk == nullptr) return false;
  switch (disk->kind) {
    case faults::DiskTrouble::Kind::lie_fsync:
    case faults::DiskTrouble::Kind::bit_rot:
    case faults::DiskTrouble::Kind::misdirect:
    case faults::DiskTrouble::Kind::wipe: return true;
    default: return false;
  }
}

bool destroys(const faults::FaultPlan& plan) {
  for (const faults::Fault& fault : plan.faults) {
    if (destroys(fault.effect)) return true;
    for (const faults::Choice& choice : fault.choices) {
      if (destroys(choice.effect)) return true;
    }
    for (const faults::Step& step : fault.script) {
      if (destroys(step.effect)) return true;
    }
  }
  return false;
}

// Whether the service's observations are Raft's: it may have further words.
bool speaks_raft(const ServiceWords& service) {
  return std::all_of(std::begin(raft::kObservations), std::end(raft::kObservations),
                     [&](const ObservationWord& word) {
                       const ObservationWord* its = service.word(word.kind);
                       return its != nullptr && its->name == word.name;
                     });
}

class RaftMonitor final : public Monitor, public RecordListener, public DurabilityListener {
 public:
  ~RaftMonitor() override {
    if (sim_ == nullptr) return;
    sim_->trace().remove_listener(*this);
    for (std::uint32_t i = 0; i < sim_->node_count(); ++i) {
      sim_->node(NodeId{i}).disk().set_durability_listener(nullptr);
    }
  }

  void attach(const RunView& view, OnViolation on_violation) override {
    sim_ = &view.sim;
    on_violation_ = std::move(on_violation);
    for (const NodeLayout& node : view.nodes) names_.push_back(node.name);
    const bool keeps = destroys(view.spec.plan);
    for (std::uint32_t i = 0; i < sim_->node_count(); ++i) {
      ledgers_.emplace_back(sim_->node(NodeId{i}).disk(), keeps);
    }
    for (const ServiceWords& service : view.dictionary.services()) {
      speaks_raft_.insert(speaks_raft_.end(), service.groups, speaks_raft(service));
    }
    sim_->trace().add_listener(
        *this, RecordKinds{RecordKind::start, RecordKind::crash}.add_observations());
    for (std::uint32_t i = 0; i < sim_->node_count(); ++i) {
      sim_->node(NodeId{i}).disk().set_durability_listener(this);
    }
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (record.is_observation()) {
      on_observation(number, record);
    } else if (record.kind == RecordKind::start) {
      if (record.node.value < ledgers_.size()) ledgers_[record.node.value].started();
      return;
    } else if (record.kind == RecordKind::crash) {
      // What was still open is void: a later write may lie at the same place. Recovery says anew
      // what it found.
      ledgers_[record.node.value].crashed();
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
  void on_lied(NodeId node, std::uint32_t) override {
    settle(node);
    report(true);
  }
  void before_damage(NodeId node) override { ledgers_[node.value].before_damage(); }
  void on_damaged(NodeId node, const DiskDamage& damage) override {
    const std::vector<Extent> lost = ledgers_[node.value].after_damage(damage);
    if (damage.kind == DiskFaultKind::wipe) {
      const std::uint64_t number = sim_->trace().size();
      for (auto& [id, group] : groups_) group.invariants.wiped(number, node);
    } else {
      tell_lost(node, lost, damage.kind == DiskFaultKind::misdirected_write);
    }
    report(true);
  }

  Finding finish(const RunView& view, const PropertySpec& property) override {
    Finding finding;
    for (const auto& [id, group] : groups_) {
      if (group.invariants.is_undone()) finding.plan_undid.push_back(id);
    }
    for (const auto& [id, group] : groups_) {
      const std::vector<RaftViolation>& violations = group.invariants.violations();
      for (std::size_t i = 0; i < violations.size(); ++i) {
        const RaftViolation& violation = violations[i];
        if (check_id(violation.invariant) != property.check) continue;
        const std::string text = name_of(id, view) + violation.text;
        finding.decision = Decision::violated;
        finding.text = text;
        finding.node = violation.node;
        finding.event = violation.records.empty() ? 0 : violation.records.front();
        finding.time = group.times[i];
        finding.related = violation.records;
        return finding;
      }
    }
    for (const auto& [id, group] : groups_) {
      for (const RaftViolation& excused : group.invariants.excused()) {
        if (check_id(excused.invariant) != property.check) continue;
        finding.decision = Decision::unknown;
        finding.text = "the plan destroyed what this rests on: " + name_of(id, view) + excused.text;
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
    explicit Group(const std::vector<std::string>* names) : invariants(names) {}
    RaftInvariants invariants;
    std::vector<Instant> times;  // when each violation was seen
  };

  // "in group b: ", where there are several.
  static std::string name_of(GroupId id, const RunView& view) {
    if (view.dictionary.group_count() < 2) return {};
    return "in group " + view.dictionary.name(id) + ": ";
  }

  void on_observation(std::uint64_t number, const Record& record) {
    const std::size_t of = record.group.value;
    if (of >= speaks_raft_.size() || !speaks_raft_[of]) return;
    if (const std::optional<Extent> extent = extent_of(record); extent) {
      ledgers_[record.node.value].wrote(*extent);
      return;
    }
    Observation seen;
    seen.kind = record.observation();
    seen.group = record.group;
    seen.a = record.a;
    seen.b = record.b;
    seen.c = record.c;
    seen.d = record.d;
    if (seen.kind == observed(raft::Word::recovered)) ledgers_[record.node.value].recovered();
    group(seen.group).invariants.observe(number, record.node, record.incarnation, seen);
  }

  // Tells the invariants of all that has become durable.
  void settle(NodeId node) {
    const ExtentLedger::Settled& settled = ledgers_[node.value].settle();
    for (const Extent& extent : settled.durable) tell(node, extent);
    if (!settled.lost.empty()) tell_lost(node, settled.lost, true);
  }

  void tell(NodeId node, const Extent& extent) {
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

  // Exactly what is gone, and what recovery can still find in its place. `by_node`: a write of its
  // own destroyed it.
  void tell_lost(NodeId node, const std::vector<Extent>& lost, bool by_node) {
    const std::uint64_t number = sim_->trace().size();
    for (const Extent& extent : lost) {
      RaftInvariants& invariants = group(extent.group).invariants;
      if (by_node && ledgers_[node.value].reads()) invariants.lost_unnoticed(node);
      if (extent.kind == ObservationKind::wal_extent) {
        invariants.entry_lost(number, node, extent.a, extent.b);
      } else if (extent.kind == ObservationKind::snapshot_extent) {
        tell_snapshot_lost(node, extent);
      }
      if (extent.kind == ObservationKind::snapshot_extent) continue;
      const Vote left = vote_left(node, extent.group);
      invariants.vote_lost(number, node, left.term, left.voted);
    }
  }

  // The entries that only the snapshot stood for are gone with it.
  void tell_snapshot_lost(NodeId node, const Extent& lost) {
    const std::uint64_t number = sim_->trace().size();
    const std::vector<Extent> remaining = ledgers_[node.value].remaining();
    std::uint64_t left = 0;
    std::set<std::uint64_t> entries;
    for (const Extent& extent : remaining) {
      if (extent.group != lost.group) continue;
      if (extent.kind == ObservationKind::snapshot_extent) left = std::max(left, extent.a);
      if (extent.kind == ObservationKind::wal_extent) entries.insert(extent.a);
    }
    RaftInvariants& invariants = group(lost.group).invariants;
    invariants.snapshot_lost(number, node, left);
    for (std::uint64_t index = lost.a; index > left; --index) {
      if (!entries.contains(index)) invariants.entry_lost(number, node, index, 0);
    }
  }

  struct Vote {
    std::uint64_t term = 0;
    std::uint64_t voted = 0;
  };
  Vote vote_left(NodeId node, GroupId id) const {
    Vote left;
    for (const Extent& extent : ledgers_[node.value].remaining()) {
      const bool is_vote = extent.kind == ObservationKind::vote_extent && extent.group == id;
      if (is_vote && extent.a >= left.term) left = Vote{extent.a, extent.b};
    }
    return left;
  }
  // Most records in a row are of one group; elements of the map stay where they are.
  Group& group(GroupId id) {
    if (latest_ == nullptr || latest_group_ != id) {
      latest_group_ = id;
      latest_ = &groups_.try_emplace(id, &names_).first->second;
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
    if (violations.empty()) return;  // At nearly every record.
    while (group.times.size() < violations.size()) {
      const RaftInvariant invariant = violations[group.times.size()].invariant;
      group.times.push_back(sim_->now());
      on_violation_(check_id(invariant));
    }
  }

  Simulation* sim_ = nullptr;
  OnViolation on_violation_;
  std::vector<std::string> names_;  // of the nodes
  std::map<GroupId, Group> groups_;
  std::vector<ExtentLedger> ledgers_;  // by node
  std::vector<bool> speaks_raft_;      // by group
  GroupId latest_group_;
  Group* latest_ = nullptr;
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
