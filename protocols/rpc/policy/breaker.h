// Breakers: whether a call is made at all, by how the last ones went. Two of them, to be compared:
// one drops a share that follows the failures, the other opens and closes.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/rpc/policy/rolling_window.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace windtunnel::rpc {

// The client-side throttling of the Google SRE book (chapter 21, equation 2101), as go-zero has it.
// Of the `total` calls of the window, which count those that were dropped, `accepts` succeeded:
//
//   w = max(k - (k - min_k) * failing / buckets, min_k)
//   drop ratio = (total - protection - w * accepts) / (total + 1) * (buckets - working) / buckets
//
// where `failing` and `working` are how many buckets up to now had failures only, and successes
// only; buckets without either do not end a row. A call passes for sure when the ratio is not above
// 0, or when something passed before but nothing within `force_pass`. The ratio is exact.
class SreBreaker {
 public:
  struct Parameters {
    std::size_t buckets = 40;
    Duration bucket = milliseconds(250);
    std::int64_t k_thousandths = 1500;
    std::int64_t min_k_thousandths = 1100;
    std::int64_t protection = 5;
    Duration force_pass = seconds(1);
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };

  // numerator / denominator, of [0, 1].
  struct Ratio {
    __int128 numerator = 0;
    __int128 denominator = 1;
  };

  explicit SreBreaker(Instant now) : SreBreaker(now, Parameters()) {}
  SreBreaker(Instant now, const Parameters& parameters);

  // Whether a call is made. Every one that is, ends in on_success or on_failure.
  bool allow(Instant now, std::uint64_t draw);
  void on_success(Instant now) { ++window_.at(now).successes; }
  void on_failure(Instant now) { ++window_.at(now).failures; }
  // The exact ratio, before `force_pass`; nothing where the first factor is not above 0.
  std::optional<Ratio> drop_ratio(Instant now) const;
  friend bool operator==(const SreBreaker&, const SreBreaker&) = default;

 private:
  struct Bucket {
    std::int64_t successes = 0;
    std::int64_t failures = 0;
    std::int64_t drops = 0;
    friend constexpr auto operator<=>(const Bucket&, const Bucket&) = default;
  };

  Parameters parameters_;
  RollingWindow<Bucket> window_;
  std::optional<Instant> last_pass_;  // of those that might have been dropped
};

// Counts and sleeps, as Hystrix: with enough calls and errors in the window it opens; after a sleep
// a single probe decides whether it closes, with an empty window, or sleeps again.
class SleepBreaker {
 public:
  struct Parameters {
    std::size_t buckets = 10;
    Duration bucket = seconds(1);
    std::int64_t min_calls = 20;
    std::int64_t error_percent = 50;  // opens from here
    Duration sleep = seconds(5);
    friend constexpr auto operator<=>(const Parameters&, const Parameters&) = default;
  };
  enum class State : std::uint8_t { closed, open, half_open };

  explicit SleepBreaker(Instant now) : SleepBreaker(now, Parameters()) {}
  SleepBreaker(Instant now, const Parameters& parameters);

  // Whether a call is made. Every one that is, ends in on_success, on_failure or on_cancel; calls
  // from before it opened may end in any state, and then change nothing.
  bool allow(Instant now);
  // `begun`: when the call was allowed.
  void on_success(Instant now, Instant begun);
  void on_failure(Instant now, Instant begun);
  // A call without a verdict. If it was the probe, the next call is.
  void on_cancel(Instant begun);
  State state() const { return state_; }
  friend bool operator==(const SleepBreaker&, const SleepBreaker&) = default;

 private:
  struct Bucket {
    std::int64_t calls = 0;
    std::int64_t errors = 0;
    friend constexpr auto operator<=>(const Bucket&, const Bucket&) = default;
  };

  bool is_probe(Instant begun) const { return state_ == State::half_open && begun == changed_; }
  void record(Instant now, Instant begun, bool error);
  void enter(State state, Instant now);

  Parameters parameters_;
  RollingWindow<Bucket> window_;
  State state_ = State::closed;
  Instant changed_;  // when the state was entered; half open: when the probe began
};

}  // namespace windtunnel::rpc
