#include <windtunnel/sim/net/link_table.h>

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/sim/node.h>

#include <algorithm>

namespace windtunnel {
namespace {

bool any(const Impairments& impairments) {
  return impairments.loss.value != 0 || impairments.duplicate.value != 0 ||
         impairments.reorder.value != 0 || impairments.corrupt.value != 0 ||
         impairments.stream_corrupt.value != 0;
}

bool covers(const LinkFault& fault, NodeId from, NodeId to) {
  return (fault.from.contains(from) && fault.to.contains(to)) ||
         (fault.both_ways && fault.from.contains(to) && fault.to.contains(from));
}

std::uint64_t node_bit(NodeId node) { return node.value < 64 ? std::uint64_t{1} << node.value : 0; }

}  // namespace

std::string_view name_of(LinkEffect effect) noexcept {
  switch (effect) {
    case LinkEffect::cut: return "cut";
    case LinkEffect::loss: return "loss";
    case LinkEffect::hold: return "hold";
    case LinkEffect::delay: return "delay";
    case LinkEffect::duplicate: return "duplicate";
    case LinkEffect::reorder: return "reorder";
    case LinkEffect::corrupt: return "corrupt";
    case LinkEffect::stream_corrupt: return "stream-corrupt";
    case LinkEffect::bandwidth: return "bandwidth";
    case LinkEffect::queue_full: return "queue-full";
  }
  return "unknown";
}

LinkTable::Keys::Keys(const Simulation& sim)
    : latency(sim.draws("net.latency", "")),
      loss(sim.draws("net.loss", "")),
      hold(sim.draws("net.hold", "")),
      delay(sim.draws("net.delay", "")),
      delay_by(sim.draws("net.delay_by", "")),
      duplicate(sim.draws("net.duplicate", "")),
      duplicate_latency(sim.draws("net.duplicate_latency", "")),
      reorder(sim.draws("net.reorder", "")),
      reorder_by(sim.draws("net.reorder_by", "")),
      corrupt(sim.draws("net.corrupt", "")),
      corrupt_bit(sim.draws("net.corrupt_bit", "")),
      stream_corrupt(sim.draws("net.stream_corrupt", "")),
      stream_corrupt_bit(sim.draws("net.stream_corrupt_bit", "")) {}

LinkTable::LinkTable(Simulation& sim) : sim_(sim), keys_(sim), profiles_(1) {
  own_.bites = &bites_[kProfileFault];
}

std::uint32_t LinkTable::make(NodeId from, NodeId to) {
  WT_ASSERT(from != to, "a link joins two nodes");
  const std::size_t nodes = sim_.node_count();
  WT_ASSERT(from.value < nodes && to.value < nodes, "a link joins nodes that exist");
  if (rows_.size() <= from.value) rows_.resize(nodes);
  std::vector<std::uint32_t>& row = rows_[from.value];
  if (row.size() <= to.value) row.resize(nodes, kNone);
  row[to.value] = static_cast<std::uint32_t>(links_.size());
  auto link = std::make_unique<Link>();
  link->from = from;
  link->to = to;
  const std::uint64_t from_name = hash_text(sim_.node(from).name());
  link->entity = hash_combine(from_name, hash_text(sim_.node(to).name()));
  links_.push_back(std::move(link));
  return row[to.value];
}

void LinkTable::compile(Link& link) {
  link.version = version_;
  link.profile = 0;
  for (const ProfileRange& range : ranges_) {
    if (range.from.contains(link.from) && range.to.contains(link.to)) link.profile = range.profile;
  }
  link.faults.clear();
  for (std::uint32_t i = 0; i < faults_.size(); ++i) {
    if (faults_[i].enabled && covers(faults_[i].fault, link.from, link.to))
      link.faults.push_back(i);
  }
  const LinkProfile& profile = profiles_[link.profile];
  link.clean = link.faults.empty() && !any(profile.impairments) && profile.bytes_per_second == 0;
}

Duration LinkTable::latency_of(const Link& link, const DrawKey& purpose,
                               const Packet& packet) const {
  const Latency& latency = profiles_[link.profile].latency;
  if (latency.is_constant()) return latency.at(0);
  return latency.at(purpose.of(packet.entity).at(packet.ordinal));
}

bool LinkTable::matches(const LinkFault& fault, const Packet& packet) {
  if (packet.is_frame && !is_rule(fault)) return false;
  if (fault.kind.has_value()) return !packet.is_segment && packet.kind == *fault.kind;
  return packet.is_segment ? fault.streams : fault.messages;
}

bool LinkTable::has_rules(std::uint32_t index) {
  Link& link = *links_[index];
  current(link);
  return std::any_of(link.faults.begin(), link.faults.end(),
                     [this](std::uint32_t i) { return is_rule(faults_[i].fault); });
}

void LinkTable::pass_unread(std::uint32_t index) {
  Link& link = *links_[index];
  current(link);
  for (const std::uint32_t i : link.faults) {
    if (is_rule(faults_[i].fault)) ++missed_[faults_[i].id];
  }
}

Passage LinkTable::pass_frame(const Packet& frame) {
  Link& link = *links_[frame.link];
  current(link);
  Passage passage;
  bool ordered = true;
  Duration delay;
  impair(link, frame, passage, delay, ordered);
  passage.arrival = sim_.now() + delay;
  return passage;
}

Passage LinkTable::pass(const Packet& packet) {
  Link& link = *links_[packet.link];
  current(link);
  Passage passage;
  bool ordered = profiles_[link.profile].in_order;
  Instant sent = sim_.now();
  Duration delay;
  if (!link.clean) {
    impair(link, packet, passage, delay, ordered);
    if (passage.drop != DropReason::none || passage.held) return passage;
    sent = occupy_line(link, packet, passage);
    if (passage.drop != DropReason::none) return passage;
  }
  passage.arrival = sent + latency_of(link, keys_.latency, packet) + delay;
  if (ordered) {
    // Later than the packet before, and not at the same instant, which a permutation of ties would
    // disorder.
    const Instant earliest = link.last_arrival + nanoseconds(1);
    passage.arrival = std::max(passage.arrival, earliest);
    link.last_arrival = passage.arrival;
  }
  if (passage.duplicated) {
    passage.second_arrival = sent + latency_of(link, keys_.duplicate_latency, packet) + delay;
  }
  return passage;
}

bool LinkTable::draws_hit(PerMillion chance, const DrawKey& purpose, const ActiveFault& fault,
                          const Packet& packet) {
  return chance.hit(purpose.of(packet.entity).of(fault.draw).at(packet.ordinal));
}

void LinkTable::impair(Link& link, const Packet& packet, Passage& passage, Duration& delay,
                       bool& ordered) {
  // What a link does to everything, it does to the segments of a stream.
  if (!packet.is_frame) {
    disturb(profiles_[link.profile].impairments, own_, packet, passage, delay, ordered);
  }
  for (const std::uint32_t index : link.faults) {
    const ActiveFault& active = faults_[index];
    const LinkFault& fault = active.fault;
    if (!matches(fault, packet) || passage.drop != DropReason::none) continue;
    if (fault.cut) {
      passage.drop = fault.kind.has_value() ? DropReason::rule : DropReason::cut;
      bite(active, LinkEffect::cut, packet);
      continue;
    }
    if (!passage.held && hits(fault.hold, keys_.hold, active, packet)) {
      passage.held = true;
      passage.held_by = active.id;
      bite(active, LinkEffect::hold, packet);
    }
    if (hits(fault.delay, keys_.delay, active, packet)) {
      const DrawKey key = keys_.delay_by.of(packet.entity).of(active.draw);
      delay += fault.delay_by.at(key.at(packet.ordinal));
      bite(active, LinkEffect::delay, packet);
    }
    disturb(fault.impairments, active, packet, passage, delay, ordered);
  }
}

void LinkTable::disturb(const Impairments& impairments, const ActiveFault& fault,
                        const Packet& packet, Passage& passage, Duration& delay, bool& ordered) {
  if (hits(impairments.loss, keys_.loss, fault, packet)) {
    passage.drop = fault.fault.kind.has_value() ? DropReason::rule : DropReason::loss;
    bite(fault, LinkEffect::loss, packet);
    return;
  }
  if (!passage.duplicated && hits(impairments.duplicate, keys_.duplicate, fault, packet)) {
    passage.duplicated = true;
    bite(fault, LinkEffect::duplicate, packet);
  }
  if (hits(impairments.reorder, keys_.reorder, fault, packet)) {
    const DrawKey key = keys_.reorder_by.of(packet.entity).of(fault.draw);
    delay += impairments.reorder_by.at(key.at(packet.ordinal));
    ordered = false;
    bite(fault, LinkEffect::reorder, packet);
  }
  corrupt(impairments, fault, packet, passage);
}

void LinkTable::corrupt(const Impairments& impairments, const ActiveFault& fault,
                        const Packet& packet, Passage& passage) {
  const bool damaged = hits(impairments.corrupt, keys_.corrupt, fault, packet);
  if (damaged && packet.is_segment) {
    passage.drop = DropReason::loss;
    bite(fault, LinkEffect::corrupt, packet);
    return;
  }
  if (packet.message().empty() || passage.corrupted) return;
  if (damaged) {
    passage.corrupted = true;
    const DrawKey key = keys_.corrupt_bit.of(packet.entity).of(fault.draw);
    passage.corrupt_word = key.at(packet.ordinal);
    bite(fault, LinkEffect::corrupt, packet);
  } else if (packet.is_segment &&
             hits(impairments.stream_corrupt, keys_.stream_corrupt, fault, packet)) {
    passage.corrupted = true;
    const DrawKey key = keys_.stream_corrupt_bit.of(packet.entity).of(fault.draw);
    passage.corrupt_word = key.at(packet.ordinal);
    bite(fault, LinkEffect::stream_corrupt, packet);
  }
}

Instant LinkTable::occupy_line(Link& link, const Packet& packet, Passage& passage) {
  const LinkProfile& profile = profiles_[link.profile];
  std::uint64_t rate = profile.bytes_per_second;
  std::uint64_t queue = profile.queue_bytes;
  const ActiveFault* narrowest = &own_;
  for (const std::uint32_t index : link.faults) {
    const LinkFault& fault = faults_[index].fault;
    if (fault.bytes_per_second == 0 || !matches(fault, packet)) continue;
    if (rate != 0 && rate <= fault.bytes_per_second) continue;
    rate = fault.bytes_per_second;
    queue = fault.queue_bytes;
    narrowest = &faults_[index];
  }
  const Instant now = sim_.now();
  if (rate == 0) return now;
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const Instant begin = std::max(now, link.line_free);
  const auto backlog = static_cast<unsigned __int128>((begin - now).ns) * rate / kSecond;
  if (backlog + packet.bytes.size() > queue) {
    passage.drop = DropReason::queue_full;
    bite(*narrowest, LinkEffect::queue_full, packet);
    return now;
  }
  const auto busy = static_cast<unsigned __int128>(packet.bytes.size()) * kSecond / rate;
  const auto most = static_cast<unsigned __int128>(Latency::kLongest.ns);
  link.line_free = begin + Duration{static_cast<std::int64_t>(std::min(busy, most))};
  if (link.line_free > now) bite(*narrowest, LinkEffect::bandwidth, packet);
  return link.line_free;
}

bool LinkTable::arrives(const Packet& packet) {
  Link& link = *links_[packet.link];
  current(link);
  for (const std::uint32_t index : link.faults) {
    const ActiveFault& active = faults_[index];
    if (!active.fault.cut || !matches(active.fault, packet)) continue;
    bite(active, LinkEffect::cut, packet);
    return false;
  }
  return true;
}

bool LinkTable::still_held(const Packet& packet, FaultId& by) {
  Link& link = *links_[packet.link];
  current(link);
  for (const std::uint32_t index : link.faults) {
    const ActiveFault& active = faults_[index];
    if (!matches(active.fault, packet)) continue;
    if (!hits(active.fault.hold, keys_.hold, active, packet)) continue;
    if (by != active.id) bite(active, LinkEffect::hold, packet);
    by = active.id;
    return true;
  }
  return false;
}

void LinkTable::bite(const ActiveFault& fault, LinkEffect effect, const Packet& packet) {
  const auto index = static_cast<std::size_t>(effect);
  if (++(*fault.bites)[index] != 1 || fault.id == kProfileFault) return;
  const std::uint64_t id = fault.fault.plan_id != 0 ? fault.fault.plan_id : fault.id;
  if (!recorded_.emplace(id, effect).second) return;
  Record record;
  record.kind = RecordKind::fault_bite;
  record.aux = static_cast<std::uint16_t>(effect);
  record.node = packet.from.node;
  record.incarnation = packet.incarnation;
  record.cause = packet.record;
  record.a = id;
  record.c = node_bit(packet.from.node) | node_bit(packet.to.node);
  sim_.record(record);
}

}  // namespace windtunnel
