// gRPC's ring_hash (A42): a call goes to the endpoint that follows its hash on a ring, so that one
// key stays with one endpoint. Connections are made when they are first needed. Optionally with
// bounded loads (Mirrokni et al. 2016): an endpoint that has its share of the calls in flight is
// passed over, and a hot key spreads along the ring.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>

#include <set>

namespace windtunnel::rpc {

class RingHash final : public Balancer {
 public:
  static constexpr std::uint64_t kSizeCap = 4096;

  struct Parameters {
    std::uint64_t min_ring_size = 1024;
    std::uint64_t max_ring_size = 4096;  // both are cut to kSizeCap
    // A ready endpoint takes ceil(percent / 100 * (calls + 1) * its share of the weight) calls;
    // at least 100, or 0: any number.
    std::uint32_t load_percent = 0;
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };
  // Sorted by hash, then slot. The i-th entry of an endpoint is at XXH64("<address>_<i>").
  struct Entry {
    std::uint64_t hash = 0;
    std::size_t slot = 0;
    friend constexpr auto operator<=>(const Entry&, const Entry&) = default;
  };

  RingHash() : RingHash(Parameters()) {}
  explicit RingHash(const Parameters& parameters);

  Pick pick(const PickArguments& arguments) override;
  std::vector<EndpointId> wanted(Instant now) override;
  const std::vector<Entry>& ring() const { return ring_; }
  friend bool operator==(const RingHash&, const RingHash&) = default;

 private:
  void list_changed(Instant, std::uint64_t) override;
  std::size_t index_for(std::uint64_t hash) const;
  Pick pick_past_failure(std::size_t first);
  Pick with_room(std::size_t first) const;
  void want(const Slot& slot) { wanted_.insert(slot.endpoint.id); }

  Parameters parameters_;
  std::vector<Entry> ring_;
  std::set<EndpointId> wanted_;  // by picks
};

}  // namespace windtunnel::rpc
