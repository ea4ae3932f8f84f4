#include <windtunnel/protocols/rpc/policy/weighted_round_robin.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/policy/arithmetic.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace windtunnel::rpc {
namespace {

using Wide = unsigned __int128;

constexpr std::uint64_t kLargestWeight = 65'535;
constexpr std::uint64_t kLargestPeriod = std::uint64_t{1} << 48;
constexpr std::uint64_t kLatestDeadline = std::uint64_t{1} << 62;

// Zeros become the average of the others; all become equal where fewer than two are not 0.
void fill_in_weights(std::vector<std::uint64_t>& weights) {
  Wide sum = 0;
  std::uint64_t known = 0;
  for (const std::uint64_t weight : weights) {
    sum += weight;
    if (weight > 0) ++known;
  }
  const auto average = known < 2 ? 1 : static_cast<std::uint64_t>((sum + known / 2) / known);
  for (std::uint64_t& weight : weights) {
    if (known < 2 || weight == 0) weight = average;
  }
}

}  // namespace

EdfSchedule::EdfSchedule(std::vector<std::uint64_t> weights, std::uint64_t draw) {
  WT_ASSERT(!weights.empty(), "a schedule has jobs");
  fill_in_weights(weights);
  const std::uint64_t largest = *std::max_element(weights.begin(), weights.end());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto scaled_weight =
        static_cast<std::uint64_t>((Wide{weights[i]} * kLargestWeight + largest / 2) / largest);
    periods_.push_back(kLargestPeriod / std::max<std::uint64_t>(1, scaled_weight));
    jobs_.push_back({scale(nth_draw(draw, i), periods_[i]), i});
  }
  std::make_heap(jobs_.begin(), jobs_.end(), std::greater<>());
}

std::size_t EdfSchedule::next() {
  WT_ASSERT(!jobs_.empty(), "a schedule has jobs");
  if (jobs_.front().deadline > kLatestDeadline) rebase();
  std::pop_heap(jobs_.begin(), jobs_.end(), std::greater<>());
  const std::size_t index = jobs_.back().index;
  jobs_.back().deadline += periods_[index];
  std::push_heap(jobs_.begin(), jobs_.end(), std::greater<>());
  return index;
}

void EdfSchedule::rebase() {
  const std::uint64_t earliest = jobs_.front().deadline;
  for (Job& job : jobs_) job.deadline -= earliest;  // which keeps their order
}

WeightedRoundRobin::WeightedRoundRobin(const Parameters& parameters) : parameters_(parameters) {
  parameters_.update_period = std::max(parameters.update_period, milliseconds(100));
  WT_ASSERT(parameters.error_penalty_millionths >= 0, "a penalty is not negative");
}

Pick WeightedRoundRobin::pick(const PickArguments& arguments) {
  if (ready().empty()) return without_ready();
  if (schedule_.empty() || arguments.now - scheduled_ >= parameters_.update_period) {
    std::vector<std::uint64_t> weights;
    for (const std::size_t slot : ready()) weights.push_back(weight(id_of(slot), arguments.now));
    schedule_ = EdfSchedule(std::move(weights), arguments.draw);
    scheduled_ = arguments.now;
  }
  return Pick::of(id_of(ready()[schedule_.next()]));
}

void WeightedRoundRobin::on_done(const Completion& completion) {
  Balancer::on_done(completion);
  on_report(completion.pick.endpoint, completion.load, completion.now);
}

void WeightedRoundRobin::on_report(EndpointId id, const LoadReport& report, Instant now) {
  const auto entry = weights_.find(id);
  if (entry == weights_.end()) return;
  if (report.utilization_millionths <= 0 || report.qps_thousandths <= 0) return;
  const auto qps = static_cast<std::uint64_t>(report.qps_thousandths);
  const auto eps = static_cast<std::uint64_t>(std::max<std::int64_t>(0, report.eps_thousandths));
  const Wide penalty = Wide{eps} * static_cast<std::uint64_t>(parameters_.error_penalty_millionths);
  const Wide utilization =
      static_cast<std::uint64_t>(report.utilization_millionths) + penalty / qps;
  const Wide value = Wide{qps} * kMillion / utilization;
  if (value == 0) return;
  Weight& weight = entry->second;
  if (!weight.non_empty_since) weight.non_empty_since = now;
  weight.last_updated = now;
  weight.value = static_cast<std::uint64_t>(std::min(value, Wide{~std::uint64_t{0}}));
}

std::uint64_t WeightedRoundRobin::weight(EndpointId id, Instant now) {
  const auto entry = weights_.find(id);
  if (entry == weights_.end()) return 0;
  Weight& weight = entry->second;
  if (!weight.non_empty_since) return 0;
  if (now - weight.last_updated >= parameters_.expiration) {
    weight.non_empty_since.reset();
    return 0;
  }
  return now - *weight.non_empty_since < parameters_.blackout ? 0 : weight.value;
}

void WeightedRoundRobin::list_changed(Instant, std::uint64_t) {
  std::map<EndpointId, Weight> weights;
  for (const Slot& slot : slots()) weights[slot.endpoint.id] = weights_[slot.endpoint.id];
  weights_ = std::move(weights);
  schedule_ = {};
}

void WeightedRoundRobin::state_changed(const Slot& slot, Connectivity before, Instant) {
  if (slot.state == before) return;
  if (slot.state == Connectivity::ready) weights_[slot.endpoint.id].non_empty_since.reset();
  schedule_ = {};
}

}  // namespace windtunnel::rpc
