#include <windtunnel/checkers/audit/log_parts.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

// A message at an offset, and who saw it there.
struct Placed {
  std::uint32_t key = 0;
  std::int64_t offset = 0;
  std::uint32_t message = 0;
  std::uint32_t operation = 0;
};

// Who read furthest in a log.
struct Furthest {
  std::uint32_t place = Message::kNone;
  std::uint32_t operation = 0;
};

class Messages {
 public:
  Messages(const LogHistory& log, Ledger& ledger) : log_(log), ledger_(ledger) {}

  void run() {
    compare_offsets();
    find_furthest();
    for (std::uint32_t m = 0; m < log_.messages().size(); ++m) judge(m);
    judge_transactions();
    tell_figures();
  }

 private:
  const Operation& op(std::uint32_t operation) const {
    return log_.history().operations()[operation];
  }
  std::string where(std::uint32_t m) const {
    return fmt::format("{} of key {}", log_.name(m), log_.key_name(log_.messages()[m].key));
  }
  Value subject(std::uint32_t m) const {
    return Value::vector({log_.key(log_.messages()[m].key), log_.value(m)});
  }

  void compare_offsets() {
    std::vector<Placed> all;
    for (std::uint32_t m = 0; m < log_.messages().size(); ++m) {
      const Message& it = log_.messages()[m];
      for (std::size_t i = 0; i < it.offsets.size(); ++i) {
        all.push_back({it.key, it.offsets[i], m, it.seen_by[i]});
      }
      // A client that sends a value twice may find it twice.
      if (it.offsets.size() <= std::max<std::size_t>(1, it.sends)) continue;
      ledger_.enter("duplicate", subject(m), it.seen_by,
                    fmt::format("{} is at offsets {}.", where(m), fmt::join(it.offsets, " and ")));
    }
    std::sort(all.begin(), all.end(), [](const Placed& a, const Placed& b) {
      if (a.key != b.key) return a.key < b.key;
      return a.offset != b.offset ? a.offset < b.offset : a.message < b.message;
    });
    for (std::size_t i = 1; i < all.size(); ++i) {
      const Placed& a = all[i - 1];
      const Placed& b = all[i];
      if (a.key != b.key || a.offset != b.offset) continue;
      ledger_.enter("inconsistent-offsets", Value::vector({log_.key(a.key), Value(a.offset)}),
                    {a.operation, b.operation},
                    fmt::format("Offset {} of key {} holds {} and {}.", a.offset,
                                log_.key_name(a.key), log_.name(a.message), log_.name(b.message)));
    }
  }

  void find_furthest() {
    furthest_.resize(log_.keys());
    latest_send_.assign(log_.keys(), 0);
    for (const Operation& one : log_.history().operations()) {
      const std::string& f = log_.history().f(one);
      const bool polls = one.outcome == EventType::ok && (f == "poll" || f == "txn");
      if (polls) last_poll_ = one.invoked;
    }
    for (const Sighting& poll : log_.polls()) {
      if (poll.offset != kNoOffset) {
        const std::uint32_t place = log_.place_of(poll.key, poll.offset);
        Furthest& it = furthest_[poll.key];
        if (it.place == Message::kNone || place > it.place) it = {place, poll.operation};
      }
      const Message& message = log_.messages()[poll.value];
      if (message.sends != 1) continue;
      std::uint32_t& latest = latest_send_[poll.key];
      latest = std::max(latest, op(message.sent_by).invoked);
    }
  }

  void judge(std::uint32_t m) {
    const Message& it = log_.messages()[m];
    if (it.polled_by != Message::kNone) return judge_polled(m);
    const bool proven = it.outcome == EventType::ok ||
                        (it.outcome == EventType::info && it.place != Message::kNone);
    if (it.sent_by == Message::kNone || !proven) return;
    const Furthest& furthest = furthest_[it.key];
    if (it.place != Message::kNone && furthest.place != Message::kNone &&
        it.place < furthest.place) {
      std::vector<std::uint32_t> shown{it.sent_by, it.seen_by.front(), furthest.operation};
      ledger_.enter(
          "lost-write", subject(m), std::move(shown),
          fmt::format("{} is at offset {}; a consumer read on to offset {}, and nobody "
                      "ever got it.",
                      where(m), it.offsets.front(), log_.offsets()[it.key][furthest.place]));
    } else if (it.outcome == EventType::ok) {
      ++unseen_;
      // Nobody looked since.
      if (op(it.sent_by).completed > last_poll_) return;
      ledger_.enter(
          "unseen", subject(m), {it.sent_by},
          fmt::format("{} was acknowledged, and nobody polled it until the end.", where(m)));
    }
  }
  void judge_polled(std::uint32_t m) {
    const Message& it = log_.messages()[m];
    if (it.sent_by == Message::kNone) {
      ledger_.enter("unexpected", subject(m), {it.polled_by},
                    fmt::format("{} was polled, and nobody sent it.", where(m)));
    } else if (it.outcome == EventType::fail) {
      ledger_.enter("aborted-read", subject(m), {it.sent_by, it.polled_by},
                    fmt::format("{} was polled, but its send had failed.", where(m)));
    } else if (op(it.polled_by).completed < it.first_called) {
      ledger_.enter("unexpected", subject(m), {it.polled_by, it.sent_by},
                    fmt::format("{} was polled before anybody sent it.", where(m)));
    }
  }

  // The messages of one operation stand together in sends().
  void judge_transactions() {
    const std::vector<Sighting>& sends = log_.sends();
    for (std::size_t first = 0; first < sends.size();) {
      std::size_t end = first + 1;
      while (end < sends.size() && sends[end].operation == sends[first].operation) ++end;
      if (end - first > 1) judge_transaction(first, end);
      first = end;
    }
  }
  // What is sent after the transaction is known to stand comes after its messages. So who has read
  // that has gone past them.
  void judge_transaction(std::size_t first, std::size_t end) {
    const std::vector<Sighting>& sends = log_.sends();
    const std::uint32_t by = sends[first].operation;
    if (op(by).outcome == EventType::fail || log_.history().f(op(by)) != "txn") return;
    std::uint32_t stands_from = op(by).outcome == EventType::ok ? op(by).completed : Message::kNone;
    std::uint32_t seen = Message::kNone;
    for (std::size_t i = first; i < end; ++i) {
      const Message& it = log_.messages()[sends[i].value];
      if (it.polled_by == Message::kNone || it.sends != 1) continue;
      seen = sends[i].value;
      stands_from = std::min(stands_from, op(it.polled_by).completed);
    }
    if (seen == Message::kNone) return;
    for (std::size_t i = first; i < end; ++i) {
      const Message& it = log_.messages()[sends[i].value];
      const bool passed = latest_send_[it.key] > stands_from;
      if (it.polled_by != Message::kNone || !passed) continue;
      tear(by, seen, sends[i].value);
      return;
    }
  }
  void tear(std::uint32_t by, std::uint32_t seen, std::uint32_t missing) {
    if (ledger_.has("torn-transaction")) return ledger_.count("torn-transaction");
    const std::uint32_t key = log_.messages()[missing].key;
    std::vector<std::uint32_t> shown{by, log_.messages()[seen].polled_by};
    for (const Sighting& poll : log_.polls()) {
      const Message& it = log_.messages()[poll.value];
      if (poll.key != key || it.sends != 1 || op(it.sent_by).invoked != latest_send_[key]) continue;
      shown.push_back(it.sent_by);
      shown.push_back(poll.operation);
      break;
    }
    ledger_.enter("torn-transaction", subject(missing), std::move(shown),
                  fmt::format("The transaction sent {} and {}. The first was polled, the second "
                              "never, though messages were that were sent after it.",
                              where(seen), where(missing)));
  }

  // How long a message had been acknowledged that a poll did not reach.
  std::int64_t worst_lag() const {
    std::vector<std::vector<std::int64_t>> acknowledged(log_.keys());
    for (std::uint32_t key = 0; key < log_.keys(); ++key) {
      acknowledged[key].assign(log_.offsets()[key].size() + 1, INT64_MAX);
    }
    for (const Message& it : log_.messages()) {
      if (it.place == Message::kNone || it.outcome != EventType::ok) continue;
      const std::int64_t time = log_.history().events()[op(it.sent_by).completed].time_ns;
      if (time != kNoTime) acknowledged[it.key][it.place] = time;
    }
    // From here on: the least of those at this place or later.
    for (auto& times : acknowledged) {
      for (std::size_t i = times.size() - 1; i-- > 0;) times[i] = std::min(times[i], times[i + 1]);
    }
    std::int64_t worst = 0;
    for (const Sighting& poll : log_.polls()) {
      const std::int64_t began = log_.history().events()[op(poll.operation).invoked].time_ns;
      if (began == kNoTime || poll.offset == kNoOffset || !is_last_of_key(poll)) continue;
      const std::uint32_t next = log_.place_of(poll.key, poll.offset) + 1;
      worst = std::max(worst, began - acknowledged[poll.key][next]);
    }
    return worst;
  }
  // No later one of its key in its step: they stand together, in order.
  bool is_last_of_key(const Sighting& poll) const {
    const Sighting* const next = &poll + 1;
    if (next == log_.polls().data() + log_.polls().size()) return true;
    return next->operation != poll.operation || next->step != poll.step || next->key != poll.key;
  }

  void tell_figures() {
    std::int64_t acknowledged = 0;
    for (const Message& it : log_.messages()) acknowledged += it.outcome == EventType::ok ? 1 : 0;
    ledger_.figure("keys", log_.keys());
    ledger_.figure("sends", static_cast<std::int64_t>(log_.sends().size()));
    ledger_.figure("acknowledged", acknowledged);
    ledger_.figure("polled", static_cast<std::int64_t>(log_.polls().size()));
    ledger_.figure("unseen", unseen_);
    ledger_.figure("worst_lag_ns", worst_lag());
  }

  const LogHistory& log_;
  Ledger& ledger_;
  std::vector<Furthest> furthest_;          // by key
  std::vector<std::uint32_t> latest_send_;  // by key: the latest call that sent what was polled
  std::int64_t unseen_ = 0;
  std::uint32_t last_poll_ = 0;  // the latest call of a poll that returned
};

}  // namespace

void audit_messages(const LogHistory& log, Ledger& ledger) { Messages(log, ledger).run(); }

}  // namespace windtunnel::checkers
