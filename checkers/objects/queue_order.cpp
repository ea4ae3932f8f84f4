#include <windtunnel/checkers/objects/lives.h>
#include <windtunnel/checkers/objects/positions.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

bool refuse_order(Lives& lives, const Life& a, const Life& b) {
  std::vector<std::uint32_t> culprits{a.put, b.put, b.take};
  std::string why = fmt::format("{} was in the queue before the enqueue of {} began, but {} was ",
                                lives.name(a), lives.name(b), lives.name(b));
  if (a.take == kNoStep) {
    why += fmt::format("dequeued and {} never was: it was lost or overtaken.", lives.name(a));
  } else {
    culprits.push_back(a.take);
    why += fmt::format("dequeued before the dequeue of {} began.", lives.name(a));
  }
  return lives.refuse(b.take, std::move(culprits), std::move(why));
}

// Is there a, put before b, while b was taken before a?
bool is_queue_order(Lives& lives) {
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

// A value, put before it is taken: positions as in Life.
struct Stay {
  const Life* life = nullptr;
  std::uint32_t put_by = kNever;
  std::uint32_t taken_from = kNever;
};

// Values that go in and out in one order. Both the returns and the calls of puts allow some orders,
// and those of takes do; a value can be next when no other one has to go in or out before it.
class OneOrder {
 public:
  explicit OneOrder(std::vector<Stay> stays) : stays_(std::move(stays)) {
    const auto count = static_cast<std::uint32_t>(stays_.size());
    by_put_from_ = sorted(count, [](const Stay& s) { return s.life->put_from; });
    by_put_by_ = sorted(count, [](const Stay& s) { return s.put_by; });
    by_taken_from_ = sorted(count, [](const Stay& s) { return s.taken_from; });
    by_taken_by_ = sorted(count, [](const Stay& s) { return s.life->taken_by; });
    free_.assign(count, 0);
    gone_.assign(count, false);
  }

  // Appends them to `order`, none before the gap `begin`.
  void append_to(std::vector<Placed>& order, std::uint32_t begin) {
    std::vector<Placed> puts;
    std::vector<Placed> takes;
    std::uint32_t in = begin;
    std::uint32_t out = begin;
    for (const std::uint32_t which : values()) {
      const Stay& stay = stays_[which];
      in = std::max(in, stay.life->put_from);
      puts.push_back({stay.life->put, in});
      if (stay.life->take == kNoStep) continue;
      out = std::max({out, in, stay.taken_from});
      takes.push_back({stay.life->take, out});
    }
    const auto earlier = [](const Placed& a, const Placed& b) { return a.gap < b.gap; };
    // Puts before takes of the same gap.
    std::merge(puts.begin(), puts.end(), takes.begin(), takes.end(), std::back_inserter(order),
               earlier);
  }

 private:
  template <class Of>
  std::vector<std::uint32_t> sorted(std::uint32_t count, Of of) const {
    std::vector<std::uint32_t> order(count);
    for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(of(stays_[a]), a) < std::pair(of(stays_[b]), b);
    });
    return order;
  }

  std::vector<std::uint32_t> values() {
    std::vector<std::uint32_t> order;
    std::size_t first_in = 0;
    std::size_t first_out = 0;
    std::size_t next_in = 0;
    std::size_t next_out = 0;
    while (order.size() < stays_.size()) {
      while (gone_[by_put_by_[first_in]]) ++first_in;
      while (gone_[by_taken_by_[first_out]]) ++first_out;
      const std::uint32_t in = stays_[by_put_by_[first_in]].put_by;
      const std::uint32_t out = stays_[by_taken_by_[first_out]].life->taken_by;
      for (; next_in < stays_.size(); ++next_in) {
        if (stays_[by_put_from_[next_in]].life->put_from > in) break;
        release(by_put_from_[next_in]);
      }
      for (; next_out < stays_.size(); ++next_out) {
        if (stays_[by_taken_from_[next_out]].taken_from > out) break;
        release(by_taken_from_[next_out]);
      }
      if (ready_.empty()) return {};
      order.push_back(ready_.back());
      gone_[ready_.back()] = true;
      ready_.pop_back();
    }
    return order;
  }
  void release(std::uint32_t which) {
    if (++free_[which] == 2) ready_.push_back(which);
  }

  std::vector<Stay> stays_;
  std::vector<std::uint32_t> by_put_from_;
  std::vector<std::uint32_t> by_put_by_;
  std::vector<std::uint32_t> by_taken_from_;
  std::vector<std::uint32_t> by_taken_by_;
  std::vector<std::uint8_t> free_;  // of the others' puts, and of their takes
  std::vector<bool> gone_;
  std::vector<std::uint32_t> ready_;
};

}  // namespace

std::vector<std::uint32_t> order_by_queue(const Problem& problem, Machine& machine) {
  Lives lives(problem, static_cast<ContainerMachine&>(machine));
  if (!lives.hold(is_queue_order)) return {};
  const std::vector<Placed> empties = lives.empties();
  const auto before = [](const Placed& empty, std::uint32_t gap) { return empty.gap < gap; };
  std::vector<std::vector<Stay>> between(empties.size() + 1);  // before each empty take
  for (const Life& life : lives.all()) {
    const Stay stay{&life, std::min(life.put_by, life.taken_by),
                    std::max(life.taken_from, life.put_from)};
    const auto next = std::lower_bound(empties.begin(), empties.end(), stay.taken_from, before);
    between[static_cast<std::size_t>(next - empties.begin())].push_back(stay);
  }
  std::vector<Placed> order;
  for (std::size_t i = 0; i < between.size(); ++i) {
    OneOrder(std::move(between[i])).append_to(order, i == 0 ? 0 : empties[i - 1].gap);
    if (i < empties.size()) order.push_back(empties[i]);
  }
  return steps_of(order);
}

std::optional<Ruling> check_queue_order(const Problem& problem, Machine& machine) {
  return Lives(problem, static_cast<ContainerMachine&>(machine)).run(is_queue_order);
}

}  // namespace windtunnel::checkers
