#include <windtunnel/checkers/history/order_of_time.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace windtunnel::checkers {

void TimeWatch::see(const Event& event) {
  if (event.time_ns == kNoTime) return;
  if (event.time_ns < latest_ && back_++ == 0) {
    first_ = fmt::format("{} the time is {} ns, after {} ns before it", place_of(event),
                         event.time_ns, latest_);
  }
  latest_ = std::max(latest_, event.time_ns);
}

std::optional<std::string> TimeWatch::hint() const {
  if (back_ == 0) return std::nullopt;
  return fmt::format(
      "the times go back in {} events ({}); the order of lines was taken, and where the times are "
      "right, say --sort time",
      back_, first_);
}

void sort_by_time(std::vector<Event>& events) {
  std::vector<std::int64_t> times(events.size());
  std::int64_t last = kNoTime;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].time_ns != kNoTime) last = events[i].time_ns;
    times[i] = last;
  }
  std::vector<std::size_t> order(events.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto earlier = [&times](std::size_t a, std::size_t b) {
    return std::pair(times[a], a) < std::pair(times[b], b);
  };
  std::sort(order.begin(), order.end(), earlier);

  // Among events of one time: how many of its process were before it, but for the last, which if it
  // is no call comes behind all.
  constexpr std::size_t kLast = static_cast<std::size_t>(-1);
  std::vector<std::size_t> rank(events.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    std::map<Value, std::pair<std::size_t, std::size_t>> of_process;  // how many, and the last
    for (; end < order.size() && times[order[end]] == times[order[begin]]; ++end) {
      const Event& event = events[order[end]];
      auto& [count, latest] = of_process[event.process];
      if (count == 0 && event.type != EventType::invoke) count = 1;
      rank[order[end]] = count++;
      latest = order[end];
    }
    for (const auto& [process, seen] : of_process) {
      if (events[seen.second].type != EventType::invoke) rank[seen.second] = kLast;
    }
    begin = end;
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(times[a], rank[a], a) < std::tuple(times[b], rank[b], b);
  });
  std::vector<Event> sorted;
  sorted.reserve(events.size());
  for (const std::size_t i : order) sorted.push_back(std::move(events[i]));
  events = std::move(sorted);
}

}  // namespace windtunnel::checkers
