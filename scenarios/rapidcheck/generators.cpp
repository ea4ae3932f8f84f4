// The generators of plans, scenarios and latencies: what is drawn, and how it shrinks.
#include <windtunnel/faults/plan/simpler.h>
#include <windtunnel/scenarios/engine/draw.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/fuzzing/simplify.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>
#include <windtunnel/scenarios/rapidcheck/space.h>
#include <windtunnel/scenarios/rapidcheck/triggers.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace windtunnel::gen {
namespace {

using faults::Distribution;
using faults::FaultPlan;
using scenarios::ScenarioSpec;

// Of a candidate of shrinking, too, it is true that it could stand in a file, and that nothing
// begins before faults may.
bool is_acceptable(const ScenarioSpec& spec, Duration begin, const scenarios::Catalog& catalog) {
  const bool late = std::all_of(spec.plan.faults.begin(), spec.plan.faults.end(),
                                [&](const auto& fault) { return begin <= earliest(fault); });
  return late && scenarios::why_invalid(spec, &catalog).empty();
}

// A value, with the acceptable ones of `smaller(value)` as its shrinks, and so on.
template <class T, class Smaller, class Accept>
rc::Shrinkable<T> shrinking(T value, Smaller smaller, Accept accept) {
  return rc::shrinkable::shrinkRecur(std::move(value), [=](const T& from) {
    return rc::seq::filter(rc::seq::fromContainer(smaller(from)), accept);
  });
}

// What the fuzzer's shrinker would try. Nothing is known of how it fails.
std::vector<ScenarioSpec> simpler(const ScenarioSpec& spec, const ScenarioSpec& plain,
                                  std::span<const scenarios::SimplifyPass> passes) {
  const scenarios::Subject subject{spec, {}, plain};
  std::vector<ScenarioSpec> out;
  for (const scenarios::SimplifyPass& pass : passes) {
    for (ScenarioSpec& one : pass.propose(subject)) out.push_back(std::move(one));
  }
  return out;
}

std::vector<FaultPlan> simpler_plans(const PlanOptions& options, const FaultPlan& plan) {
  if (options.shrink) return options.shrink(plan);
  ScenarioSpec spec = options.scenario;
  spec.plan = plan;
  std::vector<FaultPlan> out;
  for (ScenarioSpec& one : simpler(spec, options.scenario, scenarios::plan_passes())) {
    if (!(one.plan == plan)) out.push_back(std::move(one.plan));
  }
  return out;
}

std::vector<ScenarioSpec> simpler_scenarios(const PlanOptions& options, const ScenarioSpec& spec) {
  std::vector<ScenarioSpec> out;
  for (FaultPlan& plan : simpler_plans(options, spec.plan)) {
    out.push_back(spec);
    out.back().plan = std::move(plan);
  }
  for (ScenarioSpec& one : simpler(spec, options.scenario, scenarios::surroundings_passes())) {
    out.push_back(std::move(one));
  }
  return out;
}

// Fewer faults for smaller sizes.
std::size_t most_faults(const PlanOptions& options, int size) {
  const std::size_t most = options.max_faults * static_cast<std::size_t>(size) / 100 + 1;
  return std::min(most, options.max_faults);
}

// One scenario of the space, run with the seeds that the given one names.
ScenarioSpec draw(const ScenarioSpec& space, const PlanOptions& options, std::uint64_t seed) {
  ScenarioSpec spec = scenarios::draw_scenario(space, seed);
  spec.seeds = space.seeds;
  vary_triggers(spec.plan, space.fuzz->between, moments_of(space, options.catalog),
                DrawKey(seed, "gen.trigger", ""));
  return spec;
}

Distribution draw_latency(faults::DurationRange within, DrawKey draws) {
  using Shape = Distribution::Shape;
  const std::uint64_t shape = scale(draws.at(0), 4);
  const Duration low = scale_between(draws.at(1), within.min, within.max);
  const Duration high = scale_between(draws.at(2), low, within.max);
  if (shape == 0) {
    Distribution constant;
    constant.shape = Shape::constant;
    constant.value = {low, low};
    return constant;
  }
  if (shape == 1 || low.ns < 1'000) return Distribution::uniform(low, high);
  Distribution made;
  made.min = within.min;
  made.max = within.max;
  made.shape = shape == 2 ? Shape::exponential : Shape::pareto;
  if (shape == 2) made.mean = low;
  if (shape == 3) made.scale = low;
  if (shape == 3) made.tail.millionths = scale_between(draws.at(3), 11, 40) * 100'000;
  return made;
}

}  // namespace

rc::Gen<FaultPlan> fault_plan(PlanOptions options) {
  const auto shared = std::make_shared<const PlanOptions>(std::move(options));
  return [shared](const rc::Random& random, int size) {
    rc::Random words = random;
    const ScenarioSpec space = plan_space(*shared, most_faults(*shared, size));
    const Duration begin = space.fuzz->between.min;
    return shrinking(
        draw(space, *shared, words.next()).plan,
        [shared](const FaultPlan& plan) { return simpler_plans(*shared, plan); },
        [shared, begin](const FaultPlan& plan) {
          ScenarioSpec spec = shared->scenario;
          spec.plan = plan;
          return is_acceptable(spec, begin, shared->catalog);
        });
  };
}

rc::Gen<ScenarioSpec> scenario(ScenarioOptions options) {
  const auto shared = std::make_shared<const ScenarioOptions>(std::move(options));
  return [shared](const rc::Random& random, int size) {
    rc::Random words = random;
    const ScenarioSpec space = scenario_space(*shared, most_faults(shared->plan, size));
    const Duration begin = space.fuzz->between.min;
    return shrinking(
        draw(space, shared->plan, words.next()),
        [shared](const ScenarioSpec& spec) { return simpler_scenarios(shared->plan, spec); },
        [shared, begin](const ScenarioSpec& spec) {
          return is_acceptable(spec, begin, shared->plan.catalog);
        });
  };
}

rc::Gen<Distribution> latency(faults::DurationRange within) {
  return [within](const rc::Random& random, int) {
    rc::Random words = random;
    return shrinking(draw_latency(within, DrawKey(words.next(), "gen.latency", "")),
                     faults::simpler_latencies, [within](const Distribution& made) {
                       const bool bounded = made.min.ns != 0 || made.max.ns != 0;
                       return bounded || within.min <= made.value.min;
                     });
  };
}

}  // namespace windtunnel::gen

namespace rc {

Gen<windtunnel::faults::FaultPlan> Arbitrary<windtunnel::faults::FaultPlan>::arbitrary() {
  return windtunnel::gen::fault_plan();
}
Gen<windtunnel::scenarios::ScenarioSpec>
Arbitrary<windtunnel::scenarios::ScenarioSpec>::arbitrary() {
  return windtunnel::gen::scenario();
}
Gen<windtunnel::faults::Distribution> Arbitrary<windtunnel::faults::Distribution>::arbitrary() {
  return windtunnel::gen::latency();
}
Gen<windtunnel::checkers::History> Arbitrary<windtunnel::checkers::History>::arbitrary() {
  return windtunnel::gen::history();
}

}  // namespace rc
