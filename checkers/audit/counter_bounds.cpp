// A read of a counter lies between what had surely been added when it began and what could have
// been added when it returned. It bounds each read by itself, in O(n log n) for any number of
// clients; the model `counter` decides whether all reads fit together.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& counter_flaws() {
  static const std::vector<FlawInfo> list{
      {"out-of-bounds", false, "a read that no order of the additions around it explains"}};
  return list;
}

bool is_addition(const std::string& f) {
  return f == "add" || f == "increment" || f == "subtract" || f == "decrement";
}

// What an addition adds.
Sum delta_of(const History& history, const Operation& op) {
  const std::string& f = history.f(op);
  const Value& value = history.argument(op);
  const Sum amount = value.is_nil() ? 1 : value.integer();
  return f == "add" || f == "increment" ? amount : -amount;
}

// Sums of all that may have happened so far, split by whether it surely has.
struct Bounds {
  Sum low = 0;
  Sum high = 0;
};

class CounterBounds {
 public:
  CounterBounds(const History& history, const AuditOptions& options)
      : history_(history), ledger_(history, options, counter_flaws()) {
    if (options.initial) bounds_ = {options.initial->integer(), options.initial->integer()};
  }

  AuditReport run() {
    at_call_.resize(history_.operations().size());
    operation_at_.assign(history_.events().size(), kNone);
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) {
      const Operation& op = history_.operations()[i];
      operation_at_[op.invoked] = i;
      if (op.completed != kNoEvent) operation_at_[op.completed] = i;
    }
    for (std::uint32_t at = 0; at < operation_at_.size(); ++at) {
      if (operation_at_[at] != kNone) step(operation_at_[at], at);
    }
    ledger_.figure("reads", reads_);
    ledger_.figure("additions", additions_);
    if (reads_ == 0) ledger_.nothing_seen("no read returned");
    if (additions_ == 0) ledger_.nothing_seen("nothing was added");
    return ledger_.close("counter-bounds");
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  // While an addition is open it may have happened or not. So a read's lowest value is the least
  // sum between its call and its return of what has surely happened, with all open ones that
  // subtract.
  void step(std::uint32_t i, std::uint32_t at) {
    const Operation& op = history_.operations()[i];
    if (op.outcome == EventType::fail) return;
    if (history_.f(op) == "read") return read(i, op, at);
    const Value& amount = history_.argument(op);
    if (!is_addition(history_.f(op))) return;
    if (!amount.is_nil() && !amount.is_integer()) {
      return unclear(op, "the amount is no 64-bit integer");
    }
    const Sum delta = delta_of(history_, op);
    if (at == op.invoked) {
      ++additions_;
      (delta < 0 ? bounds_.low : bounds_.high) += delta;
      (delta < 0 ? started_.low : started_.high) += delta;
    } else if (op.outcome == EventType::ok) {
      (delta < 0 ? bounds_.high : bounds_.low) += delta;
    }
  }
  // From here on nothing is known for sure.
  void unclear(const Operation& op, std::string_view why) {
    is_clear_ = false;
    ledger_.nothing_seen(fmt::format("the {} {}: {}", history_.f(op), history_.place(op), why));
  }
  void read(std::uint32_t i, const Operation& op, std::uint32_t at) {
    if (op.outcome != EventType::ok) return;
    if (at == op.invoked) {
      at_call_[i] = {bounds_, started_};
      return;
    }
    ++reads_;
    const auto& [before, started] = at_call_[i];
    const Sum low = before.low + started_.low - started.low;
    const Sum high = before.high + started_.high - started.high;
    const Value& value = history_.result(op);
    if (!value.is_integer()) {
      --reads_;
      return unclear(op, "the read returned no 64-bit integer");
    }
    const bool inside = low <= value.integer() && value.integer() <= high;
    if (inside || !is_clear_) return;
    ledger_.enter("out-of-bounds", value, {i},
                  fmt::format("The read returned {}; what was added before and meanwhile allows {} "
                              "to {}.",
                              to_edn(value), low, high));
  }

  struct AtCall {
    Bounds bounds;
    Bounds started;
  };
  const History& history_;
  Ledger ledger_;
  Bounds bounds_;
  Bounds started_;  // sums of all that was begun, by sign
  std::vector<AtCall> at_call_;
  std::vector<std::uint32_t> operation_at_;
  bool is_clear_ = true;  // every amount was understood
  std::int64_t reads_ = 0;
  std::int64_t additions_ = 0;
};

AuditReport audit_counter(const History& history, const AuditOptions& options) {
  return CounterBounds(history, options).run();
}

bool takes_number(const Value& value) { return value.is_integer(); }

}  // namespace

AuditInfo counter_bounds_audit() {
  return {"counter-bounds",
          "add n, read -> sum: each read within what could have been added",
          {"add", "increment", "subtract", "decrement", "read"},
          counter_flaws(),
          &audit_counter,
          &recheck_counter,
          &takes_number};
}

}  // namespace windtunnel::checkers
