// The generators of plans, scenarios and latencies: what is drawn, and how it shrinks.
#include <windtunnel/faults/plan/simpler.h>
#include <windtunnel/scenarios/format/load.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>
#include <windtunnel/scenarios/rapidcheck/draw_plan.h>
#include <windtunnel/scenarios/rapidcheck/draw_scenario.h>
#include <windtunnel/scenarios/rapidcheck/simpler.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace windtunnel::gen {
namespace {

using faults::Distribution;
using faults::FaultPlan;
using scenarios::ScenarioSpec;

PlanShrinker shrinker_of(const PlanOptions& options) {
  return options.shrink ? options.shrink : PlanShrinker(simpler_plans);
}

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

}  // namespace

rc::Gen<FaultPlan> fault_plan(PlanOptions options) {
  const auto shared = std::make_shared<const PlanOptions>(std::move(options));
  const auto frame = std::make_shared<const PlanFrame>(*shared);
  return [shared, frame](const rc::Random& random, int size) {
    Draws draws(random, size);
    return shrinking(draw_plan(draws, *frame), shrinker_of(*shared),
                     [shared, frame](const FaultPlan& plan) {
                       ScenarioSpec spec = shared->scenario;
                       spec.plan = plan;
                       return is_acceptable(spec, frame->begin.min, shared->catalog);
                     });
  };
}

rc::Gen<ScenarioSpec> scenario(ScenarioOptions options) {
  const auto shared = std::make_shared<const ScenarioOptions>(std::move(options));
  return [shared](const rc::Random& random, int size) {
    Draws draws(random, size);
    PlanOptions for_plan = shared->plan;
    for_plan.scenario = draw_surroundings(draws, *shared);
    const PlanFrame frame(for_plan);
    for_plan.scenario.plan = draw_plan(draws, frame);
    const Duration begin = frame.begin.min;
    const auto smaller = [shared](const ScenarioSpec& spec) {
      std::vector<ScenarioSpec> out;
      for (FaultPlan& plan : shrinker_of(shared->plan)(spec.plan)) {
        out.push_back(spec);
        out.back().plan = std::move(plan);
      }
      for (ScenarioSpec& simpler : simpler_surroundings(spec, shared->plan.scenario)) {
        out.push_back(std::move(simpler));
      }
      return out;
    };
    return shrinking(std::move(for_plan.scenario), smaller,
                     [shared, begin](const ScenarioSpec& spec) {
                       return is_acceptable(spec, begin, shared->plan.catalog);
                     });
  };
}

rc::Gen<Distribution> latency(faults::DurationRange within) {
  return [within](const rc::Random& random, int size) {
    Draws draws(random, size);
    return shrinking(draw_latency(draws, within), faults::simpler_latencies,
                     [within](const Distribution& made) {
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
