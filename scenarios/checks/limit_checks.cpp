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

class KeepsUpMonitor final : public LimitMonitor {
 public:
  using LimitMonitor::LimitMonitor;

  void attach(const RunView& view, OnViolation on_violation) override {
    up_since_.resize(view.nodes.size());
    LimitMonitor::attach(view, std::move(on_violation));
    groups_.resize(dictionary().group_count());
  }

  void on_record(std::uint64_t number, const Record& record) override {
    if (record.kind == RecordKind::start) up_since_[record.node.value] = record.time;
    if (record.kind == RecordKind::crash) up_since_[record.node.value].reset();
    LimitMonitor::on_record(number, record);
  }

  Finding finish(const RunView& view, const PropertySpec& property) override {
    if (!given(property, "within", OptionInfo::Kind::duration)) {
      return undecided("no limit is given: options: { within: 2s }");
    }
    const auto has_ends = [](const Group& group) { return !group.reached.empty(); };
    if (std::none_of(groups_.begin(), groups_.end(), has_ends)) {
      return undecided("no node said of anything that it is to be caught up with");
    }
    Bound& bound = bounds_.at(property.options);
    for (std::uint32_t i = 0; i < groups_.size(); ++i) {
      judge(bound, GroupId{i}, view.sim.trace().size(), view.sim.now());
    }
    return bound.finding;
  }

 private:
  // How far anybody had come, and when first.
  struct Reached {
    Instant at;
    std::uint64_t value = 0;
  };
  struct Group {
    std::vector<Reached> reached;
  };
  struct Bound {
    Duration within;
    std::map<GroupId, std::size_t> due;  // how many of `reached` lie that far back
    Finding finding;
  };

  void add(const PropertySpec& property) override {
    Bound bound;
    bound.within.ns = given(property, "within", OptionInfo::Kind::duration).value_or(INT64_MAX);
    bounds_.emplace(property.options, std::move(bound));
  }

  // The counter that must follow, if there is one.
  static const Counter* follower(const ServiceWords& service) {
    const auto recovers = [](const Counter& counter) { return counter.recovers; };
    const auto found = std::find_if(service.counters.begin(), service.counters.end(), recovers);
    return found == service.counters.end() ? nullptr : &*found;
  }

  void changed(std::uint64_t number, const Record& record, const Standing& standing) override {
    const ServiceWords& service = *dictionary().of(standing.group);
    const Counter* counter = follower(service);
    if (counter == nullptr) return;
    std::vector<Reached>& reached = groups_[standing.group.value].reached;
    const std::uint64_t ahead = standing.values[service.counter(counter->behind)];
    if (reached.empty() || reached.back().value < ahead) reached.push_back({record.time, ahead});
    for (auto& [options, bound] : bounds_) judge(bound, standing.group, number, record.time);
  }

  void judge(Bound& bound, GroupId id, std::uint64_t number, Instant now) {
    const std::vector<Reached>& reached = groups_[id.value].reached;
    std::size_t& due = bound.due[id];
    const std::size_t before = due;
    while (due < reached.size() && now - reached[due].at >= bound.within) ++due;
    if (due == before || bound.finding.decision == Decision::violated) return;
    const Reached& goal = reached[due - 1];
    const ServiceWords& service = *dictionary().of(id);
    const Counter& counter = *follower(service);
    for (std::uint32_t i = 0; i < up_since_.size(); ++i) {
      const bool is_due = up_since_[i] && now - *up_since_[i] >= bound.within;
      if (!is_due || !runs_group(NodeId{i}, id)) continue;
      const Standing& standing = standings().at(NodeId{i}, id);
      const std::uint64_t value = standing.values[service.counter(counter.name)];
      if (value >= goal.value) continue;
      violate(
          bound.finding, number, now, NodeId{i},
          fmt::format("{} has {} {} in group {}, where {} was {} at {}, more than {} ago",
                      name(NodeId{i}), counter.name, value, dictionary().name(id), counter.behind,
                      goal.value, seconds_text(goal.at.ns), print(bound.within)));
    }
  }

  std::vector<std::optional<Instant>> up_since_;  // by node; nothing: it is down
  std::vector<Group> groups_;
  std::map<OptionMap, Bound> bounds_;
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
