// What goes into a queue comes out once, whatever the order: of each value, no more is taken out
// than was put in, and once the queue was seen empty, no less.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/numbering.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

struct Account {
  std::vector<std::uint32_t> put;    // operations that were acknowledged
  std::vector<std::uint32_t> maybe;  // that may have put it
  std::vector<std::uint32_t> failed;
  std::vector<std::uint32_t> taken;
};

class TotalQueue {
 public:
  TotalQueue(const History& history, const AuditOptions& options,
             const std::vector<FlawInfo>& flaws)
      : history_(history), ledger_(history, options, flaws) {}

  AuditReport run() {
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) book(i);
    for (std::uint32_t v = 0; v < accounts_.size(); ++v) compare(v);
    find_lost();
    ledger_.figure("enqueue_attempts", attempts_);
    ledger_.figure("acknowledged", acknowledged_);
    ledger_.figure("dequeued", dequeued_);
    ledger_.figure("recovered", recovered_);
    if (attempts_ == 0) ledger_.nothing_seen("nothing was enqueued");
    if (dequeued_ == 0) ledger_.nothing_seen("nothing was dequeued");
    if (empty_at_ == 0) {
      ledger_.nothing_seen("the queue was never seen empty, so that nothing says what is lost");
    }
    return ledger_.close("queue-accounts");
  }

 private:
  Account& account(const Value& value) {
    const std::uint32_t number = values_.number(value);
    if (number == accounts_.size()) accounts_.emplace_back();
    return accounts_[number];
  }

  void book(std::uint32_t i) {
    const Operation& op = history_.operations()[i];
    const std::string& f = history_.f(op);
    if (f == "enqueue") {
      Account& it = account(history_.argument(op));
      ++attempts_;
      if (op.outcome == EventType::ok) {
        ++acknowledged_;
        it.put.push_back(i);
      } else {
        (op.outcome == EventType::fail ? it.failed : it.maybe).push_back(i);
      }
    } else if (f == "dequeue") {
      dequeue(i, op);
    } else if (f == "drain") {
      drain(i, op);
    }
  }
  void take(std::uint32_t i, const Value& value) {
    ++dequeued_;
    account(value).taken.push_back(i);
  }
  // A dequeue that returns nothing saw the queue empty, and so did one that fails for no other
  // reason.
  void dequeue(std::uint32_t i, const Operation& op) {
    if (op.outcome == EventType::info) return unknown_.push_back(i);
    const Value& value = history_.result(op);
    if (op.outcome == EventType::fail) {
      if (says_empty(history_.completion(op)->error)) saw_empty(i, op);
      return;
    }
    if (value.is_nil()) return saw_empty(i, op);
    take(i, value);
  }
  // Returns all that it took, down to the bottom. One whose end is not known, or that returns no
  // collection, took anything.
  void drain(std::uint32_t i, const Operation& op) {
    if (op.outcome == EventType::fail) return;
    if (op.outcome == EventType::info) {
      drained_blindly_ = true;
      return;
    }
    const Value& all = history_.result(op);
    if (!is_collection(all)) {
      drained_blindly_ = true;
      return;
    }
    for (const Value& value : all.items()) take(i, value);
    saw_empty(i, op);
  }
  void saw_empty(std::uint32_t i, const Operation& op) {
    if (op.invoked < empty_at_) return;
    empty_at_ = op.invoked;
    empty_by_ = i;
  }

  void compare(std::uint32_t v) {
    const Account& it = accounts_[v];
    const std::size_t in = it.put.size() + it.maybe.size();
    if (it.put.empty() && !it.taken.empty()) {
      recovered_ += static_cast<std::int64_t>(std::min(it.maybe.size(), it.taken.size()));
    }
    if (in != 0 && is_early(it)) {
      ledger_.enter("unexpected", values_.value(v), {it.taken.front(), first_put(it)},
                    fmt::format("{} was taken out before anybody put it in.", values_.name(v)));
    }
    if (it.taken.size() <= in) return;
    if (in != 0) {
      std::vector<std::uint32_t> shown = it.put;
      shown.insert(shown.end(), it.maybe.begin(), it.maybe.end());
      shown.insert(shown.end(), it.taken.begin(), it.taken.end());
      ledger_.enter("duplicated", values_.value(v), std::move(shown),
                    fmt::format("{} was taken out {} times, and put in at most {} times.",
                                values_.name(v), it.taken.size(), in));
    } else if (!it.failed.empty()) {
      ledger_.enter(
          "aborted-dequeue", values_.value(v), {it.failed.front(), it.taken.front()},
          fmt::format("{} was taken out, but putting it in had failed.", values_.name(v)));
    } else {
      ledger_.enter("unexpected", values_.value(v), {it.taken.front()},
                    fmt::format("{} was taken out, but nobody put it in.", values_.name(v)));
    }
  }

  std::uint32_t first_put(const Account& it) const {
    if (it.put.empty()) return it.maybe.front();
    return it.maybe.empty() ? it.put.front() : std::min(it.put.front(), it.maybe.front());
  }
  // Somebody had it before the first call that can have put it in.
  bool is_early(const Account& it) const {
    const auto& operations = history_.operations();
    const std::uint32_t called = operations[first_put(it)].invoked;
    return std::any_of(it.taken.begin(), it.taken.end(),
                       [&](std::uint32_t i) { return operations[i].completed < called; });
  }

  // Acknowledged before the queue was seen empty and never taken out; a dequeue whose outcome is
  // not known may have taken one each.
  void find_lost() {
    if (empty_at_ == 0 || drained_blindly_) return;
    std::size_t missing = 0;
    std::uint32_t first = 0;
    for (std::uint32_t v = 0; v < accounts_.size(); ++v) {
      const Account& it = accounts_[v];
      const auto settled = static_cast<std::size_t>(std::count_if(
          it.put.begin(), it.put.end(),
          [this](std::uint32_t i) { return history_.operations()[i].completed < empty_at_; }));
      if (settled <= it.taken.size()) continue;
      if (missing == 0) first = v;
      missing += settled - it.taken.size();
    }
    if (missing <= unknown_.size()) return;
    std::vector<std::uint32_t> shown = accounts_[first].put;
    shown.insert(shown.end(), accounts_[first].taken.begin(), accounts_[first].taken.end());
    shown.push_back(empty_by_);
    std::string text =
        fmt::format("{} was acknowledged before the queue was seen empty, and was never taken out",
                    values_.name(first));
    if (!unknown_.empty()) {
      text += fmt::format("; {} such values are more than the {} dequeues whose outcome is unknown",
                          missing, unknown_.size());
    }
    ledger_.enter("lost", values_.value(first), std::move(shown), text + ".");
    ledger_.count("lost", missing - unknown_.size() - 1);
  }

  const History& history_;
  Ledger ledger_;
  Numbering values_;
  std::vector<Account> accounts_;
  std::vector<std::uint32_t> unknown_;
  std::uint32_t empty_at_ = 0;  // position of the latest call that saw it empty; 0: none did
  std::uint32_t empty_by_ = 0;
  bool drained_blindly_ = false;
  std::int64_t attempts_ = 0;
  std::int64_t acknowledged_ = 0;
  std::int64_t dequeued_ = 0;
  std::int64_t recovered_ = 0;
};

const std::vector<FlawInfo>& queue_flaws() {
  static const std::vector<FlawInfo> list{
      {"lost", false, "acknowledged, and never taken out though the queue was empty"},
      {"unexpected", false, "taken out, but nobody put it in"},
      {"aborted-dequeue", false, "taken out, but putting it in had failed"},
      {"duplicated", false, "taken out more often than put in"}};
  return list;
}

AuditReport audit_queue(const History& history, const AuditOptions& options) {
  return TotalQueue(history, options, queue_flaws()).run();
}

}  // namespace

AuditInfo total_queue_audit() {
  return {"total-queue",
          "enqueue v, dequeue -> v, drain -> all: what goes in comes out once",
          {"enqueue", "dequeue", "drain"},
          queue_flaws(),
          &audit_queue,
          &recheck_queue};
}

}  // namespace windtunnel::checkers
