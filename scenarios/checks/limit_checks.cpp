#include <windtunnel/scenarios/checks/limit_checks.h>

#include <windtunnel/protocols/base/time_text.h>
#include <windtunnel/scenarios/checks/limit_monitor.h>
#include <windtunnel/scenarios/checks/yields_check.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

// --- elections ---

class ElectionsMonitor final : public LimitMonitor {
 public:
  using LimitMonitor::LimitMonitor;

  Finding finish(const RunView&, const PropertySpec& property) override {
    if (!given(property, "at_most", OptionInfo::Kind::integer)) {
      return undecided("no limit is given: options: { at_most: 3 }");
    }
    if (!has_roles_) return undecided("no node said which role it takes");
    return bounds_.at(property.options).finding;
  }

 private:
  struct Bound {
    std::int64_t most = 0;
    Finding finding;
  };

  void add(const PropertySpec& property) override {
    const auto most = given(property, "at_most", OptionInfo::Kind::integer);
    bounds_.emplace(property.options, Bound{most.value_or(INT64_MAX), {}});
  }

  void changed(std::uint64_t number, const Record& record, const Standing& standing) override {
    if (record.kind != kind_of(ObservationKind::role)) return;
    has_roles_ = true;
    if (!standing.leads) return;
    const std::int64_t count = ++elections_[standing.group];
    for (auto& [options, bound] : bounds_) {
      if (count <= bound.most) continue;
      violate(bound.finding, number, record.time, record.node,
              fmt::format("{} leads group {}: election {} of at most {}", name(record.node),
                          dictionary().name(standing.group), count, bound.most));
    }
  }

  bool has_roles_ = false;
  std::map<GroupId, std::int64_t> elections_;
  std::map<OptionMap, Bound> bounds_;
};

// --- at_most ---

class AtMostMonitor final : public LimitMonitor {
 public:
  using LimitMonitor::LimitMonitor;

  Finding finish(const RunView&, const PropertySpec& property) override {
    if (!given(property, "value", OptionInfo::Kind::integer)) {
      return undecided("no limit is given: options: { counter: term, value: 5 }");
    }
    const Bound& bound = bounds_.at(property.options);
    if (bound.counter.empty()) {
      return undecided("no counter is given: options: { counter: term, value: 5 }");
    }
    if (bound.is_said || bound.finding.decision != Decision::ok) return bound.finding;
    return undecided(
        fmt::format("no node has a counter '{}'; there are: {}", bound.counter, counters()));
  }

 private:
  struct Bound {
    std::string counter;
    std::uint64_t value = 0;
    bool is_said = false;  // some node has that counter
    Finding finding;
  };

  void add(const PropertySpec& property) override {
    Bound bound;
    const auto counter = property.options.find("counter");
    if (counter != property.options.end()) bound.counter = counter->second;
    bound.value = static_cast<std::uint64_t>(
        given(property, "value", OptionInfo::Kind::integer).value_or(INT64_MAX));
    bounds_.emplace(property.options, std::move(bound));
  }

  void changed(std::uint64_t number, const Record& record, const Standing& standing) override {
    const ServiceWords& service = *dictionary().of(standing.group);
    for (auto& [options, bound] : bounds_) {
      const std::size_t place = service.counter(bound.counter);
      if (place == service.counters.size()) continue;
      bound.is_said = true;
      const std::uint64_t value = standing.values[place];
      if (value <= bound.value) continue;
      violate(
          bound.finding, number, record.time, standing.node,
          fmt::format("{} of {} in group {} is {}: at most {} is allowed", bound.counter,
                      name(standing.node), dictionary().name(standing.group), value, bound.value));
    }
  }

  std::string counters() const {
    std::string names;
    for (const ServiceWords& service : dictionary().services()) {
      for (const Counter& counter : service.counters) {
        names += (names.empty() ? "" : ", ") + std::string(counter.name);
      }
    }
    return names.empty() ? "none" : names;
  }

  std::map<OptionMap, Bound> bounds_;
};

// --- keeps_up ---

// A goal is what any node of a group had reached. Each node is looked at once for each goal: when
// that is due, or when the node has been up for as long. Nobody has to say anything for that.
class KeepsUpMonitor final : public LimitMonitor {
 public:
  using LimitMonitor::LimitMonitor;

  void attach(const RunView& view, OnViolation on_violation) override {
    up_since_.resize(view.nodes.size());
    LimitMonitor::attach(view, std::move(on_violation));
    for (std::uint32_t i = 0; i < dictionary().group_count(); ++i) {
      const ServiceWords& service = *dictionary().of(GroupId{i});
      for (const Counter& counter : service.counters) {
        if (!counter.recovers) continue;
        races_.push_back({GroupId{i},
                          counter.name,
                          service.counter(counter.name),
                          counter.behind,
                          service.counter(counter.behind),
                          {}});
      }
    }
    for (auto& [options, bound] : bounds_) {
      const Progress progress{0, std::vector<std::size_t>(up_since_.size(), 0)};
      bound.progress.assign(races_.size(), progress);
    }
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (record.time >= next_look_) look(number, record.time);  // before the record changes it
    if (record.kind == RecordKind::start) begin(record.node, record.time);
    if (record.kind == RecordKind::crash) up_since_[record.node.value].reset();
    LimitMonitor::on_record(number, record);
  }

  Finding finish(const RunView& view, const PropertySpec& property) override {
    if (!given(property, "within", OptionInfo::Kind::duration)) {
      return undecided("no limit is given: options: { within: 2s }");
    }
    const auto has_goals = [](const Race& race) { return !race.goals.empty(); };
    if (std::none_of(races_.begin(), races_.end(), has_goals)) {
      return undecided("no node said of anything that it is to be caught up with");
    }
    look(view.sim.trace().size(), view.sim.now());
    return bounds_.at(property.options).finding;
  }

 private:
  // How far anybody had come, and when first.
  struct Goal {
    Instant at;
    std::uint64_t value = 0;
  };
  // A counter that must follow another one.
  struct Race {
    GroupId group;
    std::string_view counter;
    std::size_t place = 0;
    std::string_view behind;
    std::size_t place_behind = 0;
    std::vector<Goal> goals;
  };
  struct Progress {
    std::size_t due = 0;              // so many of the goals are
    std::vector<std::size_t> looked;  // by node: for so many
  };
  struct Bound {
    Duration within;
    std::vector<Progress> progress;  // by race
    Finding finding;
  };

  void add(const PropertySpec& property) override {
    Bound bound;
    bound.within.ns = given(property, "within", OptionInfo::Kind::duration).value_or(INT64_MAX);
    bounds_.emplace(property.options, std::move(bound));
  }

  // What it had before it started it is to have again.
  void begin(NodeId node, Instant now) {
    up_since_[node.value] = now;
    for (auto& [options, bound] : bounds_) {
      for (Progress& progress : bound.progress) progress.looked[node.value] = 0;
      look_at(now, bound);
    }
  }

  void changed(std::uint64_t, const Record& record, const Standing& standing) override {
    for (Race& race : races_) {
      if (race.group != standing.group) continue;
      const std::uint64_t ahead = standing.values[race.place_behind];
      if (!race.goals.empty() && race.goals.back().value >= ahead) continue;
      race.goals.push_back({record.time, ahead});
      for (const auto& [options, bound] : bounds_) look_at(record.time, bound);
    }
  }

  // The bound's time from then on.
  void look_at(Instant from, const Bound& bound) {
    if (bound.within.ns < kEndOfTime.ns - from.ns) {
      next_look_ = std::min(next_look_, from + bound.within);
    }
  }

  void look(std::uint64_t number, Instant now) {
    next_look_ = kEndOfTime;
    for (auto& [options, bound] : bounds_) {
      for (std::size_t i = 0; i < races_.size(); ++i) look(bound, i, number, now);
    }
  }

  void look(Bound& bound, std::size_t at, std::uint64_t number, Instant now) {
    const Race& race = races_[at];
    Progress& progress = bound.progress[at];
    while (progress.due < race.goals.size() && now - race.goals[progress.due].at >= bound.within) {
      ++progress.due;
    }
    if (progress.due < race.goals.size()) look_at(race.goals[progress.due].at, bound);
    if (progress.due == 0 || bound.finding.decision == Decision::violated) return;
    const Goal& goal = race.goals[progress.due - 1];
    for (std::uint32_t i = 0; i < up_since_.size(); ++i) {
      if (!up_since_[i] || progress.looked[i] == progress.due) continue;
      if (!runs_group(NodeId{i}, race.group)) continue;
      if (now - *up_since_[i] < bound.within) {
        look_at(*up_since_[i], bound);
        continue;
      }
      progress.looked[i] = progress.due;
      const std::uint64_t value = standings().at(NodeId{i}, race.group).values[race.place];
      if (value >= goal.value) continue;
      violate(bound.finding, number, now, NodeId{i},
              fmt::format("{} has {} {} in group {}, where {} was {} at {}, more than {} ago",
                          name(NodeId{i}), race.counter, value, dictionary().name(race.group),
                          race.behind, goal.value, seconds_text(goal.at.ns), print(bound.within)));
    }
  }

  std::vector<std::optional<Instant>> up_since_;  // by node; nothing: it is down
  std::vector<Race> races_;
  std::map<OptionMap, Bound> bounds_;
  Instant next_look_ = kEndOfTime;
};

}  // namespace

std::vector<CheckDefinition> limit_checks() {
  using Kind = OptionInfo::Kind;
  return {limit_check<ElectionsMonitor>(
              "elections", "a group's nodes take a role that leads at most so many times",
              {{"at_most", Kind::integer, "", "elections of a group in a run", {}}}),
          limit_check<AtMostMonitor>(
              "at_most", "no node comes further in a counter of its protocol",
              {{"counter", Kind::text, "", "its name in the protocol's words: term, commit", {}},
               {"value", Kind::integer, "", "the most that is allowed", {}}}),
          limit_check<KeepsUpMonitor>(
              "keeps_up", "every node that is up has what any node of its group had a while before",
              {{"within", Kind::duration, "", "how long before, and how long it is up", {}}}),
          yields_check()};
}

}  // namespace windtunnel::scenarios
