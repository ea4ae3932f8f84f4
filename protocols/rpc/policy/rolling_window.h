// What happened lately, in buckets of equal length: go-zero's RollingWindow. Buckets begin at whole
// lengths after the window's begin; a bucket is gone once `size` lengths passed since it began.
#pragma once

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/time.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace windtunnel::rpc {

// `Bucket` is a value whose default is empty. Time does not go back.
template <class Bucket>
class RollingWindow {
 public:
  RollingWindow(Instant begin, std::size_t size, Duration length)
      : begin_(begin), length_(length), slots_(size) {
    WT_ASSERT(size > 0, "a window has buckets");
    WT_ASSERT(length > Duration{}, "a bucket lasts");
  }

  // The current bucket, to be added to.
  Bucket& at(Instant now) {
    const std::int64_t ordinal = ordinal_at(now);
    Slot& slot = slots_[index_of(ordinal)];
    if (slot.ordinal != ordinal) slot = {ordinal, {}};
    return slot.bucket;
  }

  // Calls `visit(bucket)` for those that were added to, oldest first; without the current one,
  // which is not over, if `only_whole`.
  template <class Visit>
  void each(Instant now, Visit visit, bool only_whole = false) const {
    const std::int64_t current = ordinal_at(now);
    const auto size = static_cast<std::int64_t>(slots_.size());
    const std::int64_t end = only_whole ? current : current + 1;
    for (std::int64_t i = std::max<std::int64_t>(0, current - size + 1); i < end; ++i) {
      const Slot& slot = slots_[index_of(i)];
      if (slot.ordinal == i) visit(slot.bucket);
    }
  }

  void clear() { std::fill(slots_.begin(), slots_.end(), Slot{}); }
  friend bool operator==(const RollingWindow&, const RollingWindow&) = default;

 private:
  struct Slot {
    std::int64_t ordinal = -1;  // of the bucket, counted from the begin
    Bucket bucket{};
    friend bool operator==(const Slot&, const Slot&) = default;
  };

  std::int64_t ordinal_at(Instant now) const {
    WT_ASSERT(now >= begin_, "a window begins before it is used");
    return (now - begin_).ns / length_.ns;
  }
  std::size_t index_of(std::int64_t ordinal) const {
    return static_cast<std::size_t>(ordinal) % slots_.size();
  }

  Instant begin_;
  Duration length_;
  std::vector<Slot> slots_;
};

}  // namespace windtunnel::rpc
