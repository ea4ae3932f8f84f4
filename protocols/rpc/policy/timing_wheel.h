// Many timers, of which most are moved or cancelled before they fire: a hierarchical timing wheel
// (Varghese and Lauck 1987, scheme 7). Time is cut into ticks. A level has 64 slots, each as long
// as the whole level below; a timer waits in the level of the highest digit in which its tick
// differs from the current one, and comes down as time goes on. Arming, moving and cancelling cost
// O(1), and what is cancelled is gone.
//
// A timer fires at the first tick that is not before its deadline, never earlier; those of one tick
// fire in the order in which they were armed or moved.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace windtunnel::rpc {

class TimingWheel {
 public:
  // Names a timer until it fires or is cancelled.
  struct Timer {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    friend constexpr auto operator<=>(const Timer&, const Timer&) = default;
  };

  TimingWheel(Instant begin, Duration tick);

  // A deadline that has passed is the next tick. `value` is handed back by `pop`.
  Timer arm(Instant deadline, std::uint64_t value);
  // False where the timer has fired or was cancelled.
  bool move(Timer timer, Instant deadline);
  bool cancel(Timer timer);

  // The value of the next timer that is due at `now`, in order of ticks; nothing when there is no
  // more. In between, others can be armed, moved and cancelled. `now` does not go back.
  std::optional<std::uint64_t> pop(Instant now);
  // When to look next: not after the earliest timer fires, and then to the tick if that is near.
  std::optional<Instant> next() const;
  std::size_t size() const { return size_; }
  friend bool operator==(const TimingWheel&, const TimingWheel&) = default;

 private:
  static constexpr unsigned kDigitBits = 6;
  static constexpr std::size_t kSlots = std::size_t{1} << kDigitBits;
  static constexpr std::size_t kLevels = 11;  // 66 bits
  static constexpr std::uint32_t kNone = 0xffffffffU;

  struct Node {
    std::uint64_t tick = 0;
    std::uint64_t value = 0;
    std::uint32_t generation = 0;  // odd while it is armed
    std::uint32_t list = kNone;
    std::uint32_t previous = kNone;
    std::uint32_t next = kNone;
    friend constexpr auto operator<=>(const Node&, const Node&) = default;
  };
  struct List {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
    friend constexpr auto operator<=>(const List&, const List&) = default;
  };
  // The occupied slot that comes first, and its first tick.
  struct Front {
    std::size_t level = 0;
    std::uint32_t list = 0;
    std::uint64_t tick = 0;
  };

  std::uint64_t tick_of(Instant deadline) const;
  bool is_armed(Timer timer) const;
  void link(std::uint32_t index);
  void unlink(std::uint32_t index);
  void release(std::uint32_t index);
  std::optional<Front> front() const;

  Instant begin_;
  Duration length_;
  std::uint64_t now_ = 0;  // ticks; no timer is before it, and between pops none is at it
  std::size_t size_ = 0;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> free_;
  std::array<std::uint64_t, kLevels> occupied_ = {};  // a bit for each slot
  std::array<List, kLevels * kSlots> lists_;
};

}  // namespace windtunnel::rpc
