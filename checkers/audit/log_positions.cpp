#include <windtunnel/checkers/audit/log_parts.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace windtunnel::checkers {
namespace {

// Where somebody was in a log.
struct Position {
  std::uint32_t place = 0;
  std::uint32_t operation = 0;
};
using Positions = std::map<std::uint32_t, Position>;  // by key

bool is_poll(const std::string& f) { return f == "poll" || f == "txn"; }

// A session that polls.
struct Consumer {
  Positions at;
  bool is_mixed = false;  // what it polled last came in no order that is known

  void begin(bool overlaps) {
    if (overlaps || is_mixed) at.clear();
    is_mixed = overlaps;
  }
};

// By operation: a poll while which its session polls, or hears, something else too.
std::vector<bool> find_overlaps(const History& history) {
  const auto& operations = history.operations();
  std::vector<bool> overlaps(operations.size());
  std::map<std::int64_t, std::uint32_t> latest;  // by session: its poll that ends last so far
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    if (!is_poll(history.f(operations[i]))) continue;
    const auto [it, first] = latest.try_emplace(history.session(operations[i]), i);
    if (first) continue;
    const std::uint32_t before = operations[it->second].completed;
    if (operations[i].invoked < before) overlaps[i] = overlaps[it->second] = true;
    if (operations[i].completed > before) it->second = i;
  }
  return overlaps;
}

// The names of what can be wrong with a step from one place to the next.
struct Names {
  std::string_view back;
  std::string_view skip;  // empty: leaving places out is nothing
  std::string_view what;
};
constexpr Names kPollWithin{"int-nonmonotonic-poll", "int-poll-skip", "poll"};
constexpr Names kPollBetween{"nonmonotonic-poll", "poll-skip", "poll"};
constexpr Names kSendWithin{"int-nonmonotonic-send", "int-send-skip", "send"};
constexpr Names kSendBetween{"nonmonotonic-send", "", "send"};

class Walk {
 public:
  Walk(const LogHistory& log, Ledger& ledger)
      : log_(log), ledger_(ledger), overlaps_(find_overlaps(log.history())) {}

  void run() {
    const auto& operations = log_.history().operations();
    std::size_t send = 0;
    std::size_t poll = 0;
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      const Sighting* const sends = log_.sends().data() + send;
      const Sighting* const polls = log_.polls().data() + poll;
      while (send < log_.sends().size() && log_.sends()[send].operation == i) ++send;
      while (poll < log_.polls().size() && log_.polls()[poll].operation == i) ++poll;
      visit(i, {sends, log_.sends().data() + send}, {polls, log_.polls().data() + poll});
    }
  }

 private:
  struct Range {
    const Sighting* first;
    const Sighting* last;
    const Sighting* begin() const { return first; }
    const Sighting* end() const { return last; }
  };

  void visit(std::uint32_t i, Range sends, Range polls) {
    const Operation& op = log_.history().operations()[i];
    const std::string& f = log_.history().f(op);
    Consumer& consumer = consumers_[log_.history().session(op)];
    if (is_poll(f)) consumer.begin(overlaps_[i]);
    if (f == "assign" || f == "subscribe") consumer.at.clear();
    // Where it went on before it failed is not known.
    if (op.outcome != EventType::ok) {
      if (is_poll(f)) consumer.at.clear();
      return;
    }
    const bool moved = is_rebalanced(op);
    if (moved) consumer.at.clear();
    look_for_own(i, sends, polls);
    walk(polls, consumer.at, kPollWithin, kPollBetween, moved);
    walk(sends, sent_[log_.history().process(op)], kSendWithin, kSendBetween, false);
  }

  // While it ran its group gave it other keys, or took some.
  bool is_rebalanced(const Operation& op) const {
    const Event* const completion = log_.history().completion(op);
    const Value* const moves =
        completion == nullptr ? nullptr : completion->extra.find("rebalance-log");
    return moves != nullptr && !moves->items().empty();
  }

  void look_for_own(std::uint32_t i, Range sends, Range polls) {
    for (const Sighting& send : sends) {
      const auto own = [&send](const Sighting& poll) { return poll.value == send.value; };
      if (std::none_of(polls.begin(), polls.end(), own)) continue;
      ledger_.enter("precommitted-read",
                    Value::vector({log_.key(send.key), log_.value(send.value)}), {i},
                    fmt::format("The transaction polled {} of key {}, which it sent itself.",
                                log_.name(send.value), log_.key_name(send.key)));
    }
  }

  void walk(Range sightings, Positions& positions, const Names& within, const Names& between,
            bool excused) {
    for (const Sighting& at : sightings) {
      if (at.offset == kNoOffset) continue;
      const std::uint32_t place = log_.place_of(at.key, at.offset);
      const auto [it, fresh] = positions.try_emplace(at.key, Position{place, at.operation});
      if (fresh) continue;
      const Position before = it->second;
      it->second = {place, at.operation};
      const bool inside = before.operation == at.operation;
      if (!(inside && excused)) compare(at, before, place, inside ? within : between);
    }
  }
  void compare(const Sighting& at, const Position& before, std::uint32_t place,
               const Names& names) {
    const std::int64_t from = log_.offsets()[at.key][before.place];
    Value subject = Value::vector({log_.key(at.key), Value(from), Value(at.offset)});
    std::vector<std::uint32_t> shown{before.operation, at.operation};
    if (place <= before.place) {
      ledger_.enter(names.back, std::move(subject), std::move(shown),
                    fmt::format("After offset {} of key {} came a {} at offset {}.", from,
                                log_.key_name(at.key), names.what, at.offset));
    } else if (place > before.place + 1 && !names.skip.empty()) {
      ledger_.enter(names.skip, std::move(subject), std::move(shown),
                    fmt::format("After offset {} of key {} came a {} at offset {}; known between "
                                "and left out: {}.",
                                from, log_.key_name(at.key), names.what, at.offset,
                                place - before.place - 1));
    }
  }

  const LogHistory& log_;
  Ledger& ledger_;
  std::vector<bool> overlaps_;
  std::map<std::int64_t, Consumer> consumers_;  // by session
  std::map<std::int64_t, Positions> sent_;      // by process: several sends at once have no order
};

}  // namespace

void audit_positions(const LogHistory& log, Ledger& ledger) { Walk(log, ledger).run(); }

}  // namespace windtunnel::checkers
