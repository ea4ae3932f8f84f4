#include <windtunnel/scenarios/checks/yields_check.h>

#include <windtunnel/faults/plan/fault.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/base/time_text.h>
#include <windtunnel/scenarios/checks/limit_monitor.h>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

namespace windtunnel::scenarios {
namespace {

using faults::Fault;

std::uint64_t bit_of(NodeId node) { return node.value < 64 ? std::uint64_t{1} << node.value : 0; }

template <class Effect>
bool is(std::uint16_t effect) {
  return faults::row_at(effect).name == Effect::kRow.name;
}

class YieldsMonitor final : public LimitMonitor {
 public:
  using LimitMonitor::LimitMonitor;

  void on_record(std::uint64_t number, const Record& record) override {
    if (healed_) return;
    judge(number, record.time);
    follow(number, record);
    LimitMonitor::on_record(number, record);
    for (std::uint32_t i = 0; i < dictionary().group_count(); ++i) review(GroupId{i}, record.time);
  }

  Finding finish(const RunView& view, const PropertySpec& property) override {
    const auto within = given(property, "within", OptionInfo::Kind::duration);
    if (!within) return undecided("no limit is given: options: { within: 2s }");
    judge(view.sim.trace().size(), view.sim.now());
    const Bound& bound = bounds_.at(property.options);
    if (bound.yielded > 0 || bound.finding.decision != Decision::ok) return bound.finding;
    return undecided(fmt::format(
        "no {} acted for {} on a node that led while a majority of its group was free of faults",
        bound.fault.empty() ? "fault" : "fault '" + bound.fault + "'", print(Duration{*within})));
  }

 private:
  // An occurrence of a fault.
  struct Acting {
    std::uint64_t id = 0;
    std::uint16_t effect = 0;
    std::uint64_t nodes = 0;
    const Fault* fault = nullptr;
    std::uint64_t begin = 0;  // its record
  };
  // Who leads a group; while nobody does, who did.
  struct Lead {
    NodeId node = kNoNode;
    std::uint64_t term = 0;
    Instant until = kEndOfTime;
  };
  // Who is to lead no more, and since when.
  struct Duty {
    Lead lead;
    Instant since;
    std::string fault;
    std::uint64_t begin = 0;
  };
  struct Bound {
    Duration within;
    std::string fault;  // empty: any
    std::map<GroupId, Duty> duties;
    std::uint64_t yielded = 0;
    Finding finding;
  };

  void add(const PropertySpec& property) override {
    Bound bound;
    bound.within.ns = given(property, "within", OptionInfo::Kind::duration).value_or(INT64_MAX);
    const auto fault = property.options.find("fault");
    if (fault != property.options.end()) bound.fault = fault->second;
    bounds_.emplace(property.options, std::move(bound));
  }
  void add_kinds(RecordKinds& kinds) const override {
    kinds.add(RecordKind::fault_begin);
    kinds.add(RecordKind::fault_end);
    kinds.add(RecordKind::phase);
  }
  void changed(std::uint64_t, const Record&, const Standing&) override {}

  void follow(std::uint64_t number, const Record& record) {
    switch (record.kind) {
      case RecordKind::phase: heal(record.a == 1); break;
      case RecordKind::fault_begin: begin(number, record); break;
      case RecordKind::fault_end: end(record); break;
      case RecordKind::start: free(bit_of(record.node), true); break;
      default: break;
    }
  }
  void heal(bool heals) {
    healed_ = heals;
    for (auto& [options, bound] : bounds_) bound.duties.clear();
  }
  void begin(std::uint64_t number, const Record& record) {
    if (is<faults::Heal>(record.aux)) return free(record.c, false);
    if (faults::row_at(record.aux).lasting == faults::Lasting::not_at_all) return;
    const std::vector<Fault>& plan = spec().plan.faults;
    const auto fault = std::find_if(plan.begin(), plan.end(), [&](const Fault& each) {
      return hash_text(each.id) == record.a;
    });
    if (fault == plan.end()) return;
    acting_.push_back({record.a, record.aux, record.c, &*fault, number});
  }
  // Occurrences of one fault may overlap.
  void end(const Record& record) {
    const auto is_it = [&](const Acting& acting) {
      return acting.id == record.a && acting.effect == record.aux &&
             (record.c & ~acting.nodes) == 0;
    };
    const auto found = std::find_if(acting_.begin(), acting_.end(), is_it);
    if (found != acting_.end()) acting_.erase(found);
  }
  // These nodes are healed, or up again.
  void free(std::uint64_t nodes, bool of_crashes) {
    for (Acting& acting : acting_) {
      if (!of_crashes || is<faults::Crash>(acting.effect)) acting.nodes &= ~nodes;
    }
  }

  bool is_meant(const Bound& bound, const Acting& acting) const {
    return bound.fault.empty() || faults::is_called(*acting.fault, bound.fault) ||
           faults::row_at(acting.effect).name == bound.fault;
  }
  const Acting* acting_on(NodeId node, const Bound& bound) const {
    for (const Acting& acting : acting_) {
      if ((acting.nodes & bit_of(node)) != 0 && is_meant(bound, acting)) return &acting;
    }
    return nullptr;
  }
  std::uint64_t voters(GroupId group) const {
    const Standing* configuration = standings().configuration(group);
    if (configuration != nullptr) return configuration->voters;
    std::uint64_t nodes = 0;
    for (std::uint32_t i = 0; i < standings().nodes(); ++i) {
      if (runs_group(NodeId{i}, group)) nodes |= bit_of(NodeId{i});
    }
    return nodes;
  }
  // Whether the group can have another leader.
  bool goes_on_without(NodeId node, GroupId group) const {
    const std::uint64_t all = voters(group);
    std::uint64_t free = all & ~bit_of(node);
    for (const Acting& acting : acting_) free &= ~acting.nodes;
    for (std::uint32_t i = 0; i < standings().nodes(); ++i) {
      if (!standings().at(NodeId{i}, group).up) free &= ~bit_of(NodeId{i});
    }
    return 2 * std::popcount(free) > std::popcount(all);
  }

  const Lead& lead_of(GroupId group, Instant now) {
    Lead& lead = leads_[group];
    const NodeId leader = standings().leader(group);
    if (leader != kNoNode) {
      lead = {leader, standings().at(leader, group).term, kEndOfTime};
    } else if (lead.until == kEndOfTime) {
      lead.until = now;
    }
    return lead;
  }

  void review(GroupId group, Instant now) {
    const Lead& lead = lead_of(group, now);
    for (auto& [options, bound] : bounds_) {
      const auto duty = bound.duties.find(group);
      if (duty != bound.duties.end()) {
        const Lead& before = duty->second.lead;
        const bool has_yielded = lead.node != before.node && lead.term > before.term;
        if (has_yielded) ++bound.yielded;
        const bool is_due = !has_yielded && acting_on(before.node, bound) != nullptr &&
                            goes_on_without(before.node, group);
        if (!is_due) bound.duties.erase(duty);
      }
      // A crash is known as a fault after the node is down, in the same instant.
      if (bound.duties.contains(group) || lead.node == kNoNode || lead.until < now) continue;
      const Acting* acting = acting_on(lead.node, bound);
      if (acting == nullptr || !goes_on_without(lead.node, group)) continue;
      const std::string fault =
          acting->fault->label.empty() ? acting->fault->id : acting->fault->label;
      bound.duties[group] = {lead, now, fault + " (" + kind_of(*acting->fault) + ")",
                             acting->begin};
    }
  }

  void judge(std::uint64_t number, Instant now) {
    if (healed_) return;
    for (auto& [options, bound] : bounds_) {
      for (const auto& [group, duty] : bound.duties) {
        if (now - duty.since <= bound.within) continue;
        const bool is_first = bound.finding.decision != Decision::violated;
        violate(bound.finding, number, duty.since + bound.within, duty.lead.node,
                fmt::format("{} led group {} in term {} when {} acted on it from {} on: no other "
                            "node took over within {}",
                            name(duty.lead.node), dictionary().name(group), duty.lead.term,
                            duty.fault, seconds_text(duty.since.ns), print(bound.within)));
        if (is_first) bound.finding.related = {duty.begin};
      }
    }
  }

  bool healed_ = false;
  std::vector<Acting> acting_;
  std::map<GroupId, Lead> leads_;
  std::map<OptionMap, Bound> bounds_;
};

}  // namespace

CheckDefinition yields_check() {
  using Kind = OptionInfo::Kind;
  return limit_check<YieldsMonitor>(
      "yields", "a fault of its own costs a node that leads the leadership",
      {{"within", Kind::duration, "", "how long it may lead while the fault acts on it", {}},
       {"fault", Kind::text, "", "the fault's id, label, kind or effect; else any", {}}});
}

}  // namespace windtunnel::scenarios
