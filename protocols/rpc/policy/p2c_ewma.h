// go-zero's p2c_ewma: the less loaded of two drawn endpoints, where
//
//   load = floor(sqrt(lag + 1)) * (calls in flight + 1)
//
// and `lag` (ns) and `success` (per mille) are moving averages of its calls, weighted by
// exp(-t / 10 s) for the time t since the last one ended. Both begin anew with the first call. Who
// was not picked for a second is picked in spite of its load. With three or more, up to three pairs
// are drawn until both are healthy (success above 500); with two, health is not looked at.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>

namespace windtunnel::rpc {

class P2cEwma final : public Balancer {
 public:
  struct Parameters {
    // go-zero makes a new picker for each list and each change of who is ready, which knows nothing
    // of the endpoints and of the calls in flight: false. True: who stays ready stays known.
    bool remembers = false;
    Duration decay_time = seconds(10);
    Duration force_pick = seconds(1);
    std::uint32_t pairs = 3;
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };
  // What is known of an endpoint.
  struct Measure {
    std::uint64_t lag = 0;
    std::uint64_t success = 1000;
    std::int64_t in_flight = 0;
    Instant last_done;
    Instant last_pick;

    bool healthy() const { return success > 500; }
    std::int64_t load() const;
    friend constexpr auto operator<=>(const Measure&, const Measure&) = default;
  };

  P2cEwma() = default;
  explicit P2cEwma(const Parameters& parameters) : parameters_(parameters) {}

  Pick pick(const PickArguments& arguments) override;
  void on_start(const Pick& pick) override;
  void on_done(const Completion& completion) override;
  // Null where nothing is.
  const Measure* measure(EndpointId id) const;
  friend bool operator==(const P2cEwma&, const P2cEwma&) = default;

 private:
  // Of an endpoint, since `generation`.
  struct Known {
    Measure measure;
    std::uint64_t generation = 0;
    friend constexpr auto operator<=>(const Known&, const Known&) = default;
  };

  void list_changed(Instant, std::uint64_t) override { forget(); }
  void state_changed(const Slot& slot, Connectivity before, Instant now) override;
  void forget();
  Known& known_of(std::size_t nth_ready) { return known_.find(id_of(ready()[nth_ready]))->second; }
  std::size_t choose(std::size_t first, std::size_t second, Instant now);
  Known* known_for(const Pick& pick);

  Parameters parameters_;
  std::map<EndpointId, Known> known_;  // of those that are ready
  std::uint64_t generation_ = 0;
};

}  // namespace windtunnel::rpc
