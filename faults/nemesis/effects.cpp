#include <windtunnel/faults/nemesis/nemesis.h>
#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/sim/clock.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>

#include <algorithm>
#include <utility>

namespace windtunnel::faults {
namespace {

constexpr PerMillion kAlways{1'000'000};

void remove_nodes(std::vector<NodeId>& from, const std::vector<NodeId>& what) {
  from.erase(std::remove_if(from.begin(), from.end(),
                            [&](NodeId node) {
                              return std::find(what.begin(), what.end(), node) != what.end();
                            }),
             from.end());
}

void add_nodes(std::vector<NodeId>& to, const std::vector<NodeId>& what) {
  for (const NodeId node : what) {
    if (std::find(to.begin(), to.end(), node) == to.end()) to.push_back(node);
  }
}

std::uint64_t bit_set(const std::vector<NodeId>& nodes) {
  std::uint64_t bits = 0;
  for (const NodeId node : nodes) {
    if (node.value < 64) bits |= std::uint64_t{1} << node.value;
  }
  return bits;
}

template <class T>
bool acts_on(const Effect& effect) {
  return std::holds_alternative<T>(effect);
}

}  // namespace

std::vector<NodeId> Nemesis::select(const Selector& selector, const Active& active,
                                    std::string_view purpose) const {
  return resolve(selector, cluster_, draws(purpose, active.fault, active.occurrence));
}

// Nodes of a link or message filter: an empty selector means every node.
std::vector<NodeId> Nemesis::ends(const Selector& selector, const Active& active,
                                  std::string_view purpose) const {
  if (!selector.terms.empty()) return select(selector, active, purpose);
  std::vector<NodeId> all = cluster_.servers();
  add_nodes(all, cluster_.clients());
  return all;
}

std::vector<Nemesis::Senders> Nemesis::senders(std::string_view type,
                                               const std::vector<NodeId>& from) const {
  if (type.empty()) return {{std::nullopt, from}};
  std::vector<Senders> found;
  for (const NodeId node : from) {
    const std::optional<std::uint8_t> kind = options_.message_class(node, type);
    if (!kind) continue;
    const auto known = std::find_if(found.begin(), found.end(),
                                    [&](const Senders& each) { return each.kind == kind; });
    if (known == found.end()) {
      found.push_back({kind, {node}});
    } else {
      known->nodes.push_back(node);
    }
  }
  return found;
}

void Nemesis::bite(const Active& active) {
  ++firing_of(active).node_bites;
  if (std::exchange(progress_[active.fault].has_bitten_nodes, true)) return;
  Record record;
  record.kind = RecordKind::fault_bite;
  record.a = sim_.trace().name(plan_.faults[active.fault].id);
  record.aux = static_cast<std::uint16_t>(active.effect.index());
  sim_.record(record);
}

void Nemesis::restart(NodeId node) {
  if (!sim_.node(node).up()) sim_.node(node).start();
  settle_node(node);
}

// Carries out one effect for the occurrence that it is visited for.
struct Nemesis::Apply {
  Nemesis& nemesis;
  Active& active;

  void part(std::vector<NodeId> from, std::vector<NodeId> to, LinkFault fault) const {
    if (from.empty() || to.empty()) return;
    fault.from = to_set(from);
    fault.to = to_set(to);
    active.parts.push_back({0, std::move(from), std::move(to), std::move(fault)});
  }

  void operator()(std::monostate) const {}
  void operator()(const Partition& partition) const {
    const DrawKey key = nemesis.draws("fault.victims", active.fault, active.occurrence);
    for (const CutPair& pair : resolve(partition.sides, nemesis.cluster_, key)) {
      LinkFault fault;
      fault.cut = true;
      fault.both_ways = true;
      part({pair.a}, {pair.b}, fault);
      add_nodes(active.victims, {pair.a, pair.b});
    }
  }
  void operator()(const Cut& cut) const {
    LinkFault fault;
    fault.cut = true;
    fault.both_ways = cut.both;
    const std::vector<NodeId> from = nemesis.ends(cut.from, active, "fault.victims");
    std::vector<NodeId> to = nemesis.ends(cut.to, active, "fault.targets");
    active.victims = from;
    part(from, std::move(to), fault);
  }
  void operator()(const Isolate& isolate) const {
    LinkFault fault;
    fault.cut = true;
    fault.both_ways = true;
    active.victims = nemesis.select(isolate.nodes, active);
    part(active.victims, nemesis.ends({}, active, ""), fault);
  }
  void operator()(const LinkChange& change) const {
    LinkFault fault;
    fault.both_ways = change.both;
    if (change.loss) fault.impairments.loss = *change.loss;
    if (change.duplicate) fault.impairments.duplicate = *change.duplicate;
    if (change.reorder) fault.impairments.reorder = *change.reorder;
    if (change.corrupt) fault.impairments.corrupt = *change.corrupt;
    if (change.stream_corrupt) fault.impairments.stream_corrupt = *change.stream_corrupt;
    if (change.delay) {
      fault.delay = kAlways;
      fault.delay_by = to_latency(*change.delay);
    }
    if (change.bandwidth) fault.bytes_per_second = change.bandwidth->bytes;
    if (change.queue) fault.queue_bytes = change.queue->bytes;
    active.victims = nemesis.ends(change.from, active, "fault.victims");
    part(active.victims, nemesis.ends(change.to, active, "fault.targets"), fault);
  }

  // Each service numbers its classes as it likes: a part for each number.
  void messages(const MessageFilter& which, LinkFault fault) const {
    fault.streams = false;
    active.victims = nemesis.ends(which.from, active, "fault.victims");
    const std::vector<NodeId> to = nemesis.ends(which.to, active, "fault.targets");
    for (const Senders& senders : nemesis.senders(which.type, active.victims)) {
      fault.kind = senders.kind;
      part(senders.nodes, to, fault);
    }
  }
  void operator()(const Hold& hold) const {
    LinkFault fault;
    fault.hold = kAlways;
    messages(hold.messages, fault);
  }
  void operator()(const Release& release) const {
    std::vector<std::uint64_t> ended;
    for (const Active& other : nemesis.active_) {
      const auto* hold = std::get_if<Hold>(&other.effect);
      if (hold == nullptr) continue;
      if (release.messages == MessageFilter{} || release.messages == hold->messages) {
        ended.push_back(other.id);
      }
    }
    for (const std::uint64_t id : ended) nemesis.end(id);
    if (!ended.empty()) nemesis.bite(active);
  }
  void operator()(const MessageRule& rule) const {
    LinkFault fault;
    switch (rule.action) {
      case MessageRule::Action::drop: fault.impairments.loss = rule.probability; break;
      case MessageRule::Action::duplicate: fault.impairments.duplicate = rule.probability; break;
      case MessageRule::Action::corrupt: fault.impairments.corrupt = rule.probability; break;
      case MessageRule::Action::delay:
        // A delayed message may be overtaken: that is what the rule is for.
        fault.impairments.reorder = rule.probability;
        fault.impairments.reorder_by = Latency::uniform(rule.delay.min, rule.delay.max);
        break;
    }
    messages(rule.messages, fault);
  }

  void operator()(const Crash& crash) const {
    const CrashKind kind = crash.kind == Crash::Kind::power ? CrashKind::power : CrashKind::process;
    for (const NodeId node : nemesis.select(crash.nodes, active)) {
      const Node& victim = nemesis.sim_.node(node);
      // A machine whose process has ended can still lose power, and its page cache with it.
      const bool cuts_power = kind == CrashKind::power && victim.powered();
      if (!victim.up() && !cuts_power) continue;
      nemesis.forget_crash(node);
      nemesis.sim_.node(node).crash(kind);
      active.victims.push_back(node);
      nemesis.bite(active);
    }
  }
  void operator()(const Restart& restart) const {
    for (const NodeId node : nemesis.select(restart.nodes, active)) {
      if (nemesis.sim_.node(node).up()) continue;
      nemesis.forget_crash(node);
      nemesis.restart(node);
      active.victims.push_back(node);
      nemesis.bite(active);
    }
  }
  // With `changes` false the amount is nothing, and nothing is bitten.
  void settled(const Selector& nodes, bool changes = true) const {
    active.victims = nemesis.select(nodes, active);
    for (const NodeId node : active.victims) {
      if (changes && nemesis.sim_.node(node).up()) nemesis.bite(active);
    }
  }
  void operator()(const Pause& pause) const { settled(pause.nodes); }
  void operator()(const Suspend& suspend) const { settled(suspend.nodes); }
  void operator()(const Overload& overload) const {
    active.victims = nemesis.select(overload.nodes, active);
    for (const NodeId node : active.victims) {
      const ComputeOptions& normal = nemesis.normal_[node.value].compute;
      const bool has_cost = normal.per_input.ns > 0 || normal.per_byte_ps > 0;
      const bool costs_more = overload.per_input.ns > 0 || (overload.factor > 1 && has_cost);
      if (costs_more && nemesis.sim_.node(node).up()) nemesis.bite(active);
    }
  }
  void operator()(const ClockDrift& drift) const {
    const DrawKey key = nemesis.draws("fault.amount", active.fault, active.occurrence);
    active.amount = drift.ppm.draw(key.at(0)) * 1'000;
    settled(drift.nodes, active.amount != 0);
  }
  void operator()(const ClockJump& jump) const {
    const DrawKey key = nemesis.draws("fault.amount", active.fault, active.occurrence);
    const Duration by = jump.by.draw(key.at(0));
    active.amount = by.ns;
    active.victims = nemesis.select(jump.nodes, active);
    for (const NodeId node : active.victims) {
      nemesis.sim_.node(node).clock().jump_wall(by);
      if (by != Duration{}) nemesis.bite(active);
    }
  }
  void operator()(const DiskTrouble& disk) const {
    active.victims = nemesis.select(disk.nodes, active);
    nemesis.begin_disk_fault(active, disk);
  }
  void operator()(const Heal& heal) const {
    active.victims =
        heal.nodes.terms.empty() ? nemesis.cluster_.servers() : nemesis.select(heal.nodes, active);
    if (nemesis.apply_heal(active.victims)) nemesis.bite(active);
  }
  void operator()(const Act& act) const {
    for (const NodeId node : nemesis.select(act.nodes, active)) {
      if (!nemesis.sim_.node(node).up() || !nemesis.options_.act(node, act)) continue;
      active.victims.push_back(node);
      nemesis.bite(active);
    }
  }
};

void Nemesis::begin(std::size_t fault, std::uint64_t occurrence, const Effect& effect,
                    std::optional<DurationRange> duration) {
  Active active;
  active.fault = fault;
  active.occurrence = occurrence;
  active.firing = progress_[fault].firings.size() - 1;
  active.id = next_active_++;
  active.effect = effect;
  // Before it acts: a crash changes what `leader` means.
  std::optional<Effect> frozen = freeze(active);
  std::visit(Apply{*this, active}, effect);
  if (frozen) freeze_amount(active, *frozen);
  add_parts(active);
  const Fault& plan = plan_.faults[fault];
  Record record;
  record.kind = RecordKind::fault_begin;
  record.a = sim_.trace().name(plan.id);
  record.b = sim_.trace().name(plan.label.empty() ? title_of(effect) : plan.label);
  record.c = bit_set(active.victims);
  record.aux = static_cast<std::uint16_t>(effect.index());
  sim_.record(record);
  FaultRecord& report = records_[fault];
  active.record = report.occurrences.size();
  report.occurrences.push_back({sim_.now(), kEndOfTime, active.victims, std::move(frozen)});
  if (duration) {
    const Duration length = duration->draw(draws("fault.duration", fault, occurrence).at(0));
    active.ending = sim_.schedule(sim_.now() + length, *this, kEnd, active.id);
  }
  active_.push_back(std::move(active));
  for (const NodeId node : active_.back().victims) settle_node(node);
}

void Nemesis::add_parts(Active& active) {
  for (NetworkPart& part : active.parts) {
    if (part.id != 0) continue;
    // Stable: of the fault, the occurrence and the part's position, never of other faults.
    const std::uint64_t position = progress_[active.fault].network_parts++;
    part.id = draws("fault.network", active.fault, active.occurrence).at(position) | 1;
    part.fault.plan_id = sim_.trace().name(plan_.faults[active.fault].id);
    firing_of(active).network_ids.push_back(part.id);
    sim_.network().add_fault(part.id, part.fault);
  }
}

void Nemesis::remove_parts(Active& active) {
  for (const NetworkPart& part : active.parts) sim_.network().remove_fault(part.id);
  active.parts.clear();
}

// `active` is no longer among the active ones.
void Nemesis::undo(Active& active) {
  sim_.cancel(active.ending);
  remove_parts(active);
  end_disk_fault(active);
  if (acts_on<Crash>(active.effect)) {
    for (const NodeId node : active.victims) restart(node);
  } else if (acts_on<ClockJump>(active.effect)) {
    for (const NodeId node : active.victims) {
      sim_.node(node).clock().jump_wall(Duration{-active.amount});
    }
  }
  for (const NodeId node : active.victims) settle_node(node);
  Record record;
  record.kind = RecordKind::fault_end;
  record.a = hash_text(plan_.faults[active.fault].id);
  record.c = bit_set(active.victims);
  record.aux = static_cast<std::uint16_t>(active.effect.index());
  sim_.record(record);
  records_[active.fault].occurrences[active.record].end = sim_.now();
}

// Somebody else restarts the node: the end of its crash must not restart it again after a later
// one.
void Nemesis::forget_crash(NodeId node) {
  for (Active& active : active_) {
    if (acts_on<Crash>(active.effect)) remove_nodes(active.victims, {node});
  }
}

// Takes the links among the healed nodes out. A part that has none of them stays, with what it
// holds.
void Nemesis::narrow_parts(Active& active, const std::vector<NodeId>& healed) {
  std::vector<NetworkPart> left;
  for (NetworkPart& part : active.parts) {
    if (!has_link_among(part, healed)) {
      left.push_back(std::move(part));
      continue;
    }
    sim_.network().remove_fault(part.id);
    for (NetworkPart& piece : without_links_among(part, healed)) left.push_back(std::move(piece));
  }
  active.parts = std::move(left);
  add_parts(active);
}

void Nemesis::heal(const std::vector<NodeId>& nodes) { apply_heal(nodes); }

bool Nemesis::apply_heal(const std::vector<NodeId>& those) {
  // One that has not started yet is not down.
  std::vector<NodeId> nodes = those;
  std::erase_if(nodes, [&](NodeId node) { return !cluster_.was_started(node); });
  std::vector<NodeId> healed = those;
  add_nodes(healed, cluster_.clients());
  std::vector<std::uint64_t> ended;
  bool changes =
      std::any_of(nodes.begin(), nodes.end(), [&](NodeId node) { return !sim_.node(node).up(); });
  for (Active& active : active_) {
    const bool had_parts = !active.parts.empty();
    changes = changes ||
              std::any_of(active.parts.begin(), active.parts.end(),
                          [&](const NetworkPart& part) { return has_link_among(part, healed); });
    const std::size_t victims = active.victims.size();
    narrow_parts(active, healed);
    narrow_disk_fault(active, nodes);
    if (!had_parts) remove_nodes(active.victims, nodes);
    changes = changes || active.victims.size() != victims;
    if (active.parts.empty() && (had_parts || active.victims.empty())) ended.push_back(active.id);
  }
  for (const std::uint64_t id : ended) end(id);
  for (const NodeId node : nodes) restart(node);
  return changes;
}

}  // namespace windtunnel::faults
