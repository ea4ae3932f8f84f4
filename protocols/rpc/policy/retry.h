// Which failed attempts of a call are followed by another, and when (gRPC A6): retries, hedges, and
// the throttle that both share. They decide; whoever carries the call holds the timers, asks no
// more once the deadline passed or the call is committed, and repeats attempts that reached no
// application (transparent retries) without asking here.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/rpc/policy/backoff.h>
#include <windtunnel/protocols/rpc/policy/status_code.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace windtunnel::rpc {

inline constexpr std::uint32_t kMostAttempts = 5;  // a policy that says more means this

struct RetryPolicy {
  std::uint32_t max_attempts = 2;  // with the first; from 2
  ExponentialBackoff backoff = {};
  StatusSet retryable = {};
  friend constexpr auto operator<=>(const RetryPolicy&, const RetryPolicy&) = default;
};

struct HedgingPolicy {
  std::uint32_t max_attempts = 2;  // with the first; from 2
  Duration delay = {};             // between one attempt and the next
  StatusSet non_fatal = {};        // are followed by the next attempt at once
  friend constexpr auto operator<=>(const HedgingPolicy&, const HedgingPolicy&) = default;
};

// What a server says about trying again, in `grpc-retry-pushback-ms`.
struct Pushback {
  enum class Kind : std::uint8_t { none, never, after };
  Kind kind = Kind::none;
  Duration delay = {};  // of `after`
  friend constexpr auto operator<=>(const Pushback&, const Pushback&) = default;
};
// From the value of the header. What is not a signed 32-bit number without unneeded zeros, and what
// is negative, means never.
Pushback parse_pushback(std::optional<std::string_view> header);

// Stops retries and hedges of all calls to one server while too many fail. Counts thousandths of a
// token: a failure takes one, a success gives the ratio back.
class RetryThrottle {
 public:
  // max_tokens is of [1, 1000].
  RetryThrottle(std::int64_t max_tokens, std::int64_t ratio_thousandths);
  // Transparent retries do not count, nor failures that no policy would follow by an attempt.
  void on_success();
  void on_failure();
  bool allows() const { return tokens_ > max_ / 2; }
  std::int64_t thousandths() const { return tokens_; }
  friend constexpr auto operator<=>(const RetryThrottle&, const RetryThrottle&) = default;

 private:
  std::int64_t max_;
  std::int64_t ratio_;
  std::int64_t tokens_;
};

// What an attempt ended with.
struct AttemptResult {
  StatusCode code = StatusCode::ok;
  Pushback pushback = {};
};

// The retries of one call.
class RetrySequence {
 public:
  explicit RetrySequence(const RetryPolicy& policy);

  // Tells the throttle, which may be null, of the result, and says after what wait the next attempt
  // begins; nothing when this result is the call's. `committed`: the response's headers were seen,
  // or the request is kept no longer.
  std::optional<Duration> after(const AttemptResult& result, bool committed,
                                RetryThrottle* throttle, std::uint64_t draw);
  // The value of `grpc-previous-rpc-attempts` of the current attempt.
  std::uint32_t previous_attempts() const { return previous_attempts_; }
  friend constexpr auto operator<=>(const RetrySequence&, const RetrySequence&) = default;

 private:
  RetryPolicy policy_;
  std::uint32_t previous_attempts_ = 0;
  std::uint32_t backoffs_ = 0;  // since the first attempt or a pushback
};

// The attempts of one call that run beside each other. The first was sent when this is made.
class HedgeSequence {
 public:
  HedgeSequence(const HedgingPolicy& policy, Instant now);

  // When the next attempt is due; nothing when there is none.
  std::optional<Instant> next() const;
  // At that time: whether it is sent. One that the throttle does not allow is lost; if the sequence
  // is over then, the last result is the call's.
  bool begin(Instant now, const RetryThrottle* throttle);
  // Whether this result is the call's, whose other attempts are then cancelled. Otherwise go on by
  // `next`, which may be now.
  bool on_result(const AttemptResult& result, Instant now, RetryThrottle* throttle);
  // Sends no more: the call is committed to an attempt.
  void commit() { left_ = 0; }
  bool is_over() const { return left_ == 0 && outstanding_ == 0; }
  // The value of `grpc-previous-rpc-attempts` of the attempt that was begun last.
  std::uint32_t previous_attempts() const { return sent_ - 1; }
  // Of the attempts that were sent, those without a result.
  std::uint32_t outstanding() const { return outstanding_; }
  friend constexpr auto operator<=>(const HedgeSequence&, const HedgeSequence&) = default;

 private:
  HedgingPolicy policy_;
  Instant next_;
  std::uint32_t left_;
  std::uint32_t sent_ = 1;
  std::uint32_t outstanding_ = 1;
};

}  // namespace windtunnel::rpc
