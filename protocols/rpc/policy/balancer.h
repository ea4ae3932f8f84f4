// Which of the endpoints of a service a call goes to. A balancer is a value without a clock, timers
// or randomness: it is told of the list, of the state of each connection, and of how calls end, and
// it says which connections it wants. Whoever holds one
//
//   - calls `update` with every list of the resolver, and `set_state` for every change;
//   - attempts what `wanted` names, after each change, each pick, and at `next_wanted`;
//   - for each call `pick`, then `on_start` when the call is sent there and `on_done` when it
//   ended.
//
// A pick needs one draw, whatever the policy, so that two policies can be compared under the same
// draws.
#pragma once

#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/rpc/policy/status_code.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::rpc {

// An address. Whoever comes back has the id that it had.
using EndpointId = Id<struct EndpointIdTag, std::uint32_t>;

struct Endpoint {
  EndpointId id = {};
  std::string address = {};  // what is hashed: "10.0.0.1:80"
  std::uint32_t weight = 1;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// Of a connection. A failed one is in transient_failure until its backoff is over, then idle.
enum class Connectivity : std::uint8_t { idle, connecting, ready, transient_failure };

struct PickArguments {
  Instant now = {};
  std::uint64_t draw = 0;
  std::uint64_t hash = 0;  // of the call, for those who hash
};

struct Pick {
  enum class Kind : std::uint8_t {
    complete,  // send it to `endpoint`
    queue,     // ask again after the next change
    fail,      // as UNAVAILABLE, or queue it where the call waits for ready
  };
  Kind kind = Kind::fail;
  EndpointId endpoint = {};
  std::uint64_t generation = 0;  // of what is known about the endpoint

  static Pick of(EndpointId endpoint) { return {Kind::complete, endpoint, 0}; }
  friend constexpr auto operator<=>(const Pick&, const Pick&) = default;
};

// What a server says of its load; zeros: nothing.
struct LoadReport {
  std::int64_t utilization_millionths = 0;
  std::int64_t qps_thousandths = 0;
  std::int64_t eps_thousandths = 0;
};

struct Completion {
  Pick pick = {};
  Instant begun = {};
  Instant now = {};
  StatusCode code = StatusCode::ok;
  LoadReport load = {};
};

// The n-th draw that one draw stands for.
constexpr std::uint64_t nth_draw(std::uint64_t draw, std::uint64_t n) {
  return DrawKey().of(draw).at(n);
}

class Balancer {
 public:
  virtual ~Balancer() = default;

  // The whole list, best first; who is in it again counts once, at first. Who stays keeps its
  // connection's state.
  void update(std::vector<Endpoint> endpoints, Instant now, std::uint64_t draw);
  // Of endpoints that are no longer listed: nothing. Who failed counts as failed until it is ready
  // (gRPC A61, A42).
  void set_state(EndpointId id, Connectivity state, Instant now);

  virtual Pick pick(const PickArguments& arguments) = 0;
  virtual void on_start(const Pick& pick);
  virtual void on_done(const Completion& completion);

  // The idle endpoints that should be connected to now. By default all.
  virtual std::vector<EndpointId> wanted(Instant now);
  // When `wanted` may name others without a change; nothing: never.
  virtual std::optional<Instant> next_wanted() const { return std::nullopt; }

  // Calls that were started and have not ended.
  std::int64_t in_flight(EndpointId id) const;

 protected:
  struct Slot {
    Endpoint endpoint;
    Connectivity state = Connectivity::idle;  // as it counts
    bool idle = true;                         // as it is
    friend bool operator==(const Slot&, const Slot&) = default;
  };

  Balancer() = default;
  Balancer(const Balancer&) = default;
  Balancer& operator=(const Balancer&) = default;
  friend bool operator==(const Balancer&, const Balancer&) = default;

  // After the list, or the state of a slot, changed.
  virtual void list_changed(Instant, std::uint64_t /*draw*/) {}
  virtual void state_changed(const Slot&, Connectivity /*before*/, Instant) {}

  const std::vector<Slot>& slots() const { return slots_; }
  const Slot* find(EndpointId id) const;
  // The indices of the slots that are ready.
  const std::vector<std::size_t>& ready() const { return ready_; }
  EndpointId id_of(std::size_t slot) const { return slots_[slot].endpoint.id; }
  // The pick where nothing is ready: wait while something may become so.
  Pick without_ready() const;

 private:
  void collect_ready();

  std::vector<Slot> slots_;
  std::vector<std::size_t> ready_;
  std::map<EndpointId, std::int64_t> in_flight_;  // without zeros
};

}  // namespace windtunnel::rpc
