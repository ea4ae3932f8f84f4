#include <windtunnel/protocols/rpc/policy/timing_wheel.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <bit>

namespace windtunnel::rpc {

TimingWheel::TimingWheel(Instant begin, Duration tick) : begin_(begin), length_(tick) {
  WT_ASSERT(tick > Duration{}, "a tick lasts");
}

std::uint64_t TimingWheel::tick_of(Instant deadline) const {
  if (deadline <= begin_) return now_ + 1;
  const auto ns = static_cast<std::uint64_t>((deadline - begin_).ns);
  const auto length = static_cast<std::uint64_t>(length_.ns);
  return std::max(now_ + 1, (ns - 1) / length + 1);  // rounded up
}

TimingWheel::Timer TimingWheel::arm(Instant deadline, std::uint64_t value) {
  if (free_.empty()) {
    WT_ASSERT(nodes_.size() < kNone, "timers have 32-bit names");
    free_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    nodes_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Node& node = nodes_[index];
  node.tick = tick_of(deadline);
  node.value = value;
  ++node.generation;
  ++size_;
  link(index);
  return {index, node.generation};
}

bool TimingWheel::move(Timer timer, Instant deadline) {
  if (!is_armed(timer)) return false;
  unlink(timer.slot);
  nodes_[timer.slot].tick = tick_of(deadline);
  link(timer.slot);
  return true;
}

bool TimingWheel::cancel(Timer timer) {
  if (!is_armed(timer)) return false;
  unlink(timer.slot);
  release(timer.slot);
  return true;
}

std::optional<std::uint64_t> TimingWheel::pop(Instant now) {
  WT_ASSERT(now >= begin_, "a wheel begins before it is used");
  const auto until = static_cast<std::uint64_t>((now - begin_).ns / length_.ns);
  for (auto first = front(); first && first->tick <= until; first = front()) {
    now_ = first->tick;
    if (first->level == 0) {
      const std::uint32_t index = lists_[first->list].first;
      unlink(index);
      release(index);
      return nodes_[index].value;
    }
    while (lists_[first->list].first != kNone) {
      const std::uint32_t index = lists_[first->list].first;
      unlink(index);
      link(index);  // a level down, or more
    }
  }
  now_ = std::max(now_, until);
  return std::nullopt;
}

std::optional<Instant> TimingWheel::next() const {
  const std::optional<Front> first = front();
  if (!first) return std::nullopt;
  const __int128 ns = static_cast<__int128>(first->tick) * length_.ns + begin_.ns;
  return Instant{static_cast<std::int64_t>(std::min<__int128>(ns, kEndOfTime.ns))};
}

bool TimingWheel::is_armed(Timer timer) const {
  return timer.slot < nodes_.size() && timer.generation % 2 == 1 &&
         nodes_[timer.slot].generation == timer.generation;
}

void TimingWheel::link(std::uint32_t index) {
  Node& node = nodes_[index];
  WT_ASSERT(node.tick >= now_, "time does not go back");
  const std::uint64_t differs = node.tick ^ now_;
  const std::size_t level = differs == 0 ? 0 : (std::bit_width(differs) - 1) / kDigitBits;
  const std::size_t slot = (node.tick >> (level * kDigitBits)) % kSlots;
  node.list = static_cast<std::uint32_t>(level * kSlots + slot);
  List& list = lists_[node.list];
  node.previous = list.last;
  node.next = kNone;
  (list.last == kNone ? list.first : nodes_[list.last].next) = index;
  list.last = index;
  occupied_[level] |= std::uint64_t{1} << slot;
}

void TimingWheel::unlink(std::uint32_t index) {
  const Node& node = nodes_[index];
  List& list = lists_[node.list];
  (node.previous == kNone ? list.first : nodes_[node.previous].next) = node.next;
  (node.next == kNone ? list.last : nodes_[node.next].previous) = node.previous;
  if (list.first == kNone) {
    occupied_[node.list / kSlots] &= ~(std::uint64_t{1} << (node.list % kSlots));
  }
}

void TimingWheel::release(std::uint32_t index) {
  ++nodes_[index].generation;
  --size_;
  free_.push_back(index);
}

std::optional<TimingWheel::Front> TimingWheel::front() const {
  for (std::size_t level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const auto slot = static_cast<std::size_t>(std::countr_zero(occupied_[level]));
    const std::size_t shift = level * kDigitBits;
    // Above this level all digits are those of now; below it, a slot begins with zeros.
    const std::uint64_t above = level + 1 == kLevels ? 0 : now_ >> (shift + kDigitBits);
    const std::uint64_t digits = (above << kDigitBits) | slot;
    return Front{level, static_cast<std::uint32_t>(level * kSlots + slot), digits << shift};
  }
  return std::nullopt;
}

}  // namespace windtunnel::rpc
