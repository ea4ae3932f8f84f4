#include <windtunnel/checkers/objects/positions.h>
#include <windtunnel/checkers/objects/register.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

// Positions are signed here: the initial value was written before position 0.
struct Cluster {
  std::uint32_t value = 0;
  std::uint32_t write = kNoStep;  // steps
  std::uint32_t first = kNoStep;  // returns first
  std::uint32_t last = kNoStep;   // is called last
  std::int64_t first_return = INT64_MAX;
  std::int64_t last_call = INT64_MIN;

  bool forward() const { return first_return < last_call; }
  void take(std::uint32_t index, const Step& step) {
    const std::int64_t ret = step.ret == kNever ? INT64_MAX : std::int64_t{step.ret};
    if (ret < first_return) {
      first_return = ret;
      first = index;
    }
    if (step.call > last_call) {
      last_call = step.call;
      last = index;
    }
  }
  void name_steps(std::vector<std::uint32_t>& out) const {
    for (const std::uint32_t step : {write, first, last}) {
      if (step != kNoStep && std::find(out.begin(), out.end(), step) == out.end())
        out.push_back(step);
    }
  }
};

class Zones {
 public:
  Zones(const Problem& problem, RegisterMachine& machine)
      : steps_(problem.steps), machine_(machine) {}

  std::vector<std::uint32_t> order() {
    const std::vector<const Cluster*> forward = forward_zones();
    std::vector<std::pair<std::int64_t, std::uint32_t>> places;  // and the cluster
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      const Cluster& cluster = clusters_[i];
      std::int64_t place = cluster.forward() ? cluster.first_return : cluster.last_call;
      const auto begins_before = [place](const Cluster* zone) {
        return zone->first_return < place;
      };
      auto around = std::partition_point(forward.begin(), forward.end(), begins_before);
      const bool inside = !cluster.forward() && around != forward.begin();
      if (inside) place = std::max(place, (*std::prev(around))->last_call);
      places.emplace_back(place, i);
    }
    std::sort(places.begin(), places.end());
    std::vector<std::vector<std::uint32_t>> reads(clusters_.size());
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (op(i).type == RegisterOp::Type::read) reads[of_value_[op(i).from]].push_back(i);
    }
    std::vector<std::uint32_t> steps;
    for (const auto& [place, which] : places) {
      if (clusters_[which].write != kNoStep) steps.push_back(clusters_[which].write);
      steps.insert(steps.end(), reads[which].begin(), reads[which].end());
    }
    return steps;
  }

  std::optional<Ruling> run() {
    ruling_.configurations = steps_.size();
    if (!gather_writes()) return std::nullopt;
    if (!gather_reads()) return ruling_;
    check_zones();
    return ruling_;
  }

 private:
  const RegisterOp& op(std::uint32_t step) const { return machine_.op(steps_[step].kind); }

  // False when the writes of an observed value are not unique.
  bool gather_writes() {
    for (const Step& step : steps_) {
      if (machine_.op(step.kind).type == RegisterOp::Type::cas) return false;
    }
    of_value_.assign(machine_.values(), kNoStep);
    clusters_.reserve(1 + steps_.size() / 2);
    of_value_[0] = 0;
    clusters_.push_back({});
    clusters_[0].first_return = -1;
    clusters_[0].last_call = -2;
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      const RegisterOp& it = op(i);
      if (it.type != RegisterOp::Type::write) continue;
      if (it.to != RegisterMachine::kOther) {
        if (of_value_[it.to] != kNoStep) return false;
        of_value_[it.to] = static_cast<std::uint32_t>(clusters_.size());
      }
      clusters_.push_back({});
      clusters_.back().value = it.to;
      clusters_.back().write = i;
      clusters_.back().take(i, steps_[i]);
    }
    return true;
  }

  // False when a read has no write before its end.
  bool gather_reads() {
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
      if (op(i).type != RegisterOp::Type::read) continue;
      const std::uint32_t which = of_value_[op(i).from];
      if (which == kNoStep) {
        const std::string value = machine_.describe(op(i).from);
        ruling_.refuse(i, {i}, fmt::format("A read returned {}, which nobody wrote.", value));
        return false;
      }
      Cluster& cluster = clusters_[which];
      if (cluster.write != kNoStep && steps_[i].ret < steps_[cluster.write].call) {
        const std::string value = machine_.describe(op(i).from);
        ruling_.refuse(
            i, {i, cluster.write},
            fmt::format("A read returned {} before the write of {} began.", value, value));
        return false;
      }
      cluster.take(i, steps_[i]);
    }
    return true;
  }

  void check_zones() {
    const std::vector<const Cluster*> forward = forward_zones();
    for (std::size_t i = 1; i < forward.size(); ++i) {
      if (forward[i]->first_return < forward[i - 1]->last_call) {
        refuse_pair(*forward[i - 1], *forward[i]);
        return;
      }
    }
    for (const Cluster& inner : clusters_) {
      if (inner.forward()) continue;
      // Forward zones do not overlap: only the last one that begins before can enclose it.
      const auto begins_before = [&inner](const Cluster* zone) {
        return zone->first_return < inner.last_call;
      };
      auto outer = std::partition_point(forward.begin(), forward.end(), begins_before);
      if (outer == forward.begin()) continue;
      --outer;
      if (inner.first_return < (*outer)->last_call) {
        refuse_pair(**outer, inner);
        return;
      }
    }
  }

  // By their beginnings. The initial value's zone begins before all.
  std::vector<const Cluster*> forward_zones() const {
    std::vector<const Cluster*> forward;
    if (clusters_[0].forward()) forward.push_back(clusters_.data());
    const auto begins = [this](std::uint32_t which) {
      const Cluster& cluster = clusters_[which];
      const bool counts = which != 0 && cluster.forward();
      return counts ? static_cast<std::uint32_t>(cluster.first_return) : kNever;
    };
    const auto count = static_cast<std::uint32_t>(clusters_.size());
    for (const std::uint32_t which : order_by_position(count, position_end(steps_), begins)) {
      forward.push_back(&clusters_[which]);
    }
    return forward;
  }

  // `held` is a forward zone, `other` overlaps it or lies inside.
  void refuse_pair(const Cluster& held, const Cluster& other) {
    std::vector<std::uint32_t> culprits;
    held.name_steps(culprits);
    other.name_steps(culprits);
    const std::string value = machine_.describe(held.value);
    const bool unread = other.value == RegisterMachine::kOther;
    const std::string between = unread ? "another value" : machine_.describe(other.value);
    std::string why = fmt::format(
        "The register held {} at the latest when the first operation on {} returned, and still "
        "when the last read of {} began, but {} ",
        value, value, value, between);
    why += other.forward()
               ? "was written and seen in an overlapping stretch of time: one of the two "
                 "was read after it had been overwritten."
               : "was written and returned in between: the last read is stale.";
    ruling_.refuse(held.last, std::move(culprits), std::move(why));
  }

  const std::vector<Step>& steps_;
  RegisterMachine& machine_;
  std::vector<Cluster> clusters_;
  std::vector<std::uint32_t> of_value_;  // value -> cluster
  Ruling ruling_;
};

}  // namespace

std::optional<Ruling> check_zones(const Problem& problem, Machine& machine) {
  return Zones(problem, static_cast<RegisterMachine&>(machine)).run();
}

std::vector<std::uint32_t> order_by_zones(const Problem& problem, Machine& machine) {
  return order_of(Zones(problem, static_cast<RegisterMachine&>(machine)));
}

}  // namespace windtunnel::checkers
