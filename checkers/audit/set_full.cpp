// An element of a set is known once its add was acknowledged or a read showed it. From then on
// every later read must show it. It is lost when from some read on none shows it; it is stale when
// a read that began after it was known did not show it, and a later one did.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/numbering.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

constexpr std::uint32_t kNone = 0xffffffffU;

struct Element {
  std::uint32_t added_by = kNone;  // operations
  EventType outcome = EventType::fail;
  std::uint32_t first_called = kNone;  // of the adds that did not fail: the first call
  std::uint32_t known_at = kNone;      // position of the event that made it known
  std::uint32_t known_by = kNone;
  std::uint32_t last_present = kNone;  // reads, by number in the order of invocation
  std::uint32_t last_absent = kNone;
  bool is_odd = false;  // it was seen and cannot have been there
};

class SetFull {
 public:
  SetFull(const History& history, const AuditOptions& options, const std::vector<FlawInfo>& flaws)
      : history_(history), ledger_(history, options, flaws) {}

  AuditReport run() {
    gather();
    for (std::uint32_t r = 0; r < reads_.size(); ++r) look_at(r);
    find_last_absent();
    for (std::uint32_t e = 0; e < elements_.size(); ++e) judge(e);
    tell_figures();
    return ledger_.close("set-timeline");
  }

 private:
  const Operation& op(std::uint32_t operation) const { return history_.operations()[operation]; }
  Element& element(const Value& value) {
    const std::uint32_t number = values_.number(value);
    if (number == elements_.size()) elements_.emplace_back();
    return elements_[number];
  }

  void gather() {
    for (std::uint32_t i = 0; i < history_.operations().size(); ++i) {
      const Operation& operation = op(i);
      const std::string& f = history_.f(operation);
      if (f == "add") {
        ++attempts_;
        add(i, operation);
      } else if (f == "read" && is_collection(history_.result(operation))) {
        reads_.push_back(i);
      } else if (f == "read" && operation.outcome == EventType::ok && odd_place_.empty()) {
        odd_place_ = history_.place(operation);
      }
    }
    if (attempts_ == 0) ledger_.nothing_seen("no element was added");
    if (reads_.empty() && !odd_place_.empty()) {
      ledger_.nothing_seen("no read returned a list, vector or set; the first is " + odd_place_);
    }
    if (reads_.empty()) ledger_.nothing_seen("no read returned, so that nobody saw the set");
  }
  void add(std::uint32_t i, const Operation& operation) {
    Element& it = element(history_.argument(operation));
    if (operation.outcome != EventType::fail) {
      it.first_called = std::min(it.first_called, operation.invoked);
    }
    const bool better = it.added_by == kNone || it.outcome == EventType::fail;
    if (better) it.added_by = i;
    if (better) it.outcome = operation.outcome;
    if (operation.outcome != EventType::ok) return;
    it.outcome = EventType::ok;
    if (it.known_at < operation.completed) return;
    it.known_at = operation.completed;
    it.known_by = i;
    it.added_by = i;
  }

  void look_at(std::uint32_t r) {
    const Operation& read = op(reads_[r]);
    seen_in_.resize(elements_.size(), kNone);
    for (const Value& value : history_.result(read).items()) {
      Element& it = element(value);
      seen_in_.resize(elements_.size(), kNone);
      std::uint32_t& seen = seen_in_[values_.find(value)];
      if (seen == r) {
        ledger_.enter("duplicated", value, {reads_[r]},
                      fmt::format("The read shows {} twice.", to_edn(value)));
      }
      seen = r;
      see(it, value, r);
    }
  }
  void see(Element& it, const Value& value, std::uint32_t r) {
    const std::uint32_t completed = op(reads_[r]).completed;
    if (!it.is_odd && completed < it.first_called) {
      it.is_odd = true;
      name_odd(it, value, r);
    }
    it.last_present = r;
    if (completed < it.known_at) {
      it.known_at = completed;
      it.known_by = reads_[r];
    }
  }

  // It was shown before anybody can have added it.
  void name_odd(const Element& it, const Value& value, std::uint32_t r) {
    if (it.first_called == kNone && it.added_by != kNone) {
      ledger_.enter("aborted-read", value, {it.added_by, reads_[r]},
                    fmt::format("The read shows {}, but adding it had failed.", to_edn(value)));
    } else if (it.first_called == kNone) {
      ledger_.enter("unexpected", value, {reads_[r]},
                    fmt::format("The read shows {}, which nobody added.", to_edn(value)));
    } else {
      ledger_.enter("unexpected", value, {reads_[r], it.added_by},
                    fmt::format("The read shows {} before anybody added it.", to_edn(value)));
    }
  }

  // From the last read to the first: who is not in it and has not been missing in a later one. What
  // is left to look for is in every read so far, so this costs no more than reading them.
  void find_last_absent() {
    std::vector<std::uint32_t> open(elements_.size());
    for (std::uint32_t e = 0; e < open.size(); ++e) open[e] = e;
    std::vector<std::uint32_t> in(elements_.size(), kNone);
    for (std::uint32_t r = static_cast<std::uint32_t>(reads_.size()); r-- > 0 && !open.empty();) {
      for (const Value& value : history_.result(op(reads_[r])).items()) {
        in[values_.find(value)] = r;
      }
      const auto is_absent = [&](std::uint32_t e) {
        if (in[e] == r) return false;
        elements_[e].last_absent = r;
        return true;
      };
      open.erase(std::remove_if(open.begin(), open.end(), is_absent), open.end());
    }
  }

  std::int64_t time_of(std::uint32_t event) const { return history_.events()[event].time_ns; }

  void judge(std::uint32_t e) {
    const Element& it = elements_[e];
    if (it.added_by == kNone || it.outcome == EventType::fail) return;
    const bool present = it.last_present != kNone;
    if (it.outcome == EventType::ok) ++acknowledged_;
    if (it.outcome != EventType::ok && present) ++recovered_;
    const bool missed = it.known_at != kNone && it.last_absent != kNone &&
                        op(reads_[it.last_absent]).invoked > it.known_at;
    if (missed && (!present || it.last_present < it.last_absent)) return lose(e);
    if (!present) {
      if (it.outcome == EventType::ok) ++never_read_;
      return;
    }
    ++stable_;
    if (!missed) return latency(stable_latency_, it, it.known_at);
    const std::uint32_t absent = reads_[it.last_absent];
    latency(stable_latency_, it, op(absent).invoked);
    ledger_.enter("stale", values_.value(e), {it.known_by, absent, reads_[it.last_present]},
                  fmt::format("{} was known before the read began that does not show it; a later "
                              "read shows it again.",
                              values_.name(e)));
  }
  void lose(std::uint32_t e) {
    const Element& it = elements_[e];
    const std::uint32_t absent = reads_[it.last_absent];
    latency(lost_latency_, it, op(absent).invoked);
    std::vector<std::uint32_t> shown{it.added_by, it.known_by, absent};
    std::string text = fmt::format(
        "{} was {} before the read began that does not show it, and no later read shows it.",
        values_.name(e), it.known_by == it.added_by ? "acknowledged" : "read");
    ledger_.enter("lost", values_.value(e), std::move(shown), std::move(text));
  }
  void latency(std::vector<std::int64_t>& into, const Element& it, std::uint32_t event) const {
    if (time_of(it.known_at) == kNoTime || time_of(event) == kNoTime) return;
    into.push_back(std::max<std::int64_t>(0, time_of(event) - time_of(it.known_at)));
  }

  void tell_figures() {
    ledger_.figure("attempts", static_cast<std::int64_t>(attempts_));
    ledger_.figure("acknowledged", acknowledged_);
    ledger_.figure("reads", static_cast<std::int64_t>(reads_.size()));
    ledger_.figure("stable", stable_);
    ledger_.figure("recovered", recovered_);
    ledger_.figure("never_read", never_read_);
    ledger_.quantiles("stable_latency", "_ns", std::move(stable_latency_));
    ledger_.quantiles("lost_latency", "_ns", std::move(lost_latency_));
    const std::uint32_t last = reads_.empty() ? 0 : op(reads_.back()).invoked;
    const bool tested = std::any_of(elements_.begin(), elements_.end(),
                                    [last](const Element& it) { return it.known_at < last; });
    if (!tested) ledger_.nothing_seen("no read began after an element was known");
  }

  const History& history_;
  Ledger ledger_;
  Numbering values_;
  std::vector<Element> elements_;
  std::vector<std::uint32_t> reads_;  // operations, by invocation
  std::vector<std::uint32_t> seen_in_;
  std::string odd_place_;  // of a read that returned no collection
  std::size_t attempts_ = 0;
  std::int64_t acknowledged_ = 0;
  std::int64_t stable_ = 0;
  std::int64_t recovered_ = 0;
  std::int64_t never_read_ = 0;
  std::vector<std::int64_t> stable_latency_;
  std::vector<std::int64_t> lost_latency_;
};

const std::vector<FlawInfo>& set_full_flaws() {
  static const std::vector<FlawInfo> list{
      {"lost", false, "known, and from some read on never seen again"},
      {"unexpected", false, "read, but nobody added it"},
      {"aborted-read", false, "read, but adding it had failed"},
      {"duplicated", false, "twice in one read"},
      {"stale", true, "known, missing in a later read, and seen again after that"}};
  return list;
}

AuditReport audit_set_full(const History& history, const AuditOptions& options) {
  return SetFull(history, options, set_full_flaws()).run();
}

}  // namespace

AuditInfo set_full_audit() {
  return {"set-full",      "add v, read -> all: what becomes of each element",
          {"add", "read"}, set_full_flaws(),
          &audit_set_full, &recheck_set};
}

}  // namespace windtunnel::checkers
