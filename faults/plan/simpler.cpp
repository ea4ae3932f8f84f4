#include <windtunnel/faults/plan/simpler.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace windtunnel::faults {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;
constexpr PerMillion kCertain{1'000'000};

bool changes_something(const LinkChange& link) {
  return link.loss || link.duplicate || link.reorder || link.corrupt || link.stream_corrupt ||
         link.delay || link.bandwidth;
}

// Collects versions of an effect, each with one member changed.
template <class E>
class Versions {
 public:
  Versions(const E& effect, std::vector<Effect>& out) : effect_(effect), out_(out) {}

  template <class M>
  void with(M E::*member, const M& value) {
    E changed = effect_;
    changed.*member = value;
    if (!(changed == effect_)) out_.push_back(std::move(changed));
  }

 private:
  const E& effect_;
  std::vector<Effect>& out_;
};

void simplify(const LinkChange& link, std::vector<Effect>& out) {
  std::vector<Effect> all;
  Versions<LinkChange> versions(link, all);
  versions.with(&LinkChange::queue, std::optional<Size>());
  if (!link.queue) versions.with(&LinkChange::bandwidth, std::optional<Size>());
  versions.with(&LinkChange::delay, std::optional<Distribution>());
  for (const auto member : {&LinkChange::corrupt, &LinkChange::stream_corrupt, &LinkChange::reorder,
                            &LinkChange::duplicate, &LinkChange::loss}) {
    versions.with(member, std::optional<PerMillion>());
    if (link.*member) versions.with(member, std::optional(kCertain));
  }
  if (link.delay) {
    for (const Distribution& delay : simpler_latencies(*link.delay)) {
      versions.with(&LinkChange::delay, std::optional(delay));
    }
  }
  for (Effect& effect : all) {
    if (changes_something(std::get<LinkChange>(effect))) out.push_back(std::move(effect));
  }
}

void simplify(const DiskTrouble& disk, std::vector<Effect>& out) {
  Versions<DiskTrouble> versions(disk, out);
  versions.with(&DiskTrouble::probability, kCertain);
  if (disk.factor > 1) versions.with(&DiskTrouble::delay, std::optional<Distribution>());
  if (disk.delay) versions.with(&DiskTrouble::factor, std::uint32_t{1});
  if (!disk.delay) return;
  for (const Distribution& delay : simpler_latencies(*disk.delay)) {
    versions.with(&DiskTrouble::delay, std::optional(delay));
  }
}

void simplify(const MessageRule& rule, std::vector<Effect>& out) {
  Versions<MessageRule> versions(rule, out);
  versions.with(&MessageRule::probability, kCertain);
  // What is absent means every node. (The filter of a hold is named by its release, too.)
  for (Selector MessageFilter::*end : {&MessageFilter::from, &MessageFilter::to}) {
    MessageFilter simpler = rule.messages;
    simpler.*end = Selector{};
    versions.with(&MessageRule::messages, simpler);
  }
  if (rule.action != MessageRule::Action::delay) return;
  for (const DurationRange& time : simpler_times(rule.delay)) {
    if (time.min.ns > 0) versions.with(&MessageRule::delay, time);
  }
}

void simplify(const Crash& crash, std::vector<Effect>& out) {
  Versions<Crash>(crash, out).with(&Crash::kind, Crash::Kind::process);
}

void simplify(const ClockJump& jump, std::vector<Effect>& out) {
  Versions<ClockJump>(jump, out).with(&ClockJump::by, DurationRange{jump.by.min, jump.by.min});
}

void simplify(const ClockDrift& drift, std::vector<Effect>& out) {
  Versions<ClockDrift>(drift, out)
      .with(&ClockDrift::ppm, IntegerRange{drift.ppm.min, drift.ppm.min});
}

void simplify(const Overload& overload, std::vector<Effect>& out) {
  Versions<Overload> versions(overload, out);
  if (overload.per_input.ns > 0) versions.with(&Overload::factor, std::uint32_t{1});
  if (overload.factor > 1) versions.with(&Overload::per_input, Duration{});
}

// An option that is left out has its default.
void simplify(const Act& act, std::vector<Effect>& out) {
  for (const auto& [key, value] : act.options) {
    Act changed = act;
    changed.options.erase(key);
    out.push_back(std::move(changed));
  }
}

template <class E>
void simplify(const E&, std::vector<Effect>&) {}

}  // namespace

std::vector<DurationRange> simpler_times(const DurationRange& time) {
  std::vector<DurationRange> simpler;
  if (time.min != time.max) simpler.push_back({time.min, time.min});
  for (const std::int64_t unit : {kSecond, 100 * kMillisecond, 10 * kMillisecond, kMillisecond}) {
    const Duration rounded{time.min.ns / unit * unit};
    if (time.min == time.max && rounded < time.min) simpler.push_back({rounded, rounded});
  }
  return simpler;
}

std::vector<Distribution> simpler_latencies(const Distribution& latency) {
  std::vector<Distribution> out;
  const DurationRange& value = latency.value;
  if (latency.shape != Distribution::Shape::uniform) {
    Duration center = value.min;
    for (const Duration each : {latency.mean, latency.median, latency.scale}) {
      center = std::max(center, each);
    }
    out.push_back(Distribution::constant(center));
    return out;
  }
  if (latency.min.ns != 0 || latency.max.ns != 0) {
    out.push_back(Distribution::uniform(value.min, value.max));
  }
  for (const DurationRange& simpler : simpler_times(value)) {
    out.push_back(latency);
    out.back().value = simpler;
  }
  return out;
}

std::vector<Trigger> simpler_triggers(const Trigger& trigger) {
  std::vector<Trigger> out;
  const auto once = [&](Duration time) { out.push_back(At{{time, time}}); };
  if (const auto* at = std::get_if<At>(&trigger)) {
    if (at->time.min != at->time.max) once(at->time.min);
  } else if (const auto* every = std::get_if<Every>(&trigger)) {
    once(every->from);
  } else if (const auto* randomly = std::get_if<Randomly>(&trigger)) {
    once(randomly->between.min);
  } else {
    const auto& when = std::get<When>(trigger);
    once(when.from);
    When simpler = when;
    simpler.repeat = false;
    if (when.repeat) out.push_back(simpler);
    simpler = when;
    simpler.delay = {};
    if (when.delay.max.ns > 0) out.push_back(simpler);
  }
  return out;
}

std::vector<Effect> simpler_amounts(const Effect& effect) {
  std::vector<Effect> out;
  std::visit([&](const auto& e) { simplify(e, out); }, effect);
  return out;
}

}  // namespace windtunnel::faults
