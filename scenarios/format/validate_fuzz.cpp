// The `fuzz:` section: whatever is drawn from it must be a scenario that could have been written.
#include <windtunnel/faults/plan/each_selector.h>
#include <windtunnel/scenarios/format/option_values.h>
#include <windtunnel/scenarios/format/validate.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kMostCombinations = 10'000;

// Goes through all combinations of the options' values.
class Combinations {
 public:
  explicit Combinations(const GroupDraws& draws) {
    for (const auto& [name, values] : draws.config) options_.push_back({&name, &values, 0});
  }
  // How many there are, or kMostCombinations + 1 where there are more than that.
  std::size_t count() const {
    std::size_t product = 1;
    for (const Option& option : options_) {
      product *= option.values->size();
      if (product > kMostCombinations) return kMostCombinations + 1;
    }
    return product;
  }
  void put_into(OptionMap& config) const {
    for (const Option& option : options_) config[*option.name] = (*option.values)[option.at];
  }
  bool next() {
    for (Option& option : options_) {
      if (++option.at < option.values->size()) return true;
      option.at = 0;
    }
    return false;
  }

 private:
  struct Option {
    const std::string* name;
    const std::vector<std::string>* values;
    std::size_t at;
  };
  std::vector<Option> options_;
};

}  // namespace

void Validator::check_fuzz(const FuzzSpec& fuzz) {
  const auto at = [&](std::string_view key) { return places_.at({"fuzz", key}); };
  const Duration end = spec_.heal ? spec_.heal->at : spec_.limits.sim_time;
  if (fuzz.between.max > end) {
    diagnostics_.error(
        Code::inconsistent, at("between"),
        fmt::format("{} is after the end of the faults", print_duration(fuzz.between.max)),
        fmt::format("{} is {}", spec_.heal ? "heal.at" : "limits.sim_time", print_duration(end)));
  }
  if (fuzz.kinds.empty() && fuzz.faults.max > 0) {
    diagnostics_.error(Code::missing_key, at("kinds"), "no kinds of faults are given",
                       "add for example - { crash: leader, for: 1s }, or set `faults: 0`");
  }
  for (const faults::Choice& kind : fuzz.kinds) check_effect(kind.effect, kind.span);
  check_values({"fuzz"}, "rate", fuzz.rate.empty());
  check_fuzz_group(spec_.cluster.groups.front(), fuzz.first, {"fuzz"});
  for (const auto& [name, draws] : fuzz.groups) {
    const auto group =
        std::find_if(spec_.cluster.groups.begin(), spec_.cluster.groups.end(),
                     [&, &wanted = name](const auto& g) { return g.name == wanted; });
    if (group == spec_.cluster.groups.end()) {
      unknown_node(name, places_.at({"fuzz", "groups", name}));
    } else if (group == spec_.cluster.groups.begin()) {
      diagnostics_.error(Code::inconsistent, places_.at({"fuzz", "groups", name}),
                         fmt::format("'{}' is the first group", name),
                         "write its `nodes` and `config` into `fuzz` itself");
    } else {
      check_fuzz_group(*group, draws, {"fuzz", "groups", name});
    }
  }
}

void Validator::check_fuzz_group(const GroupSpec& group, const GroupDraws& draws,
                                 const DrawsAt& at) {
  check_fuzz_sizes(group, draws, at);
  check_fuzz_config(group, draws, at);
}

// A node that some seeds leave out is named by no fault.
void Validator::check_fuzz_names(const GroupSpec& group, const GroupDraws& draws) {
  const std::uint32_t least = *std::min_element(draws.nodes.begin(), draws.nodes.end());
  const auto check = [&](const faults::Effect& effect, const SourceSpan& span) {
    faults::each_selector(effect, [&](const Selector& selector) {
      for (const faults::Term& term : selector.terms) {
        for (std::uint32_t i = least + 1; i <= group.count; ++i) {
          if (term.kind != faults::Term::Kind::named) continue;
          if (term.name != group.name + std::to_string(i)) continue;
          diagnostics_.error(Code::unknown_node, span,
                             fmt::format("seeds that draw {} nodes have no '{}'", least, term.name),
                             "select it otherwise, as random(1), or draw no smaller cluster");
        }
      }
    });
  };
  for (const faults::Choice& kind : spec_.fuzz->kinds) check(kind.effect, kind.span);
  for (const faults::Fault& fault : spec_.plan.faults) {
    check(fault.effect, fault.span);
    for (const faults::Choice& choice : fault.choices) check(choice.effect, choice.span);
    for (const faults::Step& step : fault.script) check(step.effect, step.span);
  }
}

// Lists that are given hold something. False where one does not.
bool Validator::check_values(const DrawsAt& at, std::string_view key, bool is_empty) {
  DrawsAt path = at;
  const SourceSpan section = places_.at(path);
  path.push_back(key);
  const SourceSpan span = places_.at(path);
  const bool is_there = span.line != section.line || span.column != section.column;
  if (!is_empty || !is_there) return !is_empty;
  diagnostics_.error(Code::empty_value, span, fmt::format("`{}` has no values", key),
                     "list those that are drawn from, or leave the key out");
  return false;
}

void Validator::check_fuzz_sizes(const GroupSpec& group, const GroupDraws& draws,
                                 const DrawsAt& at) {
  if (!check_values(at, "nodes", draws.nodes.empty())) return;
  check_fuzz_names(group, draws);
  DrawsAt path = at;
  path.push_back("nodes");
  const std::uint32_t most = *std::max_element(draws.nodes.begin(), draws.nodes.end());
  if (!group.on.empty()) {
    diagnostics_.error(Code::inconsistent, places_.at(path),
                       fmt::format("the nodes of '{}' are those of '{}'", group.name, group.on),
                       fmt::format("draw the size of '{}'", group.on));
    return;
  }
  if (group.spare.count != 0) {
    diagnostics_.error(
        Code::inconsistent, places_.at(path),
        fmt::format("group '{}' has spare nodes, whose numbers follow its size", group.name),
        "draw the size of a group without `spare`");
    return;
  }
  if (most == group.count) return;
  diagnostics_.error(
      Code::inconsistent, places_.at(path),
      fmt::format("the largest cluster has {} nodes, but `count` of group '{}' is {}", most,
                  group.name, group.count),
      fmt::format("write count: {}; a seed that draws fewer leaves the last ones out", most));
}

void Validator::check_fuzz_config(const GroupSpec& group, const GroupDraws& draws,
                                  const DrawsAt& at) {
  const ServiceInfo* service =
      catalog_ == nullptr ? nullptr : find_named(catalog_->services, group.service);
  for (const auto& [name, values] : draws.config) {
    DrawsAt path = at;
    path.insert(path.end(), {"config", name});
    const SourceSpan span = places_.at(path);
    if (values.empty()) {
      diagnostics_.error(Code::empty_value, span, fmt::format("'{}' has no values", name),
                         "list those that it may have");
      return;
    }
    if (service == nullptr) continue;
    const OptionInfo* option = find_named(service->options, name);
    if (option == nullptr) {
      diagnostics_.error(Code::unknown_option, span,
                         fmt::format("{} has no option '{}'", service->name, name),
                         suggest(name, names_of(service->options)));
      return;
    }
    for (const std::string& value : values) {
      const MaybeProblem problem = check_option(*option, value);
      if (problem) return diagnostics_.error(problem->code, span, problem->message, problem->hint);
    }
  }
  if (service != nullptr) check_combinations(group, draws, at);
}

void Validator::check_combinations(const GroupSpec& group, const GroupDraws& draws,
                                   const DrawsAt& at) {
  const ServiceInfo& service = *find_named(catalog_->services, group.service);
  DrawsAt path = at;
  path.push_back("config");
  Combinations combinations(draws);
  if (combinations.count() > kMostCombinations) {
    diagnostics_.error(Code::out_of_range, places_.at(path),
                       fmt::format("more than {} combinations of values", kMostCombinations));
    return;
  }
  do {
    OptionMap config = group.config;
    combinations.put_into(config);
    for (const OptionInfo& option : service.options) {
      const MaybeProblem problem = check_order(option, service.options, config);
      if (!problem) continue;
      path.push_back(option.name);
      diagnostics_.error(problem->code, places_.at(path),
                         problem->message + ", in a combination that may be drawn", problem->hint);
      return;
    }
  } while (combinations.next());
}

}  // namespace windtunnel::scenarios
