// The balancers that need no measurement: in turn, and the less busy of a few.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>

#include <algorithm>

namespace windtunnel::rpc {

// gRPC's round_robin: the ready ones in turn, from a drawn one after each change
// of who is ready.
class RoundRobin final : public Balancer {
 public:
  Pick pick(const PickArguments& arguments) override;
  friend bool operator==(const RoundRobin&, const RoundRobin&) = default;

 private:
  void list_changed(Instant, std::uint64_t) override { next_.reset(); }
  void state_changed(const Slot& slot, Connectivity before, Instant) override {
    if ((before == Connectivity::ready) != (slot.state == Connectivity::ready)) next_.reset();
  }

  std::optional<std::size_t> next_;  // of the ready ones
};

// gRPC's least_request (A48): of `choices` ready ones, drawn with repetition, the first with the
// fewest calls in flight.
class LeastRequest final : public Balancer {
 public:
  static constexpr std::uint32_t kMostChoices = 10;

  explicit LeastRequest(std::uint32_t choices = 2)
      : choices_(std::clamp(choices, 2U, kMostChoices)) {}

  Pick pick(const PickArguments& arguments) override;
  friend bool operator==(const LeastRequest&, const LeastRequest&) = default;

 private:
  std::uint32_t choices_;
};

}  // namespace windtunnel::rpc
