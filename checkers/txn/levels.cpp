#include <windtunnel/checkers/txn/levels.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace windtunnel::checkers {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// The first anomaly is also a case of the second.
constexpr Pair kImplies[] = {
    {"G0", "G1c"},
    {"G0", "G0-process"},
    {"G0-process", "G1c-process"},
    {"G0-process", "G0-realtime"},
    {"G0-realtime", "G1c-realtime"},
    {"G1a", "G1"},
    {"G1b", "G1"},
    {"G1c", "G1"},
    {"G1c", "G1c-process"},
    {"G1c-process", "G1c-realtime"},
    {"G1c-process", "G1-process"},
    {"G1c-realtime", "G1-realtime"},
    {"G1", "G1-process"},
    {"G1-process", "G1-realtime"},
    {"G-single", "G-nonadjacent"},
    {"G-single", "G-single-process"},
    {"G-single-process", "G-nonadjacent-process"},
    {"G-single-process", "G-single-realtime"},
    {"G-single-realtime", "G-nonadjacent-realtime"},
    {"G-nonadjacent", "G2-item"},
    {"G-nonadjacent", "G-nonadjacent-process"},
    {"G-nonadjacent-process", "G2-item-process"},
    {"G-nonadjacent-process", "G-nonadjacent-realtime"},
    {"G-nonadjacent-realtime", "G2-item-realtime"},
    {"G2-item", "G2-item-process"},
    {"G2-item-process", "G2-item-realtime"},
    {"incompatible-order", "G1a"},
    {"dirty-update", "G1a"},
    {"garbage-read", "G1a"},
    {"future-read", "G1c"},
    {"lost-update", "G2-item"},
    {"CC-cycle", "PC-cycle"},
    {"PC-cycle", "G-nonadjacent"},
    {"PC-cycle", "SI-cycle"},
    {"G-nonadjacent", "SI-cycle"},
    {"G-nonadjacent-process", "SI-cycle-process"},
    {"G-nonadjacent-realtime", "SI-cycle-realtime"},
    {"G2-item", "SER-cycle"},
    {"G2-item-process", "SER-cycle-process"},
    {"G2-item-realtime", "SER-cycle-realtime"},
    {"SI-cycle", "SER-cycle"},
    {"SI-cycle", "SI-cycle-process"},
    {"SER-cycle", "SER-cycle-process"},
    {"SI-cycle-process", "SER-cycle-process"},
    {"SI-cycle-process", "SI-cycle-realtime"},
    {"SER-cycle-process", "SER-cycle-realtime"},
    {"SI-cycle-realtime", "SER-cycle-realtime"},
    {"RC-cycle", "RA-cycle"},
    {"RA-cycle", "CC-cycle"},
    {"RC-cycle", "RC-cycle-process"},
    {"RA-cycle", "RA-cycle-process"},
    {"CC-cycle", "CC-cycle-process"},
    {"RC-cycle-process", "RA-cycle-process"},
    {"RA-cycle-process", "CC-cycle-process"},
};

// The first level forbids the second anomaly, beside what weaker levels forbid.
constexpr Pair kForbids[] = {
    {"read-uncommitted", "G0"},
    {"read-uncommitted", "duplicate-elements"},
    {"read-uncommitted", "cyclic-versions"},
    {"read-uncommitted", "garbage-read"},
    {"read-committed", "G1"},
    {"read-committed", "RC-cycle"},
    {"cursor-stability", "lost-update"},
    {"consistent-view", "G-single"},
    {"read-atomic", "internal"},
    {"consistent-view", "internal"},
    {"repeatable-read", "internal"},
    {"read-atomic", "G1a"},
    {"read-atomic", "future-read"},
    {"read-atomic", "RA-cycle"},
    {"causal", "CC-cycle"},
    // Whatever the versions of the keys are: where one is not in the order of the commit edge, its
    // reader closes a cycle of one anti-dependency with what it saw; where all are, they are G1c.
    {"consistent-view", "CC-cycle"},
    {"repeatable-read", "CC-cycle"},
    {"parallel-snapshot-isolation", "G-single"},
    {"prefix", "PC-cycle"},
    {"snapshot-isolation", "G-nonadjacent"},
    {"snapshot-isolation", "SI-cycle"},
    {"repeatable-read", "G2-item"},
    {"serializable", "G2-item"},
    // Where every access names its key, repeatable read is serializability.
    {"repeatable-read", "SER-cycle"},
    {"serializable", "SER-cycle"},
    {"strong-session-read-uncommitted", "G0-process"},
    {"strong-session-read-committed", "G1-process"},
    {"strong-session-read-committed", "RC-cycle-process"},
    {"strong-session-read-atomic", "RA-cycle-process"},
    {"strong-session-causal", "CC-cycle-process"},
    {"strong-session-snapshot-isolation", "G-nonadjacent-process"},
    {"strong-session-snapshot-isolation", "SI-cycle-process"},
    {"strong-session-serializable", "G2-item-process"},
    {"strong-session-serializable", "SER-cycle-process"},
    {"strong-read-uncommitted", "G0-realtime"},
    {"strong-read-committed", "G1-realtime"},
    {"strong-snapshot-isolation", "G-nonadjacent-realtime"},
    {"strong-snapshot-isolation", "SI-cycle-realtime"},
    {"strict-serializable", "G2-item-realtime"},
    {"strict-serializable", "SER-cycle-realtime"},
};

// A history of the first level is one of the second.
constexpr Pair kStronger[] = {
    {"read-committed", "read-uncommitted"},
    {"cursor-stability", "read-committed"},
    {"monotonic-view", "read-committed"},
    {"monotonic-atomic-view", "read-committed"},
    {"monotonic-snapshot-read", "read-committed"},
    {"consistent-view", "cursor-stability"},
    {"consistent-view", "monotonic-view"},
    {"forward-consistent-view", "consistent-view"},
    {"update-serializable", "forward-consistent-view"},
    {"read-atomic", "monotonic-atomic-view"},
    {"causal", "read-atomic"},
    {"parallel-snapshot-isolation", "causal"},
    {"parallel-snapshot-isolation", "consistent-view"},
    {"prefix", "causal"},
    {"repeatable-read", "cursor-stability"},
    {"repeatable-read", "monotonic-atomic-view"},
    {"snapshot-isolation", "forward-consistent-view"},
    {"snapshot-isolation", "monotonic-snapshot-read"},
    {"snapshot-isolation", "parallel-snapshot-isolation"},
    {"snapshot-isolation", "prefix"},
    {"serializable", "repeatable-read"},
    {"serializable", "update-serializable"},
    {"serializable", "snapshot-isolation"},
    {"strong-session-read-uncommitted", "read-uncommitted"},
    {"strong-session-read-committed", "strong-session-read-uncommitted"},
    {"strong-session-read-committed", "read-committed"},
    {"strong-session-read-atomic", "strong-session-read-committed"},
    {"strong-session-read-atomic", "read-atomic"},
    {"strong-session-causal", "strong-session-read-atomic"},
    {"strong-session-causal", "causal"},
    {"strong-session-snapshot-isolation", "strong-session-causal"},
    {"strong-session-snapshot-isolation", "snapshot-isolation"},
    {"strong-session-serializable", "strong-session-snapshot-isolation"},
    {"strong-session-serializable", "serializable"},
    {"strong-read-uncommitted", "strong-session-read-uncommitted"},
    {"strong-read-committed", "strong-read-uncommitted"},
    {"strong-read-committed", "strong-session-read-committed"},
    {"strong-snapshot-isolation", "strong-read-committed"},
    {"strong-snapshot-isolation", "strong-session-snapshot-isolation"},
    {"strict-serializable", "strong-snapshot-isolation"},
    {"strict-serializable", "strong-session-serializable"},
};

// Names, and which of them can be reached from which.
class Lattice {
 public:
  using Set = std::uint64_t;  // bit i: name i
  static constexpr std::size_t kMost = 64;

  constexpr Lattice(std::span<const Pair> pairs, std::span<const Pair> seconds) {
    for (const Pair& pair : pairs) {
      reached_[add(pair.first)] |= Set{1} << add(pair.second);
    }
    for (const Pair& pair : seconds) add(pair.second);
    for (std::size_t k = 0; k < count_; ++k) {
      for (std::size_t i = 0; i < count_; ++i) {
        if ((reached_[i] >> k & 1U) != 0) reached_[i] |= reached_[k];
      }
    }
  }

  // The name itself is reached from it. Nothing is from one that is not there.
  constexpr Set reached_from(std::string_view name) const {
    const std::size_t i = place(name);
    return i == count_ ? 0 : reached_[i];
  }
  constexpr Set reached_from(std::size_t place) const { return reached_[place]; }
  constexpr bool reaches(std::string_view from, std::string_view to) const {
    return from == to || (reached_from(from) & only(to)) != 0;
  }
  constexpr Set only(std::string_view name) const {
    const std::size_t i = place(name);
    return i == count_ ? 0 : Set{1} << i;
  }
  constexpr std::span<const std::string_view> names() const { return {names_.data(), count_}; }
  // As many as there are names, where it is none.
  constexpr std::size_t place(std::string_view name) const {
    const auto all = names();
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), name) - all.begin());
  }

 private:
  constexpr std::size_t add(std::string_view name) {
    const std::size_t i = place(name);
    if (i < count_) return i;
    names_[i] = name;  // Beyond the last one it is no constant expression.
    reached_[i] = Set{1} << i;
    return count_++;
  }

  std::array<std::string_view, kMost> names_{};
  std::array<Set, kMost> reached_{};
  std::size_t count_ = 0;
};
constexpr Lattice kLevels(kStronger, {});
constexpr Lattice kAnomalies(kImplies, kForbids);

// By level, what it and those in it forbid.
constexpr auto kForbidden = [] {
  std::array<Lattice::Set, Lattice::kMost> all{};
  for (const Pair& pair : kForbids) {
    const Lattice::Set weaker = kLevels.only(pair.first);
    const Lattice::Set anomaly = kAnomalies.only(pair.second);
    for (std::size_t level = 0; level < kLevels.names().size(); ++level) {
      if ((kLevels.reached_from(level) & weaker) != 0) all[level] |= anomaly;
    }
  }
  return all;
}();

}  // namespace

const std::vector<std::string_view>& isolation_levels() {
  static const std::vector<std::string_view> levels{
      "read-uncommitted",
      "read-committed",
      "cursor-stability",
      "monotonic-view",
      "monotonic-atomic-view",
      "monotonic-snapshot-read",
      "read-atomic",
      "causal",
      "consistent-view",
      "forward-consistent-view",
      "prefix",
      "parallel-snapshot-isolation",
      "update-serializable",
      "repeatable-read",
      "snapshot-isolation",
      "serializable",
      "strong-session-read-uncommitted",
      "strong-session-read-committed",
      "strong-session-read-atomic",
      "strong-session-causal",
      "strong-session-snapshot-isolation",
      "strong-session-serializable",
      "strong-read-uncommitted",
      "strong-read-committed",
      "strong-snapshot-isolation",
      "strict-serializable",
  };
  return levels;
}

std::string promise_of_isolation(std::string_view level) {
  const auto listed = [level](const auto& pairs) {
    std::string text;
    for (const Pair& pair : pairs) {
      if (pair.first == level) text += (text.empty() ? "" : ", ") + std::string(pair.second);
    }
    return text;
  };
  const std::string anomalies = listed(kForbids);
  const std::string weaker = listed(kStronger);
  std::string text = "transactions";
  if (!anomalies.empty()) text += " without " + anomalies;
  if (!weaker.empty()) text += (anomalies.empty() ? " that are " : "; ") + weaker;
  return text;
}

bool is_isolation_level(std::string_view name) {
  const std::vector<std::string_view>& levels = isolation_levels();
  return std::find(levels.begin(), levels.end(), name) != levels.end();
}

Scope scope_of(std::string_view level) {
  if (level.starts_with("strong-session-")) return Scope::process;
  const bool realtime = level.starts_with("strong-") || level == "strict-serializable";
  return realtime ? Scope::realtime : Scope::data;
}

bool is_at_least(std::string_view level, std::string_view weaker) {
  return kLevels.reaches(level, weaker);
}

bool forbids(std::string_view level, const std::string& anomaly) {
  return (kForbidden[kLevels.place(level)] & kAnomalies.reached_from(anomaly)) != 0;
}

const std::vector<std::string_view>& anomaly_names() {
  static const std::vector<std::string_view> names = [] {
    std::set<std::string_view> all(kAnomalies.names().begin(), kAnomalies.names().end());
    // What comes as one of its cases.
    for (const char* group : {"G1", "G1-process", "G1-realtime"}) all.erase(group);
    return std::vector<std::string_view>(all.begin(), all.end());
  }();
  return names;
}

std::string_view forbidden_from(const std::string& anomaly) {
  for (const std::string_view level : isolation_levels()) {
    if (forbids(level, anomaly)) return level;
  }
  return {};
}

bool Counting::is_asked_for(const std::string& anomaly) const {
  return std::any_of(forbidden.begin(), forbidden.end(), [&anomaly](const std::string& one) {
    return kAnomalies.reaches(anomaly, one);
  });
}

bool Counting::counts(const std::string& anomaly) const {
  const bool is_permitted =
      std::find(permitted.begin(), permitted.end(), anomaly) != permitted.end();
  return is_asked_for(anomaly) || (forbids(level, anomaly) && !is_permitted);
}

bool is_ruled_out(std::string_view level, const std::set<std::string>& anomalies) {
  return std::any_of(anomalies.begin(), anomalies.end(),
                     [level](const std::string& anomaly) { return forbids(level, anomaly); });
}

LevelReport judge_levels(const std::set<std::string>& anomalies, Scope widest) {
  std::set<std::string_view> out;
  for (const std::string_view level : isolation_levels()) {
    if (is_ruled_out(level, anomalies)) out.insert(level);
  }
  LevelReport report;
  for (const std::string_view level : isolation_levels()) {
    if (!out.contains(level)) {
      if (scope_of(level) <= widest) report.not_violated.emplace_back(level);
      continue;
    }
    const bool weakest = std::none_of(out.begin(), out.end(), [level](std::string_view other) {
      return other != level && is_at_least(level, other);
    });
    (weakest ? report.violated : report.also_violated).emplace_back(level);
  }
  return report;
}

}  // namespace windtunnel::checkers
