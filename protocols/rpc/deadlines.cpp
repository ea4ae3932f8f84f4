#include <windtunnel/protocols/rpc/deadlines.h>

#include <windtunnel/protocols/base/assert.h>

#include <utility>

namespace windtunnel::rpc {

void Deadlines::add(std::uint32_t slot, Instant at) {
  if (at == kEndOfTime) return;
  if (slot >= places_.size()) places_.resize(slot + std::size_t{1}, kNowhere);
  WT_ASSERT(places_[slot] == kNowhere, "a slot has one deadline");
  heap_.push_back({at, slot});
  places_[slot] = static_cast<std::uint32_t>(heap_.size() - 1);
  sift_up(heap_.size() - 1);
}

void Deadlines::remove(std::uint32_t slot) {
  if (slot >= places_.size() || places_[slot] == kNowhere) return;
  const std::size_t place = places_[slot];
  places_[slot] = kNowhere;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) return;
  put(place, last);
  sift_up(place);
  sift_down(places_[last.slot]);
}

void Deadlines::put(std::size_t place, const Entry& entry) {
  heap_[place] = entry;
  places_[entry.slot] = static_cast<std::uint32_t>(place);
}

void Deadlines::sift_up(std::size_t place) {
  const Entry entry = heap_[place];
  while (place > 0 && entry < heap_[(place - 1) / 2]) {
    put(place, heap_[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  put(place, entry);
}

void Deadlines::sift_down(std::size_t place) {
  const Entry entry = heap_[place];
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (entry < heap_[child]) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, entry);
}

}  // namespace windtunnel::rpc
