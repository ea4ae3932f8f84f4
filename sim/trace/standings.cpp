#include <windtunnel/sim/trace/standings.h>

#include <algorithm>
#include <utility>

namespace windtunnel {
namespace {

constexpr auto kUser = static_cast<std::size_t>(ObservationKind::user);

std::uint64_t word_of(const Record& record, std::uint8_t field) {
  constexpr std::uint64_t Record::*kWords[] = {&Record::a, &Record::b, &Record::c, &Record::d};
  return record.*kWords[field];
}

void change(std::uint64_t& value, std::uint64_t to, Change how) {
  switch (how) {
    case Change::set: value = to; break;
    case Change::raise: value = std::max(value, to); break;
    case Change::before: value = to == 0 ? 0 : to - 1; break;
  }
}

}  // namespace

Standings::Standings(const Dictionary& dictionary, std::size_t nodes)
    : nodes_(nodes), groups_(dictionary.group_count()) {
  for (const ServiceWords& service : dictionary.services()) {
    Table table;
    table.words = &service;
    for (const ObservationWord& word : service.words) add_effects(service, word, table);
    table_of_.insert(table_of_.end(), service.groups, static_cast<std::uint32_t>(tables_.size()));
    tables_.push_back(std::move(table));
  }
  standings_.resize(nodes_ * groups_);
  for (std::size_t i = 0; i < standings_.size(); ++i) {
    standings_[i].node = NodeId{static_cast<std::uint32_t>(i / groups_)};
    standings_[i].group = GroupId{static_cast<std::uint32_t>(i % groups_)};
  }
}

void Standings::add_effects(const ServiceWords& service, const ObservationWord& word,
                            Table& table) {
  using What = Effect::What;
  const auto first = static_cast<std::uint16_t>(table.list.size());
  for (std::uint8_t i = 0; i < word.fields.size(); ++i) {
    const WordField& field = word.fields[i];
    const std::size_t counter = service.counter(field.counter);
    if (field.type == FieldType::role) table.list.push_back({What::role, Change::set, i, 0});
    if (field.type == FieldType::voters) table.list.push_back({What::voters, Change::set, i, 0});
    if (field.type == FieldType::learners) {
      table.list.push_back({What::learners, Change::set, i, 0});
    }
    if (field.counter.empty() || counter == service.counters.size()) continue;
    table.list.push_back({What::counter, field.change, i, static_cast<std::uint8_t>(counter)});
  }
  const auto number = static_cast<std::size_t>(word.kind);
  std::vector<Effects>& by_kind = number < kUser ? table.shipped : table.users;
  const std::size_t place = number < kUser ? number : number - kUser;
  by_kind.resize(std::max(by_kind.size(), place + 1));
  by_kind[place] = {first, static_cast<std::uint16_t>(table.list.size() - first)};
}

Standings::Effects Standings::effects_of(const Table& table, ObservationKind kind) {
  const auto number = static_cast<std::size_t>(kind);
  const std::vector<Effects>& by_kind = number < kUser ? table.shipped : table.users;
  const std::size_t place = number < kUser ? number : number - kUser;
  return place < by_kind.size() ? by_kind[place] : Effects{};
}

// Whether it changes what is known. That a node speaks for the first time does, too.
bool Standings::observe(Standing& standing, const Record& record) {
  const Table& table = tables_[table_of_[record.group.value]];
  const Effects effects = effects_of(table, record.observation());
  const bool is_news = !standing.spoke;
  standing.spoke = true;
  bool configures = false;
  for (std::size_t i = effects.first; i < std::size_t{effects.first} + effects.count; ++i) {
    const Effect& effect = table.list[i];
    const std::uint64_t word = word_of(record, effect.field);
    switch (effect.what) {
      case Effect::What::counter:
        change(standing.values[effect.counter], word, effect.change);
        break;
      case Effect::What::role:
        standing.role = static_cast<std::uint8_t>(std::min<std::uint64_t>(word, kNoRole));
        standing.leads = table.words->leads(word);
        standing.term = record.b;
        break;
      case Effect::What::voters:
      case Effect::What::learners:
        if (!std::exchange(configures, true)) standing.voters = standing.learners = 0;
        (effect.what == Effect::What::voters ? standing.voters : standing.learners) |= word;
        standing.configured_at = record.a;
        break;
    }
  }
  return is_news || effects.count > 0;
}

// The node stops, or starts a new life, in which it knows nothing yet. False where that is no
// change.
bool Standings::is_up(Standing& standing, bool up) {
  if (!up) return std::exchange(standing.up, false);
  Standing fresh;
  fresh.node = standing.node;
  fresh.group = standing.group;
  standing = fresh;
  return true;
}

RecordKinds Standings::kinds_where(bool counters) const {
  RecordKinds kinds{RecordKind::crash, RecordKind::start};
  for (const Table& table : tables_) {
    for (const ObservationWord& word : table.words->words) {
      const Effects effects = effects_of(table, word.kind);
      const auto first = table.list.begin() + effects.first;
      const bool matters = std::any_of(first, first + effects.count, [&](const Effect& effect) {
        return counters || effect.what != Effect::What::counter;
      });
      if (matters) kinds.add(kind_of(word.kind));
    }
  }
  return kinds;
}

RecordKinds Standings::kinds() const { return kinds_where(true); }
RecordKinds Standings::kinds_of_roles() const { return kinds_where(false); }

NodeId Standings::leader(GroupId group) const {
  if (group.value >= groups_) return kNoNode;
  NodeId found = kNoNode;
  std::uint64_t newest = 0;
  for (std::uint32_t n = 0; n < nodes_; ++n) {
    const Standing& standing = at(NodeId{n}, group);
    if (!standing.leads || !standing.up) continue;
    if (found != kNoNode && standing.term <= newest) continue;
    newest = standing.term;
    found = standing.node;
  }
  return found;
}

const Standing* Standings::configuration(GroupId group) const {
  if (group.value >= groups_) return nullptr;
  const NodeId leading = leader(group);
  if (leading != kNoNode && at(leading, group).voters != 0) return &at(leading, group);
  const Standing* latest = nullptr;
  for (std::uint32_t n = 0; n < nodes_; ++n) {
    const Standing& standing = at(NodeId{n}, group);
    if (standing.voters == 0) continue;
    if (latest == nullptr || standing.configured_at > latest->configured_at) latest = &standing;
  }
  return latest;
}

}  // namespace windtunnel
