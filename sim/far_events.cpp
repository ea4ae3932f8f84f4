// The part of the event queue beyond the horizon.
#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/sim/event_queue.h>

#include <algorithm>
#include <bit>

namespace windtunnel {

void EventQueue::add_far(const Entry& entry) {
  const std::int64_t number = bucket_of(entry.time);
  ++far_;
  if (number - horizon_ < static_cast<std::int64_t>(kBuckets)) {
    const std::size_t at = static_cast<std::size_t>(number) % kBuckets;
    filled_[at / 64] |= std::uint64_t{1} << (at % 64);
    positions_[entry.slot()] = kInBucket | static_cast<std::uint32_t>(buckets_[at].size());
    buckets_[at].push_back(entry);
  } else {
    if (leftovers_.empty() || number < first_leftover_) first_leftover_ = number;
    positions_[entry.slot()] = kInLeftovers | static_cast<std::uint32_t>(leftovers_.size());
    leftovers_.push_back(entry);
  }
}

void EventQueue::remove_far(std::uint32_t slot) {
  const std::uint32_t position = positions_[slot];
  const bool is_left = (position & kInLeftovers) != 0;
  const auto number = static_cast<std::size_t>(bucket_of(slots_[slot].event.time.ns));
  Entries& from = is_left ? leftovers_ : buckets_[number % kBuckets];
  const std::uint32_t at = position & (kInBucket - 1);
  WT_ASSERT(at < from.size() && from[at].slot() == slot, "a far event is where it was put");
  from[at] = from.back();
  positions_[from[at].slot()] = position;
  from.pop_back();
  if (--far_ == 0) horizon_ = kNoHorizon;
}

// The first bucket from the horizon on that holds something; kNoHorizon where none does. A bit may
// be left over from events that were cancelled.
std::int64_t EventQueue::next_bucket() const {
  const std::size_t start = static_cast<std::size_t>(horizon_) % kBuckets;
  for (std::size_t passed = 0; passed < kBuckets;) {
    const std::size_t at = (start + passed) % kBuckets;
    const std::uint64_t word = filled_[at / 64] >> (at % 64);
    if (word == 0) {
      passed += 64 - at % 64;
      continue;
    }
    passed += static_cast<std::size_t>(std::countr_zero(word));
    if (passed >= kBuckets) break;
    if (!buckets_[(start + passed) % kBuckets].empty()) {
      return horizon_ + static_cast<std::int64_t>(passed);
    }
    ++passed;
  }
  return kNoHorizon;
}

// The heap is empty: the next bucket that is not becomes the heap.
void EventQueue::refill() {
  // Buckets that are too narrow by now leave most of the work to the pile.
  if (leftovers_.size() > far_ / 2 && next_sequence_ - spread_at_ > far_) return spread();
  std::int64_t next = next_bucket();
  while (!leftovers_.empty() && first_leftover_ <= next) {
    horizon_ = first_leftover_;
    take_leftovers();
    next = next_bucket();
  }
  const std::size_t at = static_cast<std::size_t>(next) % kBuckets;
  filled_[at / 64] &= ~(std::uint64_t{1} << (at % 64));
  std::swap(heap_, buckets_[at]);
  far_ -= heap_.size();
  horizon_ = far_ == 0 ? kNoHorizon : next + 1;
  fetch_ahead();
  make_heap();
}

// What the heap's events need next lies scattered: asks for all of it at once.
void EventQueue::fetch_ahead() const {
  for (const Entry& entry : heap_) {
    __builtin_prefetch(&slots_[entry.slot()]);
    __builtin_prefetch(&positions_[entry.slot()], 1);
  }
  for (const Entry& entry : heap_) __builtin_prefetch(slots_[entry.slot()].event.target);
}

// Puts those into buckets that have one now.
void EventQueue::take_leftovers() {
  std::size_t kept = 0;
  std::int64_t first = kNoHorizon;
  for (std::size_t i = 0; i < leftovers_.size(); ++i) {
    const Entry entry = leftovers_[i];
    const std::int64_t number = bucket_of(entry.time);
    if (number - horizon_ < static_cast<std::int64_t>(kBuckets)) {
      --far_;
      add_far(entry);
    } else {
      first = std::min(first, number);
      positions_[entry.slot()] = kInLeftovers | static_cast<std::uint32_t>(kept);
      leftovers_[kept++] = entry;
    }
  }
  leftovers_.resize(kept);
  first_leftover_ = first;
}

// Chooses how wide buckets are, by where most events lie now, and puts every event where it
// belongs. Costs a pass over all events, so it is done at most once for each time that so many were
// scheduled.
void EventQueue::spread() {
  spread_at_ = next_sequence_;
  Entries all;
  std::swap(all, heap_);
  for (Entries& bucket : buckets_) {
    all.insert(all.end(), bucket.begin(), bucket.end());
    bucket.clear();
  }
  all.insert(all.end(), leftovers_.begin(), leftovers_.end());
  leftovers_.clear();
  filled_.fill(0);
  far_ = 0;

  const auto earlier = [](const Entry& a, const Entry& b) { return a.time < b.time; };
  const auto most = all.begin() + static_cast<std::ptrdiff_t>(all.size() - all.size() / 16 - 1);
  std::nth_element(all.begin(), most, all.end(), earlier);
  const std::int64_t until = most->time;
  const std::int64_t from = std::min_element(all.begin(), most + 1, earlier)->time;
  // Where most are due at one moment, buckets would not part them.
  const auto width = static_cast<std::uint64_t>(until - from) / kBuckets;
  shift_ = static_cast<int>(std::bit_width(width));
  buckets_.resize(kBuckets);
  horizon_ = width == 0 ? kNoHorizon : bucket_of(from) + 1;
  for (const Entry& entry : all) {
    if (bucket_of(entry.time) < horizon_) {
      heap_.push_back(entry);
    } else {
      add_far(entry);
    }
  }
  if (far_ == 0) horizon_ = kNoHorizon;
  make_heap();
}

}  // namespace windtunnel
