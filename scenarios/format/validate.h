// What only the whole scenario can tell. Every error points at the value that is wrong.
#pragma once

#include <windtunnel/faults/plan/watch.h>
#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/diagnostics.h>
#include <windtunnel/scenarios/format/spec.h>
#include <windtunnel/scenarios/format/yaml_document.h>

#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

namespace windtunnel::scenarios {

// Finds where a part of an object of the spec was written.
class Places {
 public:
  explicit Places(const YamlNode& root);
  // The value under these keys of the object that was written at `object` (or of the whole file);
  // as far as it is there.
  SourceSpan at(const SourceSpan& object, std::initializer_list<std::string_view> path) const;
  SourceSpan at(std::initializer_list<std::string_view> path) const;
  SourceSpan at(const std::vector<std::string_view>& path) const;
  // The scalar of that text in what was written at `span`; all of that where there is none.
  SourceSpan word(const SourceSpan& span, std::string_view text) const;
  // Whether the object has this key.
  bool has(const SourceSpan& object, std::string_view key) const;

 private:
  void index(const YamlNode& node);
  static const YamlNode* find(const YamlNode& node, std::string_view text);
  static SourceSpan follow(const YamlNode* node, std::span<const std::string_view> path);

  const YamlNode& root_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, const YamlNode*> nodes_;
};

class Validator {
 public:
  Validator(const ScenarioSpec& spec, const YamlNode& root, const Catalog* catalog,
            Diagnostics& diagnostics);
  // Reports to the diagnostics.
  void check();

 private:
  void check_names();
  void check_name(const std::string& name, const SourceSpan& span, std::string_view what);
  // Enters the name and those of its nodes.
  void add_nodes(const std::string& name, std::uint32_t count, std::string_view what,
                 const SourceSpan& span);
  void check_groups();
  // A group that runs on the nodes of another.
  void check_guest(const GroupSpec& group);
  void check_neighbours(const GroupSpec& group);
  void check_rules();
  void check_service(const GroupSpec& group);
  void check_size(const GroupSpec& group, const ServiceInfo& service);
  void check_workload(const WorkloadSpec& workload);
  void check_target(const WorkloadSpec& workload);
  void check_property(const PropertySpec& property);
  void check_flaws(const PropertySpec& property, const CheckInfo& check);
  void check_reading(const PropertySpec& property, const CheckInfo& check);
  void check_needs(const PropertySpec& property, const std::vector<const CheckInfo*>& checks);
  void check_times();
  void check_starts(const GroupSpec& group);
  // validate_fuzz.cpp: each cluster that may be drawn must be one that could be written.
  void check_fuzz(const FuzzSpec& fuzz);
  // The keys under which the draws of a group stand.
  using DrawsAt = std::vector<std::string_view>;
  void check_fuzz_group(const GroupSpec& group, const GroupDraws& draws, const DrawsAt& at);
  void check_fuzz_config(const GroupSpec& group, const GroupDraws& draws, const DrawsAt& at);
  void check_combinations(const GroupSpec& group, const GroupDraws& draws, const DrawsAt& at);
  void check_fuzz_sizes(const GroupSpec& group, const GroupDraws& draws, const DrawsAt& at);
  void check_fuzz_names(const GroupSpec& group, const GroupDraws& draws);
  bool check_values(const DrawsAt& at, std::string_view key, bool is_empty);
  void check_fault(const faults::Fault& fault);
  void check_fault_times(const faults::Fault& fault);
  void check_floor();
  void check_effect(const faults::Effect& effect, const SourceSpan& span);
  void check_ends(const Selector& from, const Selector& to, const SourceSpan& span,
                  std::string_view key);
  void check_sides(const faults::Sides& sides, const SourceSpan& span);
  std::string only_node(const Selector& selector) const;
  void check_step(const faults::Step& step);
  void check_filter(const faults::MessageFilter& filter, const SourceSpan& span,
                    std::string_view key);
  // validate_acts.cpp
  void check_act(const faults::Act& act, const SourceSpan& object);
  void check_actor(const faults::Act& act, const faults::Term& term, const SourceSpan& object);
  void unknown_action(const faults::Act& act, const faults::Term& term,
                      const std::vector<const ServiceInfo*>& services, const SourceSpan& object);
  std::vector<const ServiceInfo*> services_of(const faults::Term& term) const;
  // Under which key of `object` the effect was written.
  std::string_view key_of(const faults::Effect& effect, const SourceSpan& object) const;
  void read_dictionary();
  void check_group(const faults::Term& term, const SourceSpan& span);
  std::vector<const ServiceInfo*> senders_of(const Selector& from) const;
  void check_pattern(const faults::Pattern& pattern, const SourceSpan& span);
  // A static selector is resolved before the run: it names nodes and groups only.
  void check_selector(const Selector& selector, const SourceSpan& span, bool is_static);
  void check_options(const OptionMap& given, const std::vector<OptionInfo>& known,
                     const SourceSpan& object, std::string_view key, std::string_view owner);
  bool is_known(std::string_view name) const { return names_.count(name) != 0; }
  void unknown_node(std::string_view name, const SourceSpan& span);

  const ScenarioSpec& spec_;
  const Catalog* catalog_;
  Diagnostics& diagnostics_;
  Places places_;
  std::map<std::string, std::string, std::less<>> names_;  // of nodes and groups, and what each is
  // What the services' observations mean; absent where a service is not known.
  std::optional<Dictionary> dictionary_;
  std::vector<faults::NodeName> nodes_;
};

}  // namespace windtunnel::scenarios
