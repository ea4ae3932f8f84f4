#include <windtunnel/scenarios/engine/coverage.h>

#include <windtunnel/protocols/base/hash.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace windtunnel::scenarios {
namespace {

void keep_each_once(std::vector<std::uint64_t>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void put(std::string& bytes, std::uint64_t value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof raw);
}

// Whether the word may change an abstract state.
bool tells_apart(const ServiceWords& service, const ObservationWord& word) {
  return std::any_of(word.fields.begin(), word.fields.end(), [&](const WordField& field) {
    if (field.type == FieldType::role) return true;
    const std::size_t at = service.counter(field.counter);
    return at < service.counters.size() &&
           (service.counters[at].compared || service.counters[at].lags);
  });
}

}  // namespace

std::string encode(const Coverage& coverage) {
  std::string bytes;
  put(bytes, coverage.states.size());
  for (const std::uint64_t state : coverage.states) put(bytes, state);
  for (const std::uint64_t mark : coverage.marks) put(bytes, mark);
  return bytes;
}

Coverage decode_coverage(std::string_view bytes) {
  std::vector<std::uint64_t> words(bytes.size() / sizeof(std::uint64_t));
  if (words.empty()) return {};
  std::memcpy(words.data(), bytes.data(), words.size() * sizeof(std::uint64_t));
  if (words[0] > words.size() - 1) return {};
  const auto states = words.begin() + 1;
  const auto marks = states + static_cast<std::ptrdiff_t>(words[0]);
  return {{states, marks}, {marks, words.end()}};
}

CoverageObserver::CoverageObserver(Simulation& sim, const Dictionary& dictionary)
    : sim_(sim), standings_(dictionary, sim.node_count()), furthest_(dictionary.group_count()) {
  for (const ServiceWords& service : dictionary.services()) {
    Compared compared;
    for (std::size_t i = 0; i < service.counters.size(); ++i) {
      const Counter& counter = service.counters[i];
      if (counter.compared) compared.others.push_back(i);
      if (counter.lags) compared.behind.emplace_back(i, service.counter(counter.behind));
    }
    compared_.insert(compared_.end(), service.groups, compared);
  }
  RecordKinds kinds{RecordKind::send,  RecordKind::deliver, RecordKind::drop,
                    RecordKind::crash, RecordKind::start,   RecordKind::duplicate};
  kinds.add(kind_of(ObservationKind::mark));
  for (const ServiceWords& service : dictionary.services()) {
    for (const ObservationWord& word : service.words) {
      if (tells_apart(service, word)) kinds.add(kind_of(word.kind));
    }
  }
  sim_.trace().add_listener(*this, kinds);
}

CoverageObserver::~CoverageObserver() { sim_.trace().remove_listener(*this); }

// A frame in a stream has a number, too, but was not sent by itself and never arrives as itself:
// what becomes of it is no flight. What a link damaged counts as what it was.
void CoverageObserver::follow(const Record& record) {
  const bool begins = record.kind == RecordKind::send;
  if (record.a >= flights_.size()) {
    if (!begins) return;
    flights_.resize(record.a + 1);
  }
  Flight& flight = flights_[record.a];
  if (begins) flight.kind = static_cast<std::uint8_t>(record.c % kMessageKinds);
  if (!begins && flight.copies == 0) return;
  const std::uint64_t bit = std::uint64_t{1} << flight.kind;
  if (begins || record.kind == RecordKind::duplicate) {
    ++flight.copies;
    ++in_flight_[flight.kind];
    kinds_in_flight_ |= bit;
    return;
  }
  --flight.copies;
  if (--in_flight_[flight.kind] == 0) kinds_in_flight_ &= ~bit;
}

void CoverageObserver::on_record(std::uint64_t, const Record& record) {
  switch (record.kind) {
    case RecordKind::send:
    case RecordKind::duplicate:
    case RecordKind::deliver:
    case RecordKind::drop: return follow(record);
    default: break;
  }
  if (record.is_observation() && record.observation() == ObservationKind::mark) {
    if (std::find(marks_.begin(), marks_.end(), record.a) == marks_.end()) {
      marks_.push_back(record.a);
    }
    return;
  }
  bool changed = false;
  standings_.take(record, [&changed](const Standing&) { changed = true; });
  if (changed) note_state();
}

// 0, 1, 2 (2 and 3), 3 (4 to 7), ... up to 7.
std::uint64_t CoverageObserver::step_of(std::uint64_t difference) {
  return std::min<std::uint64_t>(7, static_cast<std::uint64_t>(std::bit_width(difference)));
}

void CoverageObserver::note_state() {
  for (auto& values : furthest_) values = {};
  for (const Standing& standing : standings_.all()) {
    auto& furthest = furthest_[standing.group.value];
    for (const std::size_t counter : compared_[standing.group.value].others) {
      furthest[counter] = std::max(furthest[counter], standing.values[counter]);
    }
  }
  codes_.clear();
  for (const Standing& standing : standings_.all()) {
    if (standing.spoke) codes_.push_back(code_of(standing));
  }
  std::sort(codes_.begin(), codes_.end());
  std::uint64_t state = kinds_in_flight_;
  for (const std::uint64_t code : codes_) state = hash_combine(state, code);
  if (state == latest_) return;
  latest_ = state;
  states_.push_back(state);
  if (states_.size() >= 2 * kMostStates) keep_each_once(states_);
}

// What a node is in a group, as far as it tells runs apart. Groups differ from one another: the one
// of number 0 has no part in the code, so that a run of one group is what it was.
std::uint64_t CoverageObserver::code_of(const Standing& standing) const {
  const Compared& compared = compared_[standing.group.value];
  const auto& furthest = furthest_[standing.group.value];
  std::uint64_t code = standing.up ? 1 : 0;
  code = code << 3 | (standing.role == kNoRole ? 0 : standing.role & 7U);
  for (const std::size_t counter : compared.others) {
    code = code << 3 | step_of(furthest[counter] - standing.values[counter]);
  }
  for (const auto& [counter, ahead] : compared.behind) {
    const std::uint64_t value = standing.values[counter];
    code = code << 3 | step_of(standing.values[ahead] - std::min(standing.values[ahead], value));
  }
  return standing.group == GroupId{} ? code : hash_combine(code, standing.group.value);
}

Coverage CoverageObserver::take() {
  keep_each_once(states_);
  keep_each_once(marks_);
  if (states_.size() > kMostStates) states_.resize(kMostStates);
  return {std::move(states_), std::move(marks_)};
}

}  // namespace windtunnel::scenarios
