// gRPC's weighted_round_robin (A58): endpoints in turn, as often as their weight says, which
// follows from the load that they report:
//
//   weight = qps / (utilization + eps / qps * error penalty)
//
// A weight counts once its endpoint has reported for `blackout`, and until it has not for
// `expiration`. Who has no weight gets the average; where fewer than two have one, all are equal.
// The order is earliest deadline first: an endpoint's period is the inverse of its weight, and its
// first deadline is drawn within one.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>

namespace windtunnel::rpc {

// Deadlines of [0, 2^62) in integers. Weights are rounded to 1 / 65535 of the largest.
class EdfSchedule {
 public:
  EdfSchedule() = default;
  // Zeros stand for the average. At least one weight.
  EdfSchedule(std::vector<std::uint64_t> weights, std::uint64_t draw);

  bool empty() const { return jobs_.empty(); }
  // The index of the next.
  std::size_t next();
  friend bool operator==(const EdfSchedule&, const EdfSchedule&) = default;

 private:
  struct Job {
    std::uint64_t deadline = 0;
    std::size_t index = 0;
    friend constexpr auto operator<=>(const Job&, const Job&) = default;
  };
  void rebase();

  std::vector<std::uint64_t> periods_;
  std::vector<Job> jobs_;  // a heap, the earliest in front
};

class WeightedRoundRobin final : public Balancer {
 public:
  struct Parameters {
    Duration blackout = seconds(10);
    Duration expiration = seconds(180);
    Duration update_period = seconds(1);  // at least 100 ms
    std::int64_t error_penalty_millionths = 1'000'000;
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };

  WeightedRoundRobin() : WeightedRoundRobin(Parameters()) {}
  explicit WeightedRoundRobin(const Parameters& parameters);

  // Weights are looked at again with the first pick of each `update_period`.
  Pick pick(const PickArguments& arguments) override;
  // Takes the report of the call.
  void on_done(const Completion& completion) override;
  // A report outside of a call.
  void on_report(EndpointId id, const LoadReport& report, Instant now);
  // In thousandths of a request a second at full utilization; 0: none that counts.
  std::uint64_t weight(EndpointId id, Instant now);
  friend bool operator==(const WeightedRoundRobin&, const WeightedRoundRobin&) = default;

 private:
  struct Weight {
    std::uint64_t value = 0;
    std::optional<Instant> non_empty_since;
    Instant last_updated;
    friend constexpr auto operator<=>(const Weight&, const Weight&) = default;
  };

  void list_changed(Instant, std::uint64_t) override;
  void state_changed(const Slot& slot, Connectivity before, Instant now) override;

  Parameters parameters_;
  std::map<EndpointId, Weight> weights_;  // of those that are listed
  EdfSchedule schedule_;                  // over the ready ones; empty: make it with the next pick
  Instant scheduled_;
};

}  // namespace windtunnel::rpc
