#include <windtunnel/scenarios/checks/recovery_check.h>

#include <windtunnel/protocols/base/time_text.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

// Nodes of the core whose disks the plan destroyed: "n1, n3".
std::string destroyed_nodes(const RunView& view) {
  std::string names;
  for (const NodeId node : view.core) {
    if (view.sim.node(node).disk().damage() == 0) continue;
    names += (names.empty() ? "" : ", ") + view.nodes[node.value].name;
  }
  return names;
}

class RecoveryMonitor final : public Monitor, public RecordListener {
 public:
  ~RecoveryMonitor() override {
    if (sim_ != nullptr) sim_->trace().remove_listener(*this);
  }

  void attach(const RunView& view, OnViolation) override {
    sim_ = &view.sim;
    nodes_ = &view.nodes;
    applied_.resize(view.nodes.size());
    committed_.resize(view.spec.cluster.groups.size());
    workloads_.resize(view.spec.workloads.size());
    if (view.spec.heal) within_ = view.spec.heal->within;
    leaders_.resize(view.spec.cluster.groups.size());
    RecordKinds kinds{RecordKind::phase, RecordKind::invoke, RecordKind::complete};
    for (const ObservationKind kind :
         {ObservationKind::role, ObservationKind::commit, ObservationKind::recovered,
          ObservationKind::apply, ObservationKind::snapshot_installed}) {
      kinds.add(kind_of(kind));
    }
    sim_->trace().add_listener(*this, kinds);
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (healed_ && !is_over_ && record.time > healed_at_ + within_) judge();
    if (record.kind == RecordKind::phase && record.a == 1) {
      healed_ = true;
      heal_record_ = number;
      healed_at_ = record.time;
      target_ = committed_;
      core_ = record.b;
      check_applied(record.time);
    } else if (record.kind == RecordKind::invoke) {
      // A call that comes shortly before the bound, or after it, says nothing about it.
      if (healed_ && record.time <= healed_at_ + within_ / 2) {
        workload_of(record.node).invoked = true;
      }
    } else if (record.kind == RecordKind::complete) {
      // Word b is the number of the call's record.
      const bool ok = record.aux == 0;
      std::optional<Instant>& served = workload_of(record.node).served;
      if (healed_ && ok && record.b > heal_record_ && !served) served = record.time;
    } else if (record.is_observation()) {
      on_observation(record);
    }
  }

  Finding finish(const RunView& view, const PropertySpec&) override {
    Finding finding;
    const Instant due = healed_at_ + within_;
    finding.text = unseen(view, due);
    if (!finding.text.empty()) {
      finding.decision = Decision::unknown;
      return finding;
    }
    const std::string missing = what_is_missing(view, due);
    if (missing.empty()) return finding;
    finding.decision = Decision::violated;
    finding.time = due;
    finding.text = "a majority was healed at " + seconds_text(healed_at_.ns) + ", but until " +
                   seconds_text(due.ns) + " " + missing;
    return finding;
  }

 private:
  struct Served {
    bool invoked = false;  // after the heal
    std::optional<Instant> served;
  };

  // The latest of a group.
  struct Leader {
    NodeId node = kNoNode;
    std::uint64_t term = 0;
    // The latest one outside of the core that led after the heal and does not any more.
    NodeId outside = kNoNode;
    Instant outside_until;
  };

  // Why recovery cannot be judged; empty: it can.
  std::string unseen(const RunView& view, Instant due) const {
    if (!view.healed_at) return "the run was not healed, so recovery was not seen";
    if (const std::string destroyed = destroyed_nodes(view); !destroyed.empty()) {
      return "the plan destroyed the disks of so many nodes that the healed majority has " +
             destroyed + " among it";
    }
    if (view.sim.now() < due) {
      return "the run ended before the bound of recovery, " + seconds_text(due.ns);
    }
    bool asked = false;
    for (std::size_t i = 0; i < workloads_.size(); ++i) {
      const WorkloadSpec& spec = view.spec.workloads[i];
      asked = asked || workloads_[i].invoked;
      const bool is_over = spec.stop && Instant{} + *spec.stop <= healed_at_;
      if (workloads_[i].invoked || is_over) continue;
      return "no client of " + spec.name +
             " asked for anything between the heal and half the "
             "bound of recovery, so nothing could be served in time";
    }
    if (asked) return {};
    return "no client asked for anything between the heal and half the bound of recovery, so "
           "nothing could be served in time";
  }

  std::string what_is_missing(const RunView& view, Instant due) const {
    for (std::size_t i = 0; i < workloads_.size(); ++i) {
      const Served& workload = workloads_[i];
      if (!workload.invoked || (workload.served && *workload.served <= due)) continue;
      return "no operation of " + view.spec.workloads[i].name +
             " that a client began after the heal succeeded";
    }
    if (converged_ && *converged_ <= due) return {};
    if (is_over_ ? excused_ : is_led_from_outside()) return {};
    std::string text = "not every healed node applied what was committed at the heal (index";
    for (const std::uint64_t index : target_) text += " " + std::to_string(index);
    return text + ")";
  }

  bool is_outside(NodeId node) const {
    return node != kNoNode && node.value < 64 && ((core_ >> node.value) & 1) == 0;
  }

  // The bound has passed: what comes later changes nothing.
  void judge() {
    is_over_ = true;
    excused_ = is_led_from_outside();
  }

  // A node outside of the core may lead and serve while the plan disturbs its link to a node of the
  // core. Raft passes nothing on, so that node cannot catch up, and it is not let to lead while
  // others hear from their leader: no fault of the code.
  bool is_led_from_outside() const {
    for (std::size_t i = 0; i < applied_.size() && i < 64; ++i) {
      const std::size_t group = (*nodes_)[i].owner;
      if ((*nodes_)[i].client || ((core_ >> i) & 1) == 0 || applied_[i] >= target_[group]) continue;
      const NodeId behind{static_cast<std::uint32_t>(i)};
      // A leader of the core that has come late has not had the time that the core is promised.
      NodeId leader = leaders_[group].node;
      if (!is_outside(leader) && leaders_[group].outside_until > healed_at_ + within_ / 2) {
        leader = leaders_[group].outside;
      }
      if (!is_outside(leader)) return false;
      const bool to = sim_->network().is_disturbed(leader, behind);
      const bool from = sim_->network().is_disturbed(behind, leader);
      if (!to && !from) return false;
    }
    return true;
  }

  Served& workload_of(NodeId client) { return workloads_[(*nodes_)[client.value].owner]; }

  void on_observation(const Record& record) {
    if (record.node.value >= applied_.size()) return;
    switch (record.observation()) {
      case ObservationKind::role: {
        Leader& leader = leaders_[(*nodes_)[record.node.value].owner];
        const bool leads = record.a == static_cast<std::uint64_t>(Role::leader);
        if (!leads || record.b < leader.term) break;
        if (healed_ && is_outside(leader.node)) {
          leader.outside = leader.node;
          leader.outside_until = record.time;
        }
        leader.node = record.node;
        leader.term = record.b;
        break;
      }
      case ObservationKind::commit: {
        std::uint64_t& committed = committed_[(*nodes_)[record.node.value].owner];
        committed = std::max(committed, record.a);
        break;
      }
      case ObservationKind::recovered: applied_[record.node.value] = 0; break;
      case ObservationKind::apply:
      case ObservationKind::snapshot_installed:
        applied_[record.node.value] = std::max(applied_[record.node.value], record.a);
        if (healed_) check_applied(record.time);
        break;
      default: break;
    }
  }

  void check_applied(Instant now) {
    if (converged_) return;
    for (std::size_t i = 0; i < applied_.size() && i < 64; ++i) {
      if ((*nodes_)[i].client) continue;
      if (((core_ >> i) & 1) != 0 && applied_[i] < target_[(*nodes_)[i].owner]) return;
    }
    converged_ = now;
  }

  Simulation* sim_ = nullptr;
  const std::vector<NodeLayout>* nodes_ = nullptr;
  Duration within_;
  std::vector<std::uint64_t> applied_;
  std::vector<std::uint64_t> committed_;  // by group
  std::vector<std::uint64_t> target_;     // by group: what was committed at the heal
  std::vector<Leader> leaders_;           // by group
  std::uint64_t core_ = 0;
  bool healed_ = false;
  Instant healed_at_;
  bool is_over_ = false;  // the bound has passed
  bool excused_ = false;  // by what was so then
  std::uint64_t heal_record_ = 0;
  std::vector<Served> workloads_;
  std::optional<Instant> converged_;
};

}  // namespace

CheckDefinition recovers_check() {
  CheckDefinition definition;
  definition.info.name = "recovers";
  definition.info.doc =
      "after the heal, a majority serves clients and catches up within the scenario's bound";
  definition.make = [] { return std::make_unique<RecoveryMonitor>(); };
  return definition;
}

}  // namespace windtunnel::scenarios
