// The pending-event set: totally ordered by (time, sequence), with true cancel. Equal times come
// out first in, first out, or in a seeded permutation where the simulation asks for it. Steady
// state allocates nothing.
//
// Near events are in an indexed 4-ary heap. Where there are many, those beyond a horizon lie
// unsorted in buckets of equal width, and beyond the buckets in one pile of leftovers; each enters
// the heap with its bucket, when the heap has run empty. What comes out when does not depend on it.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <array>
#include <cstdint>
#include <vector>

namespace windtunnel {

// Something that events happen to. Lives as long as an event for it is pending.
class EventTarget {
 public:
  virtual void on_event(std::uint64_t a, std::uint64_t b) = 0;

 protected:
  ~EventTarget() = default;
};

// Names a pending event; stale once it was popped or cancelled. The default names none.
struct EventHandle {
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t generation = 0;
};

class EventQueue {
 public:
  // Pending at most, and scheduled in one run at most.
  static constexpr std::uint32_t kMaxPending = 1U << 24;
  static constexpr std::uint64_t kMaxScheduled = std::uint64_t{1} << 40;

  struct Event {
    Instant time;
    EventTarget* target = nullptr;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint64_t cause = 0;  // number of the trace record that scheduled it
  };

  // A non-zero salt permutes events of equal time.
  explicit EventQueue(std::uint64_t tie_salt = 0) : tie_salt_(tie_salt) {}

  EventHandle schedule(const Event& event);
  // Moves a pending event to another time, as if it were cancelled and scheduled anew; false when
  // it was gone.
  bool reschedule(EventHandle handle, Instant time, std::uint64_t cause);
  // Takes the event out; false when it was gone.
  bool cancel(EventHandle handle);
  bool pending(EventHandle handle) const;

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size() + far_; }
  // The queue must not be empty.
  Instant next_time() const { return {heap_.front().time}; }
  Event pop();

 private:
  static constexpr std::size_t kBuckets = 1024;
  static constexpr std::size_t kDense = 1024;  // a heap beyond this asks for buckets
  static constexpr std::int64_t kNoHorizon = INT64_MAX;

  struct Entry {
    std::int64_t time;
    std::uint64_t order;  // sequence << 24 | slot
    std::uint32_t slot() const { return static_cast<std::uint32_t>(order) & (kMaxPending - 1); }
    bool before(const Entry& other) const {
      const __int128 here = static_cast<__int128>(time) << 64 | order;
      const __int128 there = static_cast<__int128>(other.time) << 64 | other.order;
      return here < there;
    }
  };
  using Entries = std::vector<Entry>;
  struct alignas(64) Slot {
    Event event;
    std::uint32_t generation = 0;
  };

  // event_queue.cpp
  void place(std::size_t position, const Entry& entry);
  void sift_up(std::size_t position, Entry entry);
  void sift_down(std::size_t position, Entry entry);
  void remove_from_heap(std::size_t position);
  void make_heap();
  void free_slot(std::uint32_t slot);
  void put(const Entry& entry);
  std::uint64_t next_order();

  // far_events.cpp
  void add_far(const Entry& entry);
  void remove_far(std::uint32_t slot);
  void refill();
  void fetch_ahead() const;
  void take_leftovers();
  void spread();
  std::int64_t next_bucket() const;
  std::int64_t bucket_of(std::int64_t time) const { return time >> shift_; }

  std::uint64_t tie_salt_;
  std::uint64_t next_sequence_ = 0;
  Entries heap_;  // empty only when the queue is
  std::vector<Slot> slots_;
  // Where each slot's entry is: a place in the heap, or one of those below with a place in it.
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  static constexpr std::uint32_t kInBucket = 1U << 30;
  static constexpr std::uint32_t kInLeftovers = 1U << 31;
  std::vector<std::uint32_t> positions_;
  std::vector<std::uint32_t> free_;

  // Buckets are numbered by time. Those of [horizon_, horizon_ + kBuckets) have a place, at their
  // number modulo kBuckets.
  std::int64_t horizon_ = kNoHorizon;  // the first bucket that is not in the heap
  int shift_ = 0;                      // a bucket is 1 << shift_ ns wide
  std::size_t far_ = 0;                // events in buckets and leftovers
  std::uint64_t spread_at_ = 0;        // sequence at which the width was last chosen
  std::vector<Entries> buckets_;
  std::array<std::uint64_t, kBuckets / 64> filled_{};  // a bit a bucket
  Entries leftovers_;
  std::int64_t first_leftover_ = 0;  // no leftover is in a bucket before this
};

}  // namespace windtunnel
