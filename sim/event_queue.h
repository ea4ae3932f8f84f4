// The pending-event set: totally ordered by (time, sequence), with true cancel. Equal times come out first in,
// first out, or in a seeded permutation where the simulation asks for it. Steady state allocates nothing.
#pragma once

#include "protocols/base/time.h"

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
  // Takes the event out; false when it was gone.
  bool cancel(EventHandle handle);
  bool pending(EventHandle handle) const;

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  // The queue must not be empty.
  Instant next_time() const { return {heap_.front().time}; }
  Event pop();

 private:
  struct Entry {
    std::int64_t time;
    std::uint64_t sequence;
    std::uint32_t slot;
    bool before(const Entry& other) const {
      return time != other.time ? time < other.time : sequence < other.sequence;
    }
  };
  struct Slot {
    Event event;
    std::uint32_t generation = 0;
    std::uint32_t position = UINT32_MAX;  // in the heap; UINT32_MAX when free
  };
  void place(std::size_t position, const Entry& entry);
  void sift_up(std::size_t position, Entry entry);
  void sift_down(std::size_t position, Entry entry);
  void remove_at(std::size_t position);

  std::uint64_t tie_salt_;
  std::uint64_t next_sequence_ = 0;
  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace windtunnel
