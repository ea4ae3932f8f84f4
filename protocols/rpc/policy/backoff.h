// How long to wait before trying again.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/base/time.h>

#include <compare>
#include <cstdint>

namespace windtunnel::rpc {

// Delays that grow by a factor up to a limit, each spread by a jitter.
struct ExponentialBackoff {
  Duration initial = seconds(1);
  Duration max = seconds(120);
  std::int64_t multiplier_millionths = 1'600'000;
  PerMillion jitter{200'000};

  // min(initial * multiplier^(n - 1), max), for n from 1; rounded down at each factor.
  Duration nominal(std::uint32_t n) const;
  // `delay` times a number of [1 - jitter, 1 + jitter], which `draw` says.
  Duration jittered(Duration delay, std::uint64_t draw) const;
  friend constexpr auto operator<=>(const ExponentialBackoff&, const ExponentialBackoff&) = default;
};

// Attempts to connect (gRPC, connection-backoff.md). The waits count from the beginning of an
// attempt, and the first of them has no jitter.
class ConnectionBackoff {
 public:
  static constexpr Duration kMinConnectTimeout = seconds(20);

  struct Attempt {
    Instant give_up;     // this attempt has failed when it is not connected by then
    Instant next_begin;  // after a failure, the earliest begin of the next one
  };

  explicit ConnectionBackoff(const ExponentialBackoff& backoff = {}) : backoff_(backoff) {}

  Attempt begin(Instant now, std::uint64_t draw);
  // After a success: the next attempt is a first one.
  void reset() { attempts_ = 0; }
  friend constexpr auto operator<=>(const ConnectionBackoff&, const ConnectionBackoff&) = default;

 private:
  ExponentialBackoff backoff_;
  std::uint32_t attempts_ = 0;
};

// go-micro's wait before attempt `attempts` (0 is the first): attempts^e in whole tenths of a
// second, 2 minutes above 13. Without jitter, so that clients which failed together come back
// together.
Duration go_micro_backoff(std::uint32_t attempts);

}  // namespace windtunnel::rpc
