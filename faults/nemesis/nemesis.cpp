#include <windtunnel/faults/nemesis/nemesis.h>

#include <windtunnel/sim/clock.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>

#include <algorithm>
#include <utility>

namespace windtunnel::faults {
namespace {

Instant at_time(Duration since_start) { return Instant{} + since_start; }

}  // namespace

Nemesis::Nemesis(Simulation& sim, const FaultPlan& plan, ClusterState& cluster,
                 NemesisOptions options)
    : sim_(sim),
      plan_(plan),
      cluster_(cluster),
      options_(std::move(options)),
      records_(plan.faults.size()),
      progress_(plan.faults.size()) {
  for (std::uint32_t i = 0; i < cluster.node_count(); ++i) {
    Node& node = sim.node(NodeId{i});
    normal_.push_back({node.compute_options(), node.clock().drift_ppb()});
  }
  watch();
  sim_.trace().add_listener(*this, wanted_records());
}

// A pattern of words that nobody here has never matches: who reads scenarios refuses it.
void Nemesis::watch() {
  const auto made = [this](const Pattern& pattern) {
    std::optional<PatternFlaw> flaw;
    return Watch::make(pattern, cluster_.dictionary(), cluster_.nodes(), flaw);
  };
  when_.resize(plan_.faults.size());
  until_.resize(plan_.faults.size());
  for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
    const Fault& fault = plan_.faults[i];
    if (const auto* when = std::get_if<When>(&fault.trigger)) when_[i] = made(when->pattern);
    for (const Step& step : fault.script) {
      const auto* until = std::get_if<WaitUntil>(&step.action);
      until_[i].push_back(until == nullptr ? std::optional<Watch>() : made(until->pattern));
    }
  }
}

// Most plans go by time alone: then no record concerns them.
RecordKinds Nemesis::wanted_records() const {
  RecordKinds kinds;
  for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
    if (when_[i]) when_[i]->add_kinds(kinds);
    if (!until_[i].empty()) kinds.add(RecordKind::hold);
    for (const std::optional<Watch>& until : until_[i]) {
      if (until) until->add_kinds(kinds);
    }
  }
  return kinds;
}

Nemesis::~Nemesis() { sim_.trace().remove_listener(*this); }

DrawKey Nemesis::draws(std::string_view purpose, std::size_t fault,
                       std::uint64_t occurrence) const {
  return sim_.draws(purpose, plan_.faults[fault].id).of(occurrence);
}

void Nemesis::schedule(Instant at, std::uint64_t what, std::uint64_t which) {
  if (at > options_.end && what == kFire) return;
  sim_.schedule(std::max(at, sim_.now()), *this, what, which);
}

void Nemesis::start() {
  for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
    const Trigger& trigger = plan_.faults[i].trigger;
    if (const auto* at = std::get_if<At>(&trigger)) {
      const Duration time = at->time.draw(draws("fault.time", i, 0).at(0));
      schedule(at_time(time), kFire, i);
    } else if (const auto* every = std::get_if<Every>(&trigger)) {
      schedule(at_time(every->from), kFire, i);
    } else if (std::holds_alternative<Randomly>(trigger)) {
      schedule_next(i);
    }
  }
}

// The next occurrence of a fault that fires several times.
void Nemesis::schedule_next(std::size_t fault) {
  const Trigger& trigger = plan_.faults[fault].trigger;
  const std::uint64_t occurrence = progress_[fault].next_occurrence;
  if (const auto* every = std::get_if<Every>(&trigger)) {
    const Instant next = sim_.now() + every->period;
    if (!every->until || next <= at_time(*every->until)) schedule(next, kFire, fault);
  } else if (const auto* randomly = std::get_if<Randomly>(&trigger)) {
    Latency::ExponentialParameters parameters;
    parameters.mean_above = randomly->mean_interval;
    const Duration gap =
        Latency::exponential(parameters).at(draws("fault.time", fault, occurrence).at(0));
    const Instant from = std::max(sim_.now(), at_time(randomly->between.min));
    if (from + gap <= at_time(randomly->between.max)) schedule(from + gap, kFire, fault);
  }
}

void Nemesis::on_event(std::uint64_t a, std::uint64_t b) {
  if (a == kEnd) {
    end(b);
  } else if (stopped_) {
    return;
  } else if (a == kFire) {
    fire(b);
  } else {
    run_script(b);
  }
}

// The effect of this occurrence, chosen by weight where there is a choice, and its duration.
std::optional<DurationRange> Nemesis::choose(const Fault& fault, std::uint64_t occurrence,
                                             const Effect*& effect) const {
  effect = &fault.effect;
  if (fault.choices.empty()) return fault.duration;
  std::uint64_t total = 0;
  for (const Choice& choice : fault.choices) total += choice.weight;
  const std::uint64_t word = sim_.draws("fault.choice", fault.id).of(occurrence).at(0);
  std::uint64_t left = scale(word, total);
  for (const Choice& choice : fault.choices) {
    effect = &choice.effect;
    if (left < choice.weight) return choice.duration ? choice.duration : fault.duration;
    left -= choice.weight;
  }
  return fault.duration;
}

void Nemesis::fire(std::size_t fault) {
  const Fault& what = plan_.faults[fault];
  const std::uint64_t occurrence = progress_[fault].next_occurrence++;
  ++records_[fault].fired;
  if (what.script.empty()) {
    progress_[fault].firings.emplace_back();
    const Effect* effect = nullptr;
    const std::optional<DurationRange> duration = choose(what, occurrence, effect);
    begin(fault, occurrence, *effect, duration);
  } else if (!progress_[fault].script_runs) {
    progress_[fault].script_runs = true;
    progress_[fault].firings.emplace_back();
    progress_[fault].step = 0;
    run_script(fault);
  }
  schedule_next(fault);
}

void Nemesis::end(std::uint64_t active_id) {
  for (auto active = active_.begin(); active != active_.end(); ++active) {
    if (active->id != active_id) continue;
    Active ended = std::move(*active);
    active_.erase(active);
    undo(ended);
    return;
  }
}

void Nemesis::stop_plan() { stopped_ = true; }

std::uint64_t Nemesis::bites(const Firing& firing) const {
  std::uint64_t total = firing.node_bites;
  for (const FaultId id : firing.network_ids) total += sim_.network().bites(id);
  for (const Firing::DiskPart& part : firing.disk_parts) {
    total += sim_.node(part.node).disk().faults().bites(part.id);
  }
  return total;
}

std::uint64_t Nemesis::bites(std::size_t fault) const {
  std::uint64_t total = 0;
  for (const Firing& firing : progress_[fault].firings) total += bites(firing);
  return total;
}

std::uint64_t Nemesis::biting(std::size_t fault) const {
  const std::vector<Firing>& firings = progress_[fault].firings;
  const auto bit = [this](const Firing& firing) { return bites(firing) > 0; };
  return static_cast<std::uint64_t>(std::count_if(firings.begin(), firings.end(), bit));
}

std::uint64_t Nemesis::missed(std::size_t fault) const {
  std::uint64_t total = 0;
  for (const Firing& firing : progress_[fault].firings) {
    for (const FaultId id : firing.network_ids) total += sim_.network().missed(id);
  }
  return total;
}

void Nemesis::on_record(std::uint64_t, const Record& record) {
  if (stopped_ || record.node.value >= cluster_.node_count()) return;
  const bool held = record.kind == RecordKind::hold;
  if (!held && !record.is_observation()) return;
  for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
    Progress& progress = progress_[i];
    if (progress.script_runs && progress.step_waits) {
      if (held) {
        schedule(sim_.now(), kStep, i);
      } else if (is_waited_for(i, record)) {
        ++progress.step_matches;
        schedule(sim_.now(), kStep, i);
      }
    }
    const auto* when = std::get_if<When>(&plan_.faults[i].trigger);
    if (held || when == nullptr) continue;
    const Duration time = sim_.now() - Instant{};
    if (time < when->from || (when->until && time > *when->until)) continue;
    if (!when_[i]->matches(record)) continue;
    const std::uint32_t count = when->pattern.count;
    if (++progress.matches < count || (progress.matches > count && !when->repeat)) continue;
    const std::uint64_t word = draws("fault.time", i, progress.matches - count).at(0);
    const Duration delay = when->delay.draw(word);
    schedule(sim_.now() + delay, kFire, i);
  }
}

}  // namespace windtunnel::faults
