#include <windtunnel/scenarios/checks/recovery_check.h>

#include <windtunnel/protocols/base/time_text.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>
#include <windtunnel/sim/trace/standings.h>

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
    spec_ = &view.spec;
    nodes_ = &view.nodes;
    dictionary_ = &view.dictionary;
    standings_.emplace(view.dictionary, view.nodes.size());
    for (std::size_t i = 0; i < view.dictionary.services().size(); ++i) add_groups(i);
    workloads_.resize(view.spec.workloads.size());
    if (view.spec.heal) within_ = view.spec.heal->within;
    RecordKinds kinds = standings_->kinds();
    for (const RecordKind kind : {RecordKind::phase, RecordKind::invoke, RecordKind::complete}) {
      kinds.add(kind);
    }
    sim_->trace().add_listener(*this, kinds);
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (healed_ && !is_over_ && record.time > healed_at_ + within_) judge();
    if (record.kind == RecordKind::phase && record.a == 1) {
      healed_ = true;
      heal_record_ = number;
      healed_at_ = record.time;
      for (Group& group : groups_) group.target = group.reached;
      core_ = record.b;
      check_converged(record.time);
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
    } else {
      if (record.kind == kind_of(ObservationKind::role)) note_leader(record);
      standings_->take(record, [&](const Standing& standing) { take(standing, record.time); });
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
    std::string missing = who_is_unserved(view, due);
    finding.kind = "not served";
    if (missing.empty()) {
      missing = what_is_behind(due);
      finding.kind = "behind";
    }
    if (missing.empty()) return {};
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

  // What its nodes must catch up with.
  struct Group {
    std::size_t service = 0;            // of the dictionary, and group of nodes of the scenario
    std::optional<std::size_t> caught;  // the counter that must recover; none: nothing to judge
    std::size_t ahead = 0;              // the counter that it runs behind
    std::uint64_t reached = 0;          // by anybody, in `ahead`
    std::uint64_t target = 0;           // the same when the core was healed
    Leader leader;
  };

  void add_groups(std::size_t at) {
    const ServiceWords& service = dictionary_->services()[at];
    Group group;
    group.service = at;
    for (std::size_t i = 0; i < service.counters.size(); ++i) {
      if (!service.counters[i].recovers) continue;
      group.caught = i;
      group.ahead = service.counter(service.counters[i].behind);
    }
    groups_.insert(groups_.end(), service.groups, group);
  }

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

  std::string who_is_unserved(const RunView& view, Instant due) const {
    for (std::size_t i = 0; i < workloads_.size(); ++i) {
      const Served& workload = workloads_[i];
      if (!workload.invoked || (workload.served && *workload.served <= due)) continue;
      return "no operation of " + view.spec.workloads[i].name +
             " that a client began after the heal succeeded";
    }
    return {};
  }

  std::string what_is_behind(Instant due) const {
    if (converged_ && *converged_ <= due) return {};
    if (is_over_ ? excused_ : is_led_from_outside()) return {};
    const std::string behind = is_over_ ? behind_ : who_is_behind();
    return behind.empty() ? "not every healed node reached in time what was there at the heal"
                          : behind;
  }

  // "not every healed node reached what was there at the heal: n3 has applied 0 in n/1, ..."
  std::string who_is_behind() const {
    std::string text;
    for (const Standing& standing : standings_->all()) {
      if (!must_catch_up(standing) || has_caught_up(standing)) continue;
      const Group& group = groups_[standing.group.value];
      const ServiceWords& service = dictionary_->services()[group.service];
      text += text.empty() ? "not every healed node reached what was there at the heal: " : "; ";
      text += (*nodes_)[standing.node.value].name;
      text += standing.spoke ? " has " + std::string(service.counters[*group.caught].name) + " " +
                                   std::to_string(standing.values[*group.caught])
                             : " says nothing";
      text += " in group " + dictionary_->name(standing.group) + ", where " +
              std::string(service.counters[group.ahead].name) + " was " +
              std::to_string(group.target);
    }
    return text;
  }

  // Every node of the core that the configuration in force names; where nobody said one, every node
  // of the service.
  bool must_catch_up(const Standing& standing) const {
    const std::size_t node = standing.node.value;
    const Group& group = groups_[standing.group.value];
    if (!group.caught || node >= 64 || ((core_ >> node) & 1) == 0) return false;
    if (!runs((*nodes_)[node], spec_->cluster.groups[group.service])) return false;
    const Standing* configuration = standings_->configuration(standing.group);
    if (configuration == nullptr) return true;
    return ((configuration->voters | configuration->learners) >> node & 1) != 0;
  }

  bool has_caught_up(const Standing& standing) const {
    const Group& group = groups_[standing.group.value];
    return standing.up && standing.spoke && standing.values[*group.caught] >= group.target;
  }

  bool is_outside(NodeId node) const {
    return node != kNoNode && node.value < 64 && ((core_ >> node.value) & 1) == 0;
  }

  // The bound has passed: what comes later changes nothing.
  void judge() {
    is_over_ = true;
    excused_ = is_led_from_outside();
    behind_ = who_is_behind();
  }

  // A node outside of the core may lead and serve while the plan disturbs its link to a node of the
  // core. Raft passes nothing on, so that node cannot catch up, and it is not let to lead while
  // others hear from their leader: no fault of the code.
  bool is_led_from_outside() const {
    for (const Standing& standing : standings_->all()) {
      if (!must_catch_up(standing) || has_caught_up(standing)) continue;
      const Leader& led = groups_[standing.group.value].leader;
      // A leader of the core that has come late has not had the time that the core is promised.
      NodeId leader = led.node;
      if (!is_outside(leader) && led.outside_until > healed_at_ + within_ / 2) leader = led.outside;
      if (!is_outside(leader)) return false;
      const bool to = sim_->network().is_disturbed(leader, standing.node);
      const bool from = sim_->network().is_disturbed(standing.node, leader);
      if (!to && !from) return false;
    }
    return true;
  }

  Served& workload_of(NodeId client) { return workloads_[(*nodes_)[client.value].owner]; }

  void note_leader(const Record& record) {
    const ServiceWords* service = dictionary_->of(record.group);
    if (service == nullptr) return;
    Leader& leader = groups_[record.group.value].leader;
    if (!service->leads(record.a) || record.b < leader.term) return;
    if (healed_ && is_outside(leader.node)) {
      leader.outside = leader.node;
      leader.outside_until = record.time;
    }
    leader.node = record.node;
    leader.term = record.b;
  }

  void take(const Standing& standing, Instant now) {
    Group& group = groups_[standing.group.value];
    if (!group.caught) return;
    group.reached = std::max(group.reached, standing.values[group.ahead]);
    if (healed_ && !converged_ && has_caught_up(standing)) check_converged(now);
  }

  void check_converged(Instant now) {
    for (const Standing& standing : standings_->all()) {
      if (must_catch_up(standing) && !has_caught_up(standing)) return;
    }
    converged_ = now;
  }

  Simulation* sim_ = nullptr;
  const ScenarioSpec* spec_ = nullptr;
  const std::vector<NodeLayout>* nodes_ = nullptr;
  const Dictionary* dictionary_ = nullptr;
  std::optional<Standings> standings_;
  std::vector<Group> groups_;
  Duration within_;
  std::uint64_t core_ = 0;
  bool healed_ = false;
  Instant healed_at_;
  bool is_over_ = false;  // the bound has passed
  bool excused_ = false;  // by what was so then
  std::string behind_;    // who was behind then
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
