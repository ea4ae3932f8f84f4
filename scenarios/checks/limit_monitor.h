// What checks of limits (limit_checks.h) share: an observer that follows the standings of nodes and
// has a bound for each property that names the check.
#pragma once

#include <windtunnel/scenarios/engine/check.h>
#include <windtunnel/scenarios/format/option_values.h>
#include <windtunnel/sim/simulation.h>
#include <windtunnel/sim/trace/standings.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::scenarios {

inline Finding undecided(std::string why) {
  Finding finding;
  finding.decision = Decision::unknown;
  finding.text = std::move(why);
  return finding;
}

// One observer for all properties of a check; each has its own bound.
class LimitMonitor : public Monitor, public RecordListener {
 public:
  explicit LimitMonitor(std::string check) : check_(std::move(check)) {}
  LimitMonitor(const LimitMonitor&) = delete;
  LimitMonitor& operator=(const LimitMonitor&) = delete;
  ~LimitMonitor() override {
    if (sim_ != nullptr) sim_->trace().remove_listener(*this);
  }

  void attach(const RunView& view, OnViolation on_violation) override {
    sim_ = &view.sim;
    nodes_ = &view.nodes;
    spec_ = &view.spec;
    dictionary_ = &view.dictionary;
    on_violation_ = std::move(on_violation);
    standings_.emplace(view.dictionary, view.nodes.size());
    for (const PropertySpec& property : view.spec.properties) {
      if (property.check == check_) add(property);
    }
    RecordKinds kinds = standings_->kinds();
    add_kinds(kinds);
    sim_->trace().add_listener(*this, kinds);
  }

  void on_record(std::uint64_t number, const Record& record) override {
    standings_->take(record, [&](const Standing& standing) { changed(number, record, standing); });
  }

 protected:
  virtual void add(const PropertySpec& property) = 0;
  // Further kinds of records that it looks at.
  virtual void add_kinds(RecordKinds&) const {}
  // After the record.
  virtual void changed(std::uint64_t number, const Record& record, const Standing& standing) = 0;

  const std::string& name(NodeId node) const { return (*nodes_)[node.value].name; }
  const ScenarioSpec& spec() const { return *spec_; }
  const Standings& standings() const { return *standings_; }
  const Dictionary& dictionary() const { return *dictionary_; }
  bool runs_group(NodeId node, GroupId group) const {
    const std::vector<ServiceWords>& services = dictionary_->services();
    for (std::size_t i = 0; i < services.size(); ++i) {
      if (services[i].has(group)) return runs((*nodes_)[node.value], spec_->cluster.groups[i]);
    }
    return false;
  }
  // The first one counts.
  void violate(Finding& finding, std::uint64_t number, Instant at, NodeId node, std::string text) {
    if (finding.decision == Decision::violated) return;
    finding.decision = Decision::violated;
    finding.text = std::move(text);
    finding.event = number;
    finding.time = at;
    finding.node = node;
    on_violation_(check_);
  }

 private:
  std::string check_;
  Simulation* sim_ = nullptr;
  const std::vector<NodeLayout>* nodes_ = nullptr;
  const ScenarioSpec* spec_ = nullptr;
  const Dictionary* dictionary_ = nullptr;
  OnViolation on_violation_;
  std::optional<Standings> standings_;
};

inline std::optional<std::int64_t> given(const PropertySpec& property, std::string_view option,
                                         OptionInfo::Kind kind) {
  const auto found = property.options.find(option);
  return found == property.options.end() ? std::nullopt : quantity_of(kind, found->second);
}

template <class Of>
CheckDefinition limit_check(const char* name, const char* doc, std::vector<OptionInfo> options) {
  CheckDefinition definition;
  definition.info.name = name;
  definition.info.doc = doc;
  definition.info.options = std::move(options);
  definition.make = [name] { return std::make_unique<Of>(name); };
  return definition;
}

}  // namespace windtunnel::scenarios
