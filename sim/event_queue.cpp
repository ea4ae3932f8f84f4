#include <windtunnel/sim/event_queue.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>

namespace windtunnel {
namespace {

constexpr std::size_t kArity = 4;

// A bijection of 40-bit words, so that permuted ties stay totally ordered (the finaliser of
// SplitMix64, narrowed).
std::uint64_t permute(std::uint64_t x, std::uint64_t salt) {
  constexpr std::uint64_t kMask = EventQueue::kMaxScheduled - 1;
  x = (x ^ salt) & kMask;
  x = ((x ^ (x >> 19)) * 0xbf58476d1ce4e5b9ULL) & kMask;
  x = ((x ^ (x >> 17)) * 0x94d049bb133111ebULL) & kMask;
  return x ^ (x >> 20);
}

}  // namespace

EventHandle EventQueue::schedule(const Event& event) {
  std::uint32_t index;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(slots_.size());
    WT_ASSERT(index < kMaxPending, "at most 16 million events are pending");
    slots_.emplace_back();
    positions_.push_back(kNowhere);
    free_.reserve(slots_.capacity());
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[index];
  slot.event = event;
  put({event.time.ns, next_order() | index});
  return {index, slot.generation};
}

// The place of the next event among those of equal time.
std::uint64_t EventQueue::next_order() {
  const std::uint64_t number = next_sequence_++;
  WT_ASSERT(number < kMaxScheduled, "a run schedules at most 2^40 events");
  return (tie_salt_ == 0 ? number : permute(number, tie_salt_)) << 24;
}

void EventQueue::put(const Entry& entry) {
  if (bucket_of(entry.time) >= horizon_ && !heap_.empty()) return add_far(entry);
  heap_.emplace_back();
  sift_up(heap_.size() - 1, entry);
  if (heap_.size() > kDense && next_sequence_ - spread_at_ > size()) spread();
}

bool EventQueue::reschedule(EventHandle handle, Instant time, std::uint64_t cause) {
  if (!pending(handle)) return false;
  Event& event = slots_[handle.slot].event;
  const std::uint32_t position = positions_[handle.slot];
  const Entry entry{time.ns, next_order() | handle.slot};
  const bool stays = position < kInBucket && bucket_of(time.ns) < horizon_;
  // Later, by time or by order, is where timers that are armed again go.
  if (stays && heap_[position].before(entry)) {
    sift_down(position, entry);
  } else if (stays) {
    sift_up(position, entry);
  } else {
    if (position < kInBucket) {
      remove_from_heap(position);
    } else {
      remove_far(handle.slot);
    }
    put(entry);
  }
  event.time = time;
  event.cause = cause;
  return true;
}

bool EventQueue::pending(EventHandle handle) const {
  return handle.slot < slots_.size() && slots_[handle.slot].generation == handle.generation &&
         positions_[handle.slot] != kNowhere;
}

bool EventQueue::cancel(EventHandle handle) {
  if (!pending(handle)) return false;
  const std::uint32_t position = positions_[handle.slot];
  if (position < kInBucket) {
    remove_from_heap(position);
  } else {
    remove_far(handle.slot);
  }
  free_slot(handle.slot);
  return true;
}

EventQueue::Event EventQueue::pop() {
  WT_ASSERT(!heap_.empty(), "pop from an empty event queue");
  const std::uint32_t slot = heap_.front().slot();
  const Event event = slots_[slot].event;
  remove_from_heap(0);
  free_slot(slot);
  if (!heap_.empty()) __builtin_prefetch(&slots_[heap_.front().slot()]);
  return event;
}

void EventQueue::free_slot(std::uint32_t slot) {
  positions_[slot] = kNowhere;
  ++slots_[slot].generation;
  free_.push_back(slot);
}

void EventQueue::place(std::size_t position, const Entry& entry) {
  heap_[position] = entry;
  positions_[entry.slot()] = static_cast<std::uint32_t>(position);
}

void EventQueue::sift_up(std::size_t position, Entry entry) {
  while (position > 0) {
    const std::size_t parent = (position - 1) / kArity;
    if (!entry.before(heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void EventQueue::sift_down(std::size_t position, Entry entry) {
  const std::size_t size = heap_.size();
  const Entry* const heap = heap_.data();
  for (;;) {
    const std::size_t first = position * kArity + 1;
    std::size_t least = first;
    if (first + kArity <= size) {
      // Without branches on the outcome of a comparison, which nothing could predict.
      const std::size_t left = first + (heap[first + 1].before(heap[first]) ? 1U : 0U);
      const std::size_t right = first + 2 + (heap[first + 3].before(heap[first + 2]) ? 1U : 0U);
      least = heap[right].before(heap[left]) ? right : left;
    } else {
      if (first >= size) break;
      for (std::size_t child = first + 1; child < size; ++child) {
        if (heap[child].before(heap[least])) least = child;
      }
    }
    if (!heap[least].before(entry)) break;
    place(position, heap[least]);
    position = least;
  }
  place(position, entry);
}

void EventQueue::remove_from_heap(std::size_t position) {
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position < heap_.size()) {
    if (position > 0 && last.before(heap_[(position - 1) / kArity])) {
      sift_up(position, last);
    } else {
      sift_down(position, last);
    }
  } else if (heap_.empty() && far_ > 0) {
    refill();
  }
}

void EventQueue::make_heap() {
  for (std::size_t i = 0; i < heap_.size(); ++i) place(i, heap_[i]);
  if (heap_.size() < 2) return;
  for (std::size_t i = (heap_.size() - 2) / kArity + 1; i > 0; --i) sift_down(i - 1, heap_[i - 1]);
}

}  // namespace windtunnel
