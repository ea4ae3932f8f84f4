#include <windtunnel/scenarios/engine/draw.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace windtunnel::scenarios {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

class Draw {
 public:
  Draw(const FuzzSpec& space, std::uint64_t seed) : space_(space), seed_(seed) {}

  void cluster(ScenarioSpec& spec) const {
    draw_group(spec.cluster.groups.front(), space_.first, "");
    for (GroupSpec& other : spec.cluster.groups) {
      const auto draws = space_.groups.find(other.name);
      if (draws != space_.groups.end()) draw_group(other, draws->second, other.name + ".");
    }
    if (space_.latency) spec.network.standard.latency = latency();
    if (space_.fsync) spec.storage.standard.fsync = around(typical(*space_.fsync, "fsync"));
  }

  // `of` tells the draws of one group from those of another.
  void draw_group(GroupSpec& group, const GroupDraws& draws, const std::string& of) const {
    if (!draws.nodes.empty()) group.count = one_of(draws.nodes, of + "nodes");
    for (const auto& [option, values] : draws.config) {
      if (!values.empty()) group.config[option] = one_of(values, of + "config." + option);
    }
  }

  void workload(WorkloadSpec& workload) const {
    const std::string of = "." + workload.name;
    if (space_.clients) {
      workload.clients = static_cast<std::uint32_t>(space_.clients->draw(word("clients" + of)));
    }
    if (space_.keys) {
      workload.keys = static_cast<std::uint32_t>(space_.keys->draw(word("keys" + of)));
    }
    if (!space_.rate.empty()) {
      workload.rate = one_of(space_.rate, "rate" + of);
      workload.think_time.reset();
    }
  }

  // In order of time, after those that the scenario has.
  void plan(faults::FaultPlan& plan) const {
    const std::vector<const faults::Choice*> on = kinds_that_are_on();
    if (on.empty()) return;
    std::vector<faults::Fault> drawn;
    const std::int64_t count = space_.faults.draw(word("faults"));
    for (std::int64_t i = 0; i < count; ++i) {
      const DrawKey draws = DrawKey(seed_, "fuzz.fault", "").of(static_cast<std::uint64_t>(i));
      const std::int64_t first = (space_.between.min.ns + kMillisecond - 1) / kMillisecond;
      const std::int64_t last = space_.between.max.ns / kMillisecond;
      // Whole milliseconds, where there are any in the range.
      const Duration at = first > last
                              ? space_.between.min
                              : Duration{scale_between(draws.at(0), first, last) * kMillisecond};
      drawn.push_back(draw_fault(choose(on, draws.at(1)), at, draws));
    }
    std::stable_sort(drawn.begin(), drawn.end(), [](const auto& a, const auto& b) {
      return std::get<faults::At>(a.trigger).time.min < std::get<faults::At>(b.trigger).time.min;
    });
    plan.faults.insert(plan.faults.end(), drawn.begin(), drawn.end());
    faults::assign_ids(plan);
  }

 private:
  std::uint64_t word(std::string_view what) const { return DrawKey(seed_, "fuzz", what).at(0); }

  template <class T>
  const T& one_of(const std::vector<T>& values, std::string_view what) const {
    return values[scale(word(what), values.size())];
  }

  Duration typical(DurationRange range, std::string_view what) const {
    const DrawKey draws(seed_, "fuzz.scale", what);
    return draw_scale(range, draws.at(0), draws.at(1));
  }

  static Distribution around(Duration typical) {
    return Distribution::uniform(typical / 2, typical + typical / 2);
  }

  // Half of the seeds have links that are now and then much slower than they usually are.
  Distribution latency() const {
    const Duration usual = typical(*space_.latency, "latency");
    if (scale(word("latency.tail"), 2) == 0) return around(usual);
    Distribution made;
    made.shape = Distribution::Shape::exponential;
    made.mean = usual;
    made.min = usual / 4;
    return made;
  }

  std::vector<const faults::Choice*> kinds_that_are_on() const {
    std::vector<const faults::Choice*> on;
    const DrawKey coins(seed_, "fuzz.kind", "");
    for (std::size_t i = 0; i < space_.kinds.size(); ++i) {
      if (scale(coins.at(i), 2) == 1) on.push_back(&space_.kinds[i]);
    }
    if (on.empty() && !space_.kinds.empty()) on.push_back(&one_of(space_.kinds, "kind"));
    return on;
  }

  static const faults::Choice& choose(const std::vector<const faults::Choice*>& kinds,
                                      std::uint64_t word) {
    std::uint64_t total = 0;
    for (const faults::Choice* kind : kinds) total += kind->weight;
    std::uint64_t left = scale(word, total);
    for (const faults::Choice* kind : kinds) {
      if (left < kind->weight) return *kind;
      left -= kind->weight;
    }
    return *kinds.back();
  }

  const FuzzSpec& space_;
  std::uint64_t seed_;
};

}  // namespace

Duration two_digits(Duration value) {
  std::int64_t unit = 1;
  while (value.ns / unit >= 100 || value.ns / unit <= -100) unit *= 10;
  return Duration{value.ns / unit * unit};
}

Duration draw_scale(DurationRange range, std::uint64_t octave_word, std::uint64_t word) {
  const auto low = static_cast<std::uint64_t>(std::max<std::int64_t>(1, range.min.ns));
  const auto high = static_cast<std::uint64_t>(std::max<std::int64_t>(1, range.max.ns));
  if (high <= low) return range.min;
  const auto octaves = static_cast<std::uint64_t>(std::bit_width(high / low));
  const std::uint64_t from = low << scale(octave_word, octaves);
  const std::uint64_t to = std::min(high, from * 2);
  const std::uint64_t drawn = from >= to ? from : from + scale(word, to - from + 1);
  return std::max(range.min, two_digits(Duration{static_cast<std::int64_t>(drawn)}));
}

faults::Fault draw_fault(const faults::Choice& kind, Duration at, DrawKey draws) {
  faults::Fault fault;
  fault.trigger = faults::At{{at, at}};
  fault.effect = kind.effect;
  if (kind.duration) {
    const Duration drawn = two_digits(kind.duration->draw(draws.at(2)));
    const Duration length = std::max(kind.duration->min, drawn);
    fault.duration = DurationRange{length, length};
  }
  return fault;
}

ScenarioSpec draw_scenario(const ScenarioSpec& space, std::uint64_t seed) {
  ScenarioSpec spec = space;
  if (!space.fuzz) return spec;
  spec.fuzz.reset();
  spec.seeds.ranges = {SeedRange{seed, seed}};
  const Draw draw(*space.fuzz, seed);
  draw.cluster(spec);
  for (WorkloadSpec& workload : spec.workloads) draw.workload(workload);
  draw.plan(spec.plan);
  return spec;
}

}  // namespace windtunnel::scenarios
