#include <windtunnel/protocols/rpc/policy/p2c_ewma.h>

#include <windtunnel/protocols/rpc/policy/arithmetic.h>

#include <algorithm>
#include <utility>

namespace windtunnel::rpc {

std::int64_t P2cEwma::Measure::load() const {
  return static_cast<std::int64_t>(integer_sqrt(lag + 1)) * (in_flight + 1);
}

Pick P2cEwma::pick(const PickArguments& arguments) {
  const std::size_t count = ready().size();
  if (count == 0) return without_ready();
  std::size_t chosen = 0;
  if (count == 1) {
    known_of(0).measure.last_pick = arguments.now;
  } else if (count == 2) {
    chosen = choose(0, 1, arguments.now);
  } else {
    std::size_t first = 0;
    std::size_t second = 0;
    for (std::uint32_t i = 0; i < parameters_.pairs; ++i) {
      first = scale(nth_draw(arguments.draw, 2 * i), count);
      second = scale(nth_draw(arguments.draw, 2 * i + 1), count - 1);
      if (second >= first) ++second;
      if (known_of(first).measure.healthy() && known_of(second).measure.healthy()) break;
    }
    chosen = choose(first, second, arguments.now);
  }
  Pick pick = Pick::of(id_of(ready()[chosen]));
  pick.generation = known_of(chosen).generation;
  return pick;
}

// One of two ready ones, by its load.
std::size_t P2cEwma::choose(std::size_t first, std::size_t second, Instant now) {
  if (known_of(first).measure.load() > known_of(second).measure.load()) std::swap(first, second);
  const bool starved = now - known_of(second).measure.last_pick > parameters_.force_pick;
  const std::size_t chosen = starved ? second : first;
  known_of(chosen).measure.last_pick = now;
  return chosen;
}

void P2cEwma::on_start(const Pick& pick) {
  Balancer::on_start(pick);
  if (Known* const known = known_for(pick)) ++known->measure.in_flight;
}

void P2cEwma::on_done(const Completion& completion) {
  Balancer::on_done(completion);
  Known* const known = known_for(completion.pick);
  if (known == nullptr) return;
  Measure& measure = known->measure;
  --measure.in_flight;
  const Duration since = completion.now - measure.last_done;
  measure.last_done = completion.now;
  const Fraction weight = measure.lag == 0 ? Fraction() : decay(since, parameters_.decay_time);
  const std::int64_t lag = std::max<std::int64_t>(0, (completion.now - completion.begun).ns);
  const std::uint64_t success = kServerFailures.contains(completion.code) ? 0 : 1000;
  measure.lag = blend(measure.lag, static_cast<std::uint64_t>(lag), weight);
  measure.success = blend(measure.success, success, weight);
}

const P2cEwma::Measure* P2cEwma::measure(EndpointId id) const {
  const auto known = known_.find(id);
  return known == known_.end() ? nullptr : &known->second.measure;
}

void P2cEwma::state_changed(const Slot& slot, Connectivity before, Instant) {
  if ((before == Connectivity::ready) != (slot.state == Connectivity::ready)) forget();
}

void P2cEwma::forget() {
  ++generation_;
  std::map<EndpointId, Known> known;
  for (const std::size_t slot : ready()) {
    const EndpointId id = id_of(slot);
    const auto old = known_.find(id);
    const bool kept = parameters_.remembers && old != known_.end();
    known[id] = kept ? old->second : Known{{}, generation_};
  }
  known_ = std::move(known);
}

// Nothing where what the pick knew was forgotten.
P2cEwma::Known* P2cEwma::known_for(const Pick& pick) {
  const auto known = known_.find(pick.endpoint);
  const bool same = known != known_.end() && known->second.generation == pick.generation;
  return same ? &known->second : nullptr;
}

}  // namespace windtunnel::rpc
