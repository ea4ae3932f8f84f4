// gRPC's pick_first: all calls go to the first endpoint that could be connected to. It tries them
// in the order of the list, the next one a little later (Happy Eyeballs, A61) or when the last one
// failed, and stays with what it has until that connection breaks or is no longer listed.
#pragma once

#include <windtunnel/protocols/rpc/policy/balancer.h>

namespace windtunnel::rpc {

class PickFirst final : public Balancer {
 public:
  struct Parameters {
    bool shuffle = false;  // the list, by the draw of its update (A62)
    Duration attempt_delay = milliseconds(250);
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };

  PickFirst() = default;
  explicit PickFirst(const Parameters& parameters) : parameters_(parameters) {}

  Pick pick(const PickArguments& arguments) override;
  std::vector<EndpointId> wanted(Instant now) override;
  std::optional<Instant> next_wanted() const override;
  // What calls go to. Connections to others can be closed.
  std::optional<EndpointId> selected() const { return selected_; }
  friend bool operator==(const PickFirst&, const PickFirst&) = default;

 private:
  void list_changed(Instant now, std::uint64_t draw) override;
  void state_changed(const Slot& slot, Connectivity before, Instant now) override;
  void begin_again();

  Parameters parameters_;
  std::vector<EndpointId> order_;
  std::optional<EndpointId> selected_;
  bool trying_ = false;    // there was a pick
  std::size_t tried_ = 0;  // of order_
  Instant due_;            // when the next of order_ is tried
};

}  // namespace windtunnel::rpc
