#include "sim/event_queue.h"

#include "protocols/base/assert.h"

#include <algorithm>

namespace windtunnel {
namespace {

constexpr std::size_t kArity = 4;

// A bijection of 64-bit words, so that permuted ties stay totally ordered (SplitMix64 finaliser).
std::uint64_t permute(std::uint64_t x, std::uint64_t salt) {
  x ^= salt;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

EventHandle EventQueue::schedule(const Event& event) {
  std::uint32_t index;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
    free_.reserve(slots_.capacity());
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[index];
  slot.event = event;
  const std::uint64_t number = next_sequence_++;
  const std::uint64_t sequence = tie_salt_ == 0 ? number : permute(number, tie_salt_);
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {event.time.ns, sequence, index});
  return {index, slot.generation};
}

bool EventQueue::pending(EventHandle handle) const {
  return handle.slot < slots_.size() && slots_[handle.slot].generation == handle.generation &&
         slots_[handle.slot].position != UINT32_MAX;
}

bool EventQueue::cancel(EventHandle handle) {
  if (!pending(handle)) return false;
  remove_at(slots_[handle.slot].position);
  return true;
}

EventQueue::Event EventQueue::pop() {
  WT_ASSERT(!heap_.empty(), "pop from an empty event queue");
  const Event event = slots_[heap_.front().slot].event;
  remove_at(0);
  return event;
}

void EventQueue::place(std::size_t position, const Entry& entry) {
  heap_[position] = entry;
  slots_[entry.slot].position = static_cast<std::uint32_t>(position);
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
  for (;;) {
    const std::size_t first = position * kArity + 1;
    if (first >= size) break;
    std::size_t least = first;
    const std::size_t last = std::min(first + kArity, size);
    for (std::size_t child = first + 1; child < last; ++child) {
      if (heap_[child].before(heap_[least])) least = child;
    }
    if (!heap_[least].before(entry)) break;
    place(position, heap_[least]);
    position = least;
  }
  place(position, entry);
}

void EventQueue::remove_at(std::size_t position) {
  const std::uint32_t index = heap_[position].slot;
  Slot& slot = slots_[index];
  slot.position = UINT32_MAX;
  ++slot.generation;
  free_.push_back(index);
  const Entry last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  if (position > 0 && last.before(heap_[(position - 1) / kArity])) {
    sift_up(position, last);
  } else {
    sift_down(position, last);
  }
}

}  // namespace windtunnel
