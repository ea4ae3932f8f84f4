// What must hold once all is quiet. A counter, a set or a broadcast that is consistent in the end
// may lag behind while things go on; what is read last may not (Maelstrom's workloads).
//
// Final is a read that is marked `:final? true`, or, where none is marked, the last of its session.
// Either counts only where it was called after every addition that was acknowledged had returned,
// and every other that may have taken place had been called.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/numbering.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

namespace windtunnel::checkers {
namespace {

bool is_marked_final(const History& history, const Operation& op) {
  const Value* const mark = history.invocation(op).extra.find("final?");
  return mark != nullptr && mark->kind() == Value::Kind::boolean && mark->truth();
}

bool may_have_added(const History& history, const Operation& op) {
  const std::string& f = history.f(op);
  return f != "read" && f != "topology" && op.outcome != EventType::fail;
}

// The final reads that succeeded. Where there are none, or those of one session are missing, the
// ledger says so.
std::vector<std::uint32_t> final_reads(const History& history, Ledger& ledger) {
  const auto& operations = history.operations();
  std::uint32_t quiet = 0;  // an event
  bool any_marked = false;
  for (const Operation& op : operations) {
    any_marked = any_marked || (history.f(op) == "read" && is_marked_final(history, op));
    if (!may_have_added(history, op)) continue;
    quiet = std::max(quiet, op.outcome == EventType::ok ? op.completed : op.invoked);
  }
  struct Last {
    std::uint32_t asked = 0;
    std::optional<std::uint32_t> answered;
  };
  std::map<std::int64_t, Last> sessions;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    const Operation& op = operations[i];
    if (history.f(op) != "read" || (any_marked && !is_marked_final(history, op))) continue;
    if (!any_marked && op.invoked < quiet) continue;
    Last& last = sessions[history.session(op)];
    last.asked = i;
    if (op.invoked < quiet) continue;  // it came too early, whatever it says of itself
    if (op.outcome == EventType::ok) {
      last.answered = i;
    } else if (!any_marked) {
      last.answered.reset();  // what an earlier one showed was not the last word
    }
  }
  std::vector<std::uint32_t> reads;
  for (const auto& [session, last] : sessions) {
    const Operation& asked = operations[last.asked];
    if (last.answered) {
      reads.push_back(*last.answered);
    } else {
      const bool is_early = asked.invoked < quiet;
      ledger.nothing_seen(
          fmt::format("the last read of {}, {}, {}", history.client(asked), history.place(asked),
                      is_early ? "was called before the last addition" : "was not answered"));
    }
  }
  if (sessions.empty()) {
    ledger.nothing_seen("no read was called after the last addition, so that none is final");
  }
  std::sort(reads.begin(), reads.end());
  ledger.figure("final_reads", static_cast<std::int64_t>(reads.size()));
  return reads;
}

// --- Sets and broadcasts ---

const std::vector<FlawInfo>& final_set_flaws() {
  static const std::vector<FlawInfo> list{{"lost", false, "acknowledged, and not in a final read"},
                                          {"unexpected", false, "read, but nobody had added it"},
                                          {"aborted-read", false, "read, but adding it had failed"},
                                          {"duplicated", false, "twice in one read"}};
  return list;
}

constexpr std::uint32_t kNobody = 0xffffffffU;

class FinalSet {
 public:
  FinalSet(const History& history, const AuditOptions& options)
      : history_(history), ledger_(history, options, final_set_flaws()) {}

  AuditReport run() {
    const auto& operations = history_.operations();
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      if (history_.f(operations[i]) != "read" && history_.f(operations[i]) != "topology") add(i);
    }
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      if (history_.f(operations[i]) == "read" && operations[i].outcome == EventType::ok) look(i);
    }
    for (const std::uint32_t read : final_reads(history_, ledger_)) miss(read);
    if (acknowledged_ == 0) ledger_.nothing_seen("nothing that was added was acknowledged");
    ledger_.figure("acknowledged", acknowledged_);
    return ledger_.close("final-reads");
  }

 private:
  struct Element {
    std::uint32_t added_by = kNobody;  // an operation
    std::uint32_t called = kNobody;    // the first call of one that may have taken place
    std::uint32_t acknowledged_by = kNobody;
    std::uint32_t last_read = kNobody;  // that shows it
    bool is_odd = false;                // shown, and cannot have been there
    bool is_lost = false;
  };

  const Operation& op(std::uint32_t i) const { return history_.operations()[i]; }
  Element& element(const Value& value) {
    const std::uint32_t number = values_.number(value);
    if (number == elements_.size()) elements_.emplace_back();
    return elements_[number];
  }

  void add(std::uint32_t i) {
    Element& it = element(history_.argument(op(i)));
    if (it.added_by == kNobody) it.added_by = i;
    if (op(i).outcome != EventType::fail) it.called = std::min(it.called, op(i).invoked);
    if (op(i).outcome != EventType::ok || it.acknowledged_by != kNobody) return;
    it.acknowledged_by = i;
    ++acknowledged_;
  }

  void look(std::uint32_t read) {
    if (!is_collection(history_.result(op(read)))) return;
    for (const Value& value : history_.result(op(read)).items()) {
      Element& it = element(value);
      if (it.last_read == read) {
        ledger_.enter("duplicated", value, {read},
                      fmt::format("The read shows {} twice.", to_edn(value)));
      }
      it.last_read = read;
      if (it.is_odd || op(read).completed > it.called) continue;
      it.is_odd = true;
      name_odd(it, value, read);
    }
  }
  void name_odd(const Element& it, const Value& value, std::uint32_t read) {
    const std::string text = to_edn(value);
    if (it.added_by == kNobody) {
      ledger_.enter("unexpected", value, {read},
                    fmt::format("The read shows {}, which nobody added.", text));
    } else if (it.called == kNobody) {
      ledger_.enter("aborted-read", value, {it.added_by, read},
                    fmt::format("The read shows {}, but adding it had failed.", text));
    } else {
      ledger_.enter("unexpected", value, {it.added_by, read},
                    fmt::format("The read shows {} before anybody added it.", text));
    }
  }

  // What the final read does not show.
  void miss(std::uint32_t read) {
    if (!is_collection(history_.result(op(read)))) {
      return ledger_.nothing_seen(fmt::format("the final read {} returned no list, vector or set",
                                              history_.place(op(read))));
    }
    for (const Value& value : history_.result(op(read)).items()) element(value).last_read = read;
    for (std::uint32_t e = 0; e < elements_.size(); ++e) {
      Element& it = elements_[e];
      if (it.acknowledged_by == kNobody || it.last_read == read || it.is_lost) continue;
      it.is_lost = true;
      ledger_.enter("lost", values_.value(e), {it.acknowledged_by, read},
                    fmt::format("{} was acknowledged, and the final read of {} does not show it.",
                                values_.name(e), history_.client(op(read))));
    }
  }

  const History& history_;
  Ledger ledger_;
  Numbering values_;
  std::vector<Element> elements_;
  std::int64_t acknowledged_ = 0;
};

AuditReport audit_final_set(const History& history, const AuditOptions& options) {
  return FinalSet(history, options).run();
}

// --- Counters ---

// For the additions of which nobody knows whether they happened: sums that are kept at one time,
// and that are looked at in all.
constexpr std::size_t kMaxSums = std::size_t{1} << 20;
constexpr std::size_t kMaxSumsInAll = std::size_t{1} << 24;

// What a final read may return.
struct Possible {
  Sum low = 0;
  Sum high = 0;
  std::vector<Sum> sums;  // sorted; none where there are too many
};

void allow(Possible& possible, const std::vector<Sum>& open, Sum sure) {
  possible.low = possible.high = sure;
  possible.sums = {sure};
  std::size_t looked_at = 0;
  for (const Sum amount : open) {
    (amount < 0 ? possible.low : possible.high) += amount;
    if (possible.sums.empty()) continue;
    looked_at += possible.sums.size();
    std::vector<Sum> with = possible.sums;
    for (Sum& sum : with) sum += amount;
    std::vector<Sum> both;
    std::set_union(possible.sums.begin(), possible.sums.end(), with.begin(), with.end(),
                   std::back_inserter(both));
    possible.sums = std::move(both);
    if (possible.sums.size() > kMaxSums || looked_at > kMaxSumsInAll) possible.sums.clear();
  }
}

const std::vector<FlawInfo>& final_sum_flaws() {
  static const std::vector<FlawInfo> list{
      {"wrong-sum", false, "a final read that what was added does not add up to"}};
  return list;
}

class FinalSum {
 public:
  FinalSum(const History& history, const AuditOptions& options, bool only_grows)
      : history_(history), ledger_(history, options, final_sum_flaws()), only_grows_(only_grows) {}

  AuditReport run() {
    for (const Operation& op : history_.operations()) {
      if (may_have_added(history_, op)) add(op);
    }
    std::sort(open_.begin(), open_.end());
    allow(possible_, open_, sure_);
    for (const std::uint32_t read : final_reads(history_, ledger_)) judge(read);
    if (acknowledged_ == 0) ledger_.nothing_seen("nothing that was added was acknowledged");
    ledger_.figure("acknowledged", acknowledged_);
    ledger_.figure("without_an_end", static_cast<std::int64_t>(open_.size()));
    return ledger_.close("final-reads");
  }

 private:
  void add(const Operation& op) {
    const Value& value = history_.argument(op);
    const bool down = history_.f(op) == "subtract" || history_.f(op) == "decrement";
    const bool clear = value.is_nil() || value.is_integer();
    const Sum amount = (down ? -1 : 1) * (value.is_nil() ? Sum{1} : Sum{value.integer()});
    if (!clear || (only_grows_ && amount < 0)) {
      is_clear_ = false;
      return ledger_.nothing_seen(
          fmt::format("{} {}: {}", history_.describe(op), history_.place(op),
                      clear ? "a counter that only grows takes no negative amount"
                            : "the amount is no 64-bit integer"));
    }
    if (op.outcome == EventType::ok) {
      ++acknowledged_;
      sure_ += amount;
    } else if (amount != 0) {
      open_.push_back(amount);
    }
  }

  void judge(std::uint32_t read) {
    const Operation& op = history_.operations()[read];
    const Value& value = history_.result(op);
    if (!value.is_integer()) {
      return ledger_.nothing_seen(
          fmt::format("the final read {} returned no 64-bit integer", history_.place(op)));
    }
    const Sum sum = value.integer();
    const std::vector<Sum>& sums = possible_.sums;
    const bool inside = possible_.low <= sum && sum <= possible_.high;
    if (!is_clear_ || (inside && std::binary_search(sums.begin(), sums.end(), sum))) return;
    if (inside && sums.empty()) {
      return ledger_.nothing_seen(
          fmt::format("the final read {} lies between what is sure and what is possible; of so "
                      "many additions without an end it was not tried which make it up",
                      history_.place(op)));
    }
    std::string allowed = possible_.low == possible_.high
                              ? fmt::format("{}", possible_.low)
                              : fmt::format("{} to {}", possible_.low, possible_.high);
    if (inside) allowed += ", and no additions without an end make up the difference";
    ledger_.enter("wrong-sum", value, {read},
                  fmt::format("The final read of {} returned {}; what was added allows {}.",
                              history_.client(op), to_edn(value), allowed));
  }

  const History& history_;
  Ledger ledger_;
  bool only_grows_;
  Sum sure_ = 0;
  std::vector<Sum> open_;  // amounts of additions without an end
  Possible possible_;
  bool is_clear_ = true;  // every amount was understood
  std::int64_t acknowledged_ = 0;
};

AuditReport audit_growing_sum(const History& history, const AuditOptions& options) {
  return FinalSum(history, options, true).run();
}
AuditReport audit_final_sum(const History& history, const AuditOptions& options) {
  return FinalSum(history, options, false).run();
}

AuditInfo by_session(AuditInfo info) {
  info.by_session = true;
  return info;
}

}  // namespace

AuditInfo broadcast_audit() {
  return by_session({"broadcast",
                     "broadcast v, read -> all: in the end everybody has everything",
                     {"broadcast", "read", "topology"},
                     final_set_flaws(),
                     &audit_final_set,
                     &recheck_final_set});
}

AuditInfo g_set_audit() {
  return by_session({"g-set",
                     "add v, read -> all: in the end everybody has everything",
                     {"add", "read"},
                     final_set_flaws(),
                     &audit_final_set,
                     &recheck_final_set});
}

AuditInfo g_counter_audit() {
  return by_session({"g-counter",
                     "add n, read -> sum: in the end everybody has all of it",
                     {"add", "increment", "read"},
                     final_sum_flaws(),
                     &audit_growing_sum,
                     &recheck_final_sum});
}

AuditInfo pn_counter_audit() {
  return by_session({"pn-counter",
                     "add n (also less than 0), read -> sum: in the end everybody has all of it",
                     {"add", "increment", "subtract", "decrement", "read"},
                     final_sum_flaws(),
                     &audit_final_sum,
                     &recheck_final_sum});
}

}  // namespace windtunnel::checkers
