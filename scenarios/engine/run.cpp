#include <windtunnel/scenarios/engine/run.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/engine/world.h>
#include <windtunnel/sim/node.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace windtunnel::scenarios {
namespace {

// How closely a property names its checks: by name closer than by any "PREFIX.*", by a longer
// prefix closer than by a shorter one.
std::size_t closeness(std::string_view pattern) {
  return pattern.ends_with(".*") ? pattern.size() : std::string_view::npos;
}

// The checks of a scenario's properties, and the monitors that answer for them.
class Properties {
 public:
  Properties(const ScenarioSpec& spec, const Registry& registry) {
    for (const PropertySpec& property : spec.properties) {
      for (const CheckDefinition& check : registry.checks()) {
        if (matches(property.check, check.info.name)) add(property, check);
      }
    }
  }

  // `on_violation` is called for what a property speaks of that does not expect `any`.
  void attach(const RunView& view, const std::function<void()>& on_violation) {
    for (auto& [name, monitor] : monitors_) {
      monitor->attach(view, [this, on_violation](std::string_view check) {
        const bool matters = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
          return entry.check->info.name == check && entry.property->expect != Expectation::any;
        });
        if (matters) on_violation();
      });
    }
  }

  std::vector<PropertyResult> finish(const RunView& view) {
    std::vector<PropertyResult> results;
    std::vector<GroupId> plan_undid;
    const auto position = [&view](const PropertySpec& property) {
      return static_cast<std::size_t>(&property - view.spec.properties.data());
    };
    for (const Entry& entry : entries_) {
      PropertySpec property = *entry.property;
      property.check = entry.check->info.name;
      results.push_back({property.check, property.workload, property.expect,
                         entry.monitor->finish(view, property), position(*entry.property)});
      const std::vector<GroupId>& undid = results.back().finding.plan_undid;
      plan_undid.insert(plan_undid.end(), undid.begin(), undid.end());
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Finding& finding = results[i].finding;
      if (!entries_[i].check->judges_clients || finding.decision != Decision::violated) continue;
      const ServiceWords& service = view.dictionary.services()[finding.group];
      const bool undid = std::any_of(plan_undid.begin(), plan_undid.end(),
                                     [&](GroupId group) { return service.has(group); });
      if (undid) excuse(finding);
    }
    return results;
  }

 private:
  struct Entry {
    const PropertySpec* property;
    const CheckDefinition* check;
    Monitor* monitor;
  };

  // What clients saw is no violation where the plan destroyed what the cluster had promised them.
  static void excuse(Finding& finding) {
    finding.decision = Decision::unknown;
    finding.text = "the plan destroyed what the cluster had promised: " + finding.text;
  }

  void add(const PropertySpec& property, const CheckDefinition& check) {
    // `raft.*` can be refined, in whatever order they stand. What is named as closely is judged
    // beside it: it may have other options.
    for (Entry& entry : entries_) {
      if (entry.check != &check || entry.property->workload != property.workload) continue;
      const std::size_t there = closeness(entry.property->check);
      const std::size_t here = closeness(property.check);
      if (here < there) return;
      if (here == there) continue;
      entry.property = &property;
      return;
    }
    const std::string& name = check.monitor.empty() ? check.info.name : check.monitor;
    std::unique_ptr<Monitor>& monitor = monitors_[name];
    if (monitor == nullptr) monitor = check.make();
    entries_.push_back({&property, &check, monitor.get()});
  }

  std::vector<Entry> entries_;
  std::map<std::string, std::unique_ptr<Monitor>> monitors_;
};

std::string name_of(const PropertyResult& property) {
  return property.workload.empty() ? property.check
                                   : property.check + " (" + property.workload + ")";
}

std::string doubt(const PropertyResult& property) {
  return name_of(property) + " could not be decided: " + property.finding.text;
}

void judge_property(const PropertyResult& property, RunResult& result, bool& fails, bool& unknown) {
  const std::string name = name_of(property);
  const Decision decision = property.finding.decision;
  if (property.expected == Expectation::any || property.expected == Expectation::violated_in_any) {
    return;
  }
  if (decision == Decision::unknown) {
    unknown = true;
    result.reasons.push_back(doubt(property));
  } else if (property.expected == Expectation::holds && decision == Decision::violated) {
    fails = true;
    result.reasons.push_back(name + " is violated: " + property.finding.text);
  } else if (property.expected == Expectation::violated && decision == Decision::ok) {
    fails = true;
    result.reasons.push_back(name + " holds, but a violation was expected");
  }
}

// Whatever is expected, it is not shown where nothing was decided.
void judge_any(RunResult& result, bool& unknown) {
  if (unknown) return;
  for (const PropertyResult& property : result.properties) {
    if (property.finding.decision != Decision::unknown) return;
  }
  unknown = true;
  for (const PropertyResult& property : result.properties) {
    result.reasons.push_back(doubt(property));
  }
}

// A violation that the properties speak of: what the run did afterwards does not matter.
bool found_violation(const RunResult& result) {
  for (const PropertyResult& property : result.properties) {
    const bool counts = property.expected != Expectation::any;
    if (counts && property.finding.decision == Decision::violated) return true;
  }
  return false;
}

void tell_bites(const FaultActivity& fault, std::vector<std::string>& reasons) {
  const std::string name = fault.label.empty() ? fault.id : fault.label;
  std::string what = "never fired";
  if (fault.fired > 0 && fault.bites == 0) what = "fired and bit nothing";
  if (fault.bites > 0) {
    what = "bit in " + std::to_string(fault.biting) + " of " + std::to_string(fault.fired) +
           " firings: " + std::to_string(fault.bites) + " bites";
  }
  reasons.push_back("of the faults, " + name + " (" + fault.kind + ") " + what);
}

// Of all faults, or of those of that name.
FaultActivity sum_of(const ScenarioSpec& spec, const RunResult& result, std::string_view name) {
  FaultActivity sum;
  for (std::size_t i = 0; i < result.faults.size(); ++i) {
    if (!name.empty() && !faults::is_called(spec.plan.faults[i], name)) continue;
    sum.biting += result.faults[i].biting;
    sum.bites += result.faults[i].bites;
  }
  return sum;
}

// A run that did too little says nothing.
void judge_floor(const ScenarioSpec& spec, RunResult& result, bool& unknown) {
  const FloorSpec& floor = spec.floor;
  const auto require = [&](const std::string& what, std::uint64_t got, std::uint64_t wanted) {
    if (got >= wanted) return true;
    unknown = true;
    result.reasons.push_back("below the floor: " + std::to_string(got) + " " + what +
                             ", at least " + std::to_string(wanted) + " expected");
    return false;
  };
  require("operations ok", result.stats.ops_ok, floor.ops_ok);
  for (const WorkloadActivity& workload : result.workloads) {
    const std::string of = workload.name.empty() ? "" : " of " + workload.name;
    require("operations ok" + of, workload.ok, 1);
  }
  require("elections", result.stats.elections, floor.elections);
  const BiteFloor& bite = floor.faults_bite;
  const FaultActivity all = sum_of(spec, result, "");
  bool bit = require("faults that bit", result.stats.faults_bite, bite.faults);
  bit &= require("firings that bit", all.biting, bite.firings);
  bit &= require("bites of faults", all.bites, bite.bites);
  for (const auto& [name, wanted] : bite.of) {
    const FaultActivity some = sum_of(spec, result, name);
    bit &= require("firings of " + name + " that bit", some.biting, wanted.firings);
    bit &= require("bites of " + name, some.bites, wanted.bites);
  }
  if (bit) return;
  for (const FaultActivity& fault : result.faults) tell_bites(fault, result.reasons);
}

// A rule for messages that never acted, where streams that nobody can read passed it, was no fault.
void judge_rules(const World& world, RunResult& result, bool& unknown) {
  for (std::size_t i = 0; i < result.faults.size(); ++i) {
    const std::uint64_t missed = world.nemesis().missed(i);
    if (missed == 0 || result.faults[i].bites != 0) continue;
    unknown = true;
    result.reasons.push_back(result.faults[i].id +
                             " acts on messages and never did: " + std::to_string(missed) +
                             " writes went into streams in which no message can be told apart "
                             "(MessageClasses::frame of their service)");
  }
}

void judge(const World& world, const ScenarioSpec& spec, StopReason stop, RunResult& result) {
  bool fails = false;
  bool unknown = result.properties.empty();
  if (unknown) result.reasons.push_back("the scenario names no properties: nothing was checked");
  for (const PropertyResult& property : result.properties) {
    judge_property(property, result, fails, unknown);
  }
  judge_any(result, unknown);
  if (stop != StopReason::time && stop != StopReason::idle && stop != StopReason::requested) {
    unknown = true;
    result.reasons.push_back("a limit of the run was reached: " + std::string(name_of(stop)));
  }
  const bool explained = found_violation(result);
  if (stop == StopReason::requested && !explained) {
    unknown = true;
    result.reasons.push_back("the run ended early at a violation that no property found");
  }
  if (!explained) {
    judge_floor(spec, result, unknown);
    judge_rules(world, result, unknown);
  }
  result.verdict = fails ? RunVerdict::fail : unknown ? RunVerdict::unknown : RunVerdict::pass;
}

void collect_activity(World& world, const ScenarioSpec& spec, RunResult& result) {
  RunStats& stats = result.stats;
  for (const std::unique_ptr<WorkloadRun>& run : world.workloads()) {
    result.workloads.push_back({run->spec.name, run->ok, run->fail, run->info});
    stats.ops_ok += run->ok;
    stats.ops_fail += run->fail;
    stats.ops_info += run->info;
  }
  stats.elections = world.cluster().elections();
  stats.crashes = world.activity().crashes;
  stats.exits = world.activity().exits;
  stats.messages_sent = world.activity().sent;
  stats.messages_dropped = world.activity().dropped;
  const faults::Nemesis& nemesis = world.nemesis();
  for (std::size_t i = 0; i < spec.plan.faults.size(); ++i) {
    const faults::Fault& fault = spec.plan.faults[i];
    FaultActivity activity;
    activity.id = fault.id;
    activity.label = fault.label.empty() ? title_of(fault.effect) : fault.label;
    activity.kind = faults::kind_of(fault);
    activity.fired = nemesis.records()[i].fired;
    activity.biting = nemesis.biting(i);
    activity.bites = nemesis.bites(i);
    for (const auto& occurrence : nemesis.records()[i].occurrences) {
      activity.windows.push_back(
          {occurrence.begin, occurrence.end, occurrence.victims, occurrence.frozen});
    }
    stats.faults_fired += activity.fired;
    if (activity.bites > 0) ++stats.faults_bite;
    result.faults.push_back(std::move(activity));
  }
}

RunView view_of(World& world, const ScenarioSpec& spec) {
  RunView view{spec, world.nodes(), world.sim(), {}, {}, {}, world.dictionary()};
  for (const std::unique_ptr<WorkloadRun>& run : world.workloads()) {
    view.histories.push_back({run->spec.name, run->definition->reading,
                              target_group(spec, run->spec), &run->recorder.history(),
                              &run->records});
  }
  return view;
}

StopReason play(World& world, const ScenarioSpec& spec, RunView& view) {
  Simulation& sim = world.sim();
  const Instant end = Instant{} + spec.limits.sim_time;
  world.start();
  if (spec.heal && Instant{} + spec.heal->at < end) {
    const StopReason stop = sim.run_until(Instant{} + spec.heal->at);
    if (stop != StopReason::time && stop != StopReason::idle) return stop;
    view.core = world.heal_core();
    view.healed_at = sim.now();
  }
  return sim.run_until(end);
}

// What was there at the end of it, whatever it was.
void collect(World& world, const ScenarioSpec& spec, std::uint64_t seed, RunResult& result) {
  result.scenario = spec.name;
  result.seed = seed;
  result.sim_time = world.sim().now() - Instant{};
  result.trace_hash = world.sim().trace().hash();
  result.events = world.sim().trace().size();
  collect_activity(world, spec, result);
}

// The last records of a run that broke something say what.
void record_violations(Simulation& sim, const RunResult& result) {
  for (const PropertyResult& property : result.properties) {
    if (property.finding.decision != Decision::violated) continue;
    Record record;
    record.kind = RecordKind::violation;
    record.node = property.finding.node;
    record.cause = property.finding.event;
    record.a = sim.trace().name(property.check);
    record.b = sim.trace().name(property.finding.text);
    sim.record(record);
  }
}

void keep_artifacts(World& world, RunArtifacts& artifacts) {
  std::vector<std::string> names;
  for (const NodeLayout& node : world.nodes()) names.push_back(node.name);
  if (world.sim().trace().level() == TraceLevel::full) {
    artifacts.trace = snapshot_of(world.sim().trace(), std::move(names), "{}", world.dictionary());
  }
  std::vector<checkers::NamedHistory> histories;
  for (const std::unique_ptr<WorkloadRun>& run : world.workloads()) {
    histories.push_back({run->spec.name, &run->recorder.history()});
  }
  artifacts.history_jsonl = checkers::write_histories_json_lines(histories);
}

class Watched final : public RunUnderWay {
 public:
  Watched(World& world, const ScenarioSpec& spec, const RunOptions& options)
      : world_(world), spec_(spec), options_(options) {
    world_.sim().set_log_listener(options.on_log);
    if (options_.under_way) options_.under_way(this);
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() {
    if (options_.under_way) options_.under_way(nullptr);
    world_.sim().set_log_listener(nullptr);
  }

  Simulation& simulation() override { return world_.sim(); }

  RunResult end(PropertyResult violation, RunArtifacts& artifacts) override {
    RunResult result;
    result.verdict = RunVerdict::fail;
    result.reasons.push_back(violation.check + " is violated: " + violation.finding.text);
    result.properties.push_back(std::move(violation));
    record_violations(world_.sim(), result);
    collect(world_, spec_, options_.seed, result);
    keep_artifacts(world_, artifacts);
    return result;
  }

 private:
  World& world_;
  const ScenarioSpec& spec_;
  const RunOptions& options_;
};

}  // namespace

std::string_view name_of(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::pass: return "pass";
    case RunVerdict::fail: return "fail";
    case RunVerdict::unknown: break;
  }
  return "unknown";
}

bool matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with(".*")) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

RunResult run_scenario(const ScenarioSpec& space, const Registry& registry,
                       const RunOptions& options, RunArtifacts* artifacts) {
  const ScenarioSpec spec = draw_scenario(space, options.seed);
  const auto began = std::chrono::steady_clock::now();
  World world(spec, registry, options);
  const Watched watched(world, spec, options);
  RunView view = view_of(world, spec);
  Properties properties(spec, registry);
  properties.attach(view, [&] {
    if (spec.stop == StopAt::first) world.sim().request_stop();
  });
  std::optional<CoverageObserver> coverage;
  if (options.coverage) coverage.emplace(world.sim(), world.dictionary());
  const StopReason stop = play(world, spec, view);

  for (std::size_t i = 0; i < view.histories.size(); ++i) {
    view.histories[i].splits_sessions = world.workloads()[i]->recorder.splits_sessions();
  }
  RunResult result;
  result.healed_at = view.healed_at;
  result.properties = properties.finish(view);
  record_violations(world.sim(), result);
  collect(world, spec, options.seed, result);
  if (coverage) result.coverage = coverage->take();
  judge(world, spec, stop, result);
  if (artifacts != nullptr) keep_artifacts(world, *artifacts);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  result.wall_ms = took.count();
  return result;
}

}  // namespace windtunnel::scenarios
