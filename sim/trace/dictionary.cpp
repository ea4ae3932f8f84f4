#include <windtunnel/sim/trace/dictionary.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace windtunnel {
namespace {

constexpr auto kLastType = static_cast<std::uint64_t>(FieldType::phase);
constexpr auto kLastChange = static_cast<std::uint64_t>(Change::before);
constexpr auto kLastStrip = static_cast<std::uint64_t>(Strip::line);
constexpr auto kLastWeight = static_cast<std::uint64_t>(Weight::detail);
constexpr std::uint64_t kMostWords = 4'096;  // of one service, in a file

// The protocol's words, and everybody's that it does not say itself.
std::vector<ObservationWord> all_words(std::span<const ObservationWord> own) {
  std::vector<ObservationWord> words(own.begin(), own.end());
  for (const ObservationWord& common : kCommonWords) {
    if (find_word(own, common.kind) == nullptr) words.push_back(common);
  }
  std::sort(words.begin(), words.end(),
            [](const ObservationWord& x, const ObservationWord& y) { return x.kind < y.kind; });
  return words;
}

bool sets(const ObservationWord& word, std::string_view counter) {
  return std::any_of(word.fields.begin(), word.fields.end(),
                     [&](const WordField& field) { return field.counter == counter; });
}

// Everybody's that a word sets and the protocol does not say itself, then the protocol's.
std::vector<Counter> all_counters(const std::vector<ObservationWord>& words,
                                  std::span<const Counter> own) {
  std::vector<Counter> counters;
  for (const Counter& common : kCommonCounters) {
    const bool known = std::any_of(own.begin(), own.end(), [&](const Counter& counter) {
      return counter.name == common.name;
    });
    const bool is_set = std::any_of(words.begin(), words.end(), [&](const ObservationWord& word) {
      return sets(word, common.name);
    });
    if (is_set && !known) counters.push_back(common);
  }
  counters.insert(counters.end(), own.begin(), own.end());
  return counters;
}

}  // namespace

const ObservationWord* ServiceWords::word(ObservationKind kind) const {
  const auto found = std::lower_bound(
      words.begin(), words.end(), kind,
      [](const ObservationWord& word, ObservationKind want) { return word.kind < want; });
  return found == words.end() || found->kind != kind ? nullptr : &*found;
}

const ObservationWord* ServiceWords::word(std::string_view name) const {
  for (const ObservationWord& word : words) {
    if (word.name == name) return &word;
  }
  return nullptr;
}

std::size_t ServiceWords::counter(std::string_view name) const {
  std::size_t at = 0;
  while (at < counters.size() && counters[at].name != name) ++at;
  return at;
}

std::string ServiceWords::role(std::uint64_t number) const {
  return number < roles.size() ? std::string(roles[number].name) : std::to_string(number);
}

bool ServiceWords::leads(std::uint64_t role) const {
  return role < roles.size() && roles[role].leads;
}

void Dictionary::take(ServiceWords&& service) {
  service.first = GroupId{groups_};
  groups_ += service.groups;
  service_of_.resize(groups_, static_cast<std::uint32_t>(services_.size()));
  services_.push_back(std::move(service));
}

void Dictionary::add(std::string_view nodes, std::string_view service, std::uint32_t groups,
                     const ProtocolWords& words) {
  WT_ASSERT(groups > 0 && groups_ + groups <= kMostGroups, "a service has groups, not too many");
  WT_ASSERT(flaw_of(words).empty(), "the tables of a protocol's words are sound");
  ServiceWords made;
  made.nodes = keep(nodes);
  made.service = keep(service);
  made.groups = groups;
  made.words = all_words(words.observations);
  made.counters = all_counters(made.words, words.counters);
  const std::span<const RoleWord> roles = words.roles.empty() ? kCommonRoles : words.roles;
  made.roles.assign(roles.begin(), roles.end());
  made.marks.assign(words.marks.begin(), words.marks.end());
  take(std::move(made));
}

const ServiceWords* Dictionary::of(GroupId group) const {
  return group.value < groups_ ? &services_[service_of_[group.value]] : nullptr;
}

const ObservationWord* Dictionary::word(GroupId group, ObservationKind kind) const {
  const ServiceWords* service = of(group);
  return service != nullptr ? service->word(kind) : find_word(kCommonWords, kind);
}

std::string Dictionary::name(GroupId group) const {
  const ServiceWords* service = of(group);
  if (service == nullptr) return std::to_string(group.value);
  std::string text(service->nodes);
  if (service->groups > 1) text += "/" + std::to_string(group.value - service->first.value);
  return text;
}

std::string_view Dictionary::keep(std::string_view text) {
  if (texts_ == nullptr) texts_ = std::make_shared<std::deque<std::string>>();
  return texts_->emplace_back(text);
}

// --- The file ---

void Dictionary::encode(Writer& writer) const {
  writer.varint(services_.size());
  for (const ServiceWords& service : services_) {
    writer.text(service.nodes);
    writer.text(service.service);
    writer.varint(service.groups);
    writer.varint(service.words.size());
    for (const ObservationWord& word : service.words) {
      writer.varint(static_cast<std::uint64_t>(word.kind));
      writer.text(word.name);
      writer.text(word.sentence);
      writer.varint(static_cast<std::uint64_t>(word.weight));
      for (const WordField& field : word.fields) {
        writer.text(field.name);
        writer.varint(static_cast<std::uint64_t>(field.type));
        writer.text(field.counter);
        writer.varint(static_cast<std::uint64_t>(field.change));
      }
    }
    writer.varint(service.counters.size());
    for (const Counter& counter : service.counters) {
      writer.text(counter.name);
      writer.varint(static_cast<std::uint64_t>(counter.announced_by));
      writer.varint(static_cast<std::uint64_t>(counter.strip));
    }
    writer.varint(service.roles.size());
    for (const RoleWord& role : service.roles) {
      writer.text(role.name);
      writer.varint(static_cast<unsigned char>(role.sign));
      writer.varint(role.leads ? 1 : 0);
    }
  }
}

namespace {

// A number that names one of an enum's first `last + 1` values.
template <class Enum>
bool read_enum(Reader& reader, std::uint64_t last, Enum& value) {
  const std::uint64_t number = reader.varint();
  value = static_cast<Enum>(std::min(number, last));
  return reader.ok() && number <= last;
}

bool read_count(Reader& reader, std::uint64_t most, std::uint64_t& count) {
  count = reader.varint();
  return reader.ok() && count <= most;
}

}  // namespace

bool Dictionary::decode_word(Reader& reader, ObservationWord& word) {
  if (!read_enum(reader, UINT16_MAX, word.kind)) return false;
  word.name = keep(reader.text());
  word.sentence = keep(reader.text());
  if (!read_enum(reader, kLastWeight, word.weight)) return false;
  for (WordField& field : word.fields) {
    field.name = keep(reader.text());
    if (!read_enum(reader, kLastType, field.type)) return false;
    field.counter = keep(reader.text());
    if (!read_enum(reader, kLastChange, field.change)) return false;
  }
  return true;
}

bool Dictionary::decode_counters(Reader& reader, ServiceWords& service) {
  std::uint64_t count = 0;
  if (!read_count(reader, kMostCounters, count)) return false;
  for (; count > 0; --count) {
    Counter& counter = service.counters.emplace_back();
    counter.name = keep(reader.text());
    if (!read_enum(reader, UINT16_MAX, counter.announced_by)) return false;
    if (!read_enum(reader, kLastStrip, counter.strip)) return false;
  }
  if (!read_count(reader, kMostWords, count)) return false;
  for (; count > 0; --count) {
    RoleWord& role = service.roles.emplace_back();
    role.name = keep(reader.text());
    // One column of a terminal.
    const std::uint64_t sign = reader.varint();
    if (sign <= ' ' || sign > '~') return false;
    role.sign = static_cast<char>(sign);
    role.leads = reader.varint() != 0;
  }
  return reader.ok();
}

bool Dictionary::decode_service(Reader& reader) {
  ServiceWords service;
  service.nodes = keep(reader.text());
  service.service = keep(reader.text());
  std::uint64_t count = 0;
  if (!read_count(reader, kMostGroups - groups_, count) || count == 0) return false;
  service.groups = static_cast<std::uint32_t>(count);
  if (!read_count(reader, kMostWords, count)) return false;
  for (; count > 0; --count) {
    ObservationWord word;
    if (!decode_word(reader, word)) return false;
    const bool is_ordered = service.words.empty() || service.words.back().kind < word.kind;
    if (!is_ordered) return false;
    service.words.push_back(word);
  }
  if (!decode_counters(reader, service)) return false;
  take(std::move(service));
  return true;
}

bool Dictionary::decode(Reader& reader) {
  *this = Dictionary();
  const std::uint64_t services = reader.varint();
  for (std::uint64_t i = 0; i < services; ++i) {
    if (!reader.ok() || !decode_service(reader)) {
      *this = Dictionary();
      return false;
    }
  }
  return reader.ok();
}

}  // namespace windtunnel
