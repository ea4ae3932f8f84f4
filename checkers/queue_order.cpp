#include "checkers/lives.h"
#include "checkers/positions.h"

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

bool refuse_order(Lives& lives, const Life& a, const Life& b) {
  std::vector<std::uint32_t> culprits{a.put, b.put, b.take};
  std::string why = fmt::format("{} was in the queue before the enqueue of {} began, but {} was ",
                                lives.name(a), lives.name(b), lives.name(b));
  if (a.take == Life::kNoStep) {
    why += fmt::format("dequeued and {} never was: it was lost or overtaken.", lives.name(a));
  } else {
    culprits.push_back(a.take);
    why += fmt::format("dequeued before the dequeue of {} began.", lives.name(a));
  }
  return lives.refuse(b.take, std::move(culprits), std::move(why));
}

// Is there a, put before b, while b was taken before a?
bool check_order(Lives& lives) {
  const std::vector<Life>& all = lives.all();
  const auto count = static_cast<std::uint32_t>(all.size());
  const std::uint32_t end = position_end(lives.steps());
  const auto by_start =
      order_by_position(count, end, [&all](std::uint32_t i) { return all[i].put_from; });
  const auto by_end =
      order_by_position(count, end, [&all](std::uint32_t i) { return all[i].put_by; });
  const Life* latest = nullptr;  // of those put before b, the one whose take begins last
  std::size_t next = 0;
  for (const std::uint32_t which : by_start) {
    const Life& b = all[which];
    for (; next < by_end.size() && all[by_end[next]].put_by < b.put_from; ++next) {
      const Life& a = all[by_end[next]];
      if (latest == nullptr || a.taken_from > latest->taken_from) latest = &a;
    }
    if (latest != nullptr && b.taken_by < latest->taken_from)
      return refuse_order(lives, *latest, b);
  }
  return true;
}

}  // namespace

std::optional<Finding> check_queue_order(const Problem& problem, Machine& machine) {
  return Lives(problem, static_cast<ContainerMachine&>(machine)).run(check_order);
}

}  // namespace windtunnel::checkers
