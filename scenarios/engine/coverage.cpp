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

CoverageObserver::CoverageObserver(Simulation& sim) : sim_(sim), nodes_(sim.node_count()) {
  RecordKinds kinds{RecordKind::send,  RecordKind::deliver, RecordKind::drop,
                    RecordKind::crash, RecordKind::start,   RecordKind::duplicate};
  for (const ObservationKind kind :
       {ObservationKind::role, ObservationKind::term, ObservationKind::append,
        ObservationKind::truncate, ObservationKind::commit, ObservationKind::recovered,
        ObservationKind::snapshot_installed, ObservationKind::mark}) {
    kinds.add(kind_of(kind));
  }
  sim_.trace().add_listener(*this, kinds);
}

CoverageObserver::~CoverageObserver() { sim_.trace().remove_listener(*this); }

void CoverageObserver::on_record(std::uint64_t, const Record& record) {
  const auto kind = static_cast<std::size_t>(record.c & 0xff) % kMessageKinds;
  switch (record.kind) {
    case RecordKind::send:
    case RecordKind::duplicate:
      if (in_flight_[kind]++ == 0) kinds_in_flight_ |= std::uint64_t{1} << kind;
      return;
    case RecordKind::deliver:
    case RecordKind::drop:
      if (in_flight_[kind] != 0 && --in_flight_[kind] == 0) {
        kinds_in_flight_ &= ~(std::uint64_t{1} << kind);
      }
      return;
    default: break;
  }
  if (record.node.value >= nodes_.size()) return;
  NodeState& node = nodes_[record.node.value];
  bool changed = true;
  if (record.is_observation()) {
    if (record.observation() == ObservationKind::mark) {
      if (std::find(marks_.begin(), marks_.end(), record.a) == marks_.end()) {
        marks_.push_back(record.a);
      }
      return;
    }
    node.seen = true;
    changed = take_observation(node, record);
  } else if (record.kind == RecordKind::crash || record.kind == RecordKind::start) {
    node.up = record.kind == RecordKind::start;
    changed = node.seen;
  }
  if (changed) note_state();
}

bool CoverageObserver::take_observation(NodeState& node, const Record& record) {
  switch (record.observation()) {
    case ObservationKind::role:
      node.role = static_cast<std::uint8_t>(record.a);
      node.term = record.b;
      node.last = record.c;
      return true;
    case ObservationKind::term: node.term = record.a; return true;
    case ObservationKind::append:
      node.last = record.a;
      node.last_term = record.b;
      return true;
    case ObservationKind::truncate: node.last = record.a == 0 ? 0 : record.a - 1; return true;
    case ObservationKind::commit: node.commit = record.a; return true;
    case ObservationKind::recovered:
      node.role = 0;
      node.term = record.a;
      node.last = record.c;
      node.commit = 0;
      return true;
    case ObservationKind::snapshot_installed:
      node.last = std::max(node.last, record.a);
      node.commit = std::max(node.commit, record.a);
      return true;
    default: return false;
  }
}

// 0, 1, 2 (2 and 3), 3 (4 to 7), ... up to 7.
std::uint64_t CoverageObserver::step_of(std::uint64_t difference) {
  return std::min<std::uint64_t>(7, static_cast<std::uint64_t>(std::bit_width(difference)));
}

void CoverageObserver::note_state() {
  NodeState furthest;
  for (const NodeState& node : nodes_) {
    furthest.term = std::max(furthest.term, node.term);
    furthest.last = std::max(furthest.last, node.last);
    furthest.commit = std::max(furthest.commit, node.commit);
  }
  codes_.clear();
  for (const NodeState& node : nodes_) {
    if (!node.seen) continue;
    std::uint64_t code = node.up ? 1 : 0;
    code = code << 3 | node.role;
    code = code << 3 | step_of(furthest.term - node.term);
    code = code << 3 | step_of(furthest.last - node.last);
    code = code << 3 | step_of(furthest.commit - node.commit);
    code = code << 3 | step_of(node.last - std::min(node.last, node.commit));
    code = code << 3 | step_of(node.term - std::min(node.term, node.last_term));
    codes_.push_back(code);
  }
  std::sort(codes_.begin(), codes_.end());
  std::uint64_t state = kinds_in_flight_;
  for (const std::uint64_t code : codes_) state = hash_combine(state, code);
  if (state == latest_) return;
  latest_ = state;
  states_.push_back(state);
  if (states_.size() >= 2 * kMostStates) keep_each_once(states_);
}

Coverage CoverageObserver::take() {
  keep_each_once(states_);
  keep_each_once(marks_);
  if (states_.size() > kMostStates) states_.resize(kMostStates);
  return {std::move(states_), std::move(marks_)};
}

}  // namespace windtunnel::scenarios
