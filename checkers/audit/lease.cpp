// A lease is a lock that runs out by itself, so that nobody has to give it back (Gray & Cheriton,
// SOSP 1989).
//
//   acquire, renew    who is answered may rely on the lease from the answer on, for the time that
//                     it lasts, counted from when it was asked for
//   release           who calls it no longer relies on it
//
// All in the time of the history. A client is what a map names under :client, else the session. At
// no time may two clients rely on the lease for longer than the clocks are said to excuse.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& lease_flaws() {
  static const std::vector<FlawInfo> list{
      {"overlap", false, "two clients relied on the lease at one time"}};
  return list;
}

constexpr std::string_view kTtl = "ttl";
constexpr std::string_view kMaxOverlap = "max-overlap";

std::optional<std::int64_t> lease_limit(const AuditOptions& options, std::string_view name) {
  for (const auto& [known, value] : options.limits) {
    if (known == name) return value;
  }
  return std::nullopt;
}

// That a client relies on the lease.
struct Reliance {
  Value client;
  std::int64_t from = 0;  // of the history's time
  std::int64_t until = 0;
  std::uint32_t operation = 0;
};

class Lease {
 public:
  Lease(const History& history, const AuditOptions& options)
      : history_(history),
        ledger_(history, options, lease_flaws()),
        ttl_(lease_limit(options, kTtl)),
        max_overlap_(lease_limit(options, kMaxOverlap).value_or(0)) {}

  AuditReport run() {
    if (!ttl_) ledger_.nothing_seen("it is not said how long a lease lasts: --limit ttl=DURATION");
    if (ttl_) gather();
    std::sort(held_.begin(), held_.end(), [](const Reliance& a, const Reliance& b) {
      return a.from != b.from ? a.from < b.from : a.operation < b.operation;
    });
    for (const Reliance& one : held_) compare(one);
    ledger_.figure("granted", granted_);
    ledger_.figure("worst_overlap_ns", worst_);
    if (!second_) ledger_.nothing_seen(why_untested());
    return ledger_.close("lease-times");
  }

 private:
  std::string why_untested() const {
    const std::int64_t late = granted_ - static_cast<std::int64_t>(held_.size());
    if (late == 0) return "fewer than two clients were given the lease";
    return fmt::format(
        "fewer than two clients could rely on the lease: {} of {} had run out, or were given back, "
        "before the answer came",
        late, granted_);
  }
  Value client_of(const Operation& op) const {
    for (const Value* const value : {&history_.result(op), &history_.argument(op)}) {
      const bool is_map = value->kind() == Value::Kind::map;
      const Value* const client = is_map ? value->find("client") : nullptr;
      if (client != nullptr) return *client;
    }
    return history_.session(op);
  }

  // From the last call to the first.
  void gather() {
    std::map<Value, std::int64_t> released;  // by client: the next time that it calls that
    const auto& operations = history_.operations();
    for (auto i = static_cast<std::uint32_t>(operations.size()); i-- > 0;) {
      const Operation& op = operations[i];
      const std::int64_t called = history_.invocation(op).time_ns;
      const bool gives_up = history_.f(op) == "release";
      if (!gives_up && op.outcome != EventType::ok) continue;
      const std::int64_t end = gives_up ? called : history_.completion(op)->time_ns;
      if (called == kNoTime || end == kNoTime) {
        ledger_.nothing_seen(fmt::format("{} has no :time", history_.describe(op)));
        continue;
      }
      const Value client = client_of(op);
      if (gives_up) {
        released[client] = called;
        continue;
      }
      std::int64_t until = plus(called, *ttl_);
      const auto next = released.find(client);
      if (next != released.end()) until = std::min(until, next->second);
      ++granted_;
      if (end < until) held_.push_back({client, end, until, i});
    }
  }

  // With whoever else relies on it for longest, of those that began before.
  void compare(const Reliance& one) {
    const bool own = first_ && first_->client == one.client;
    const std::optional<Reliance>& other = own ? second_ : first_;
    if (other) overlap(*other, one);
    if (own) {
      if (one.until > first_->until) first_ = one;
    } else if (!first_ || one.until > first_->until) {
      second_ = std::move(first_);
      first_ = one;
    } else if (!second_ || one.until > second_->until) {
      second_ = one;
    }
  }
  void overlap(const Reliance& other, const Reliance& one) {
    const std::int64_t ns = std::min(other.until, one.until) - one.from;
    worst_ = std::max(worst_, ns);
    if (ns <= max_overlap_) return;
    const auto& operations = history_.operations();
    ledger_.enter(
        "overlap", Value(ns), {other.operation, one.operation},
        fmt::format("The lease of {} ran until {}, and {} had one from {} on: {} in which "
                    "both relied on it.",
                    history_.client(operations[other.operation]), seconds_text(other.until),
                    history_.client(operations[one.operation]), seconds_text(one.from),
                    seconds_text(ns)));
  }

  const History& history_;
  Ledger ledger_;
  std::optional<std::int64_t> ttl_;
  std::int64_t max_overlap_;
  std::int64_t granted_ = 0;
  std::vector<Reliance> held_;  // what was granted, but for what had run out by then
  // Of those so far the one that lasts longest, and of the other clients' the one that does.
  std::optional<Reliance> first_;
  std::optional<Reliance> second_;
  std::int64_t worst_ = 0;
};

AuditReport audit_lease(const History& history, const AuditOptions& options) {
  return Lease(history, options).run();
}

}  // namespace

AuditInfo lease_audit() {
  AuditInfo info{"lease",
                 "acquire, renew, release: no two clients rely on the lease at one time",
                 {"acquire", "renew", "release"},
                 lease_flaws(),
                 &audit_lease,
                 &recheck_lease};
  info.limits = {{kTtl, LimitInfo::Unit::nanoseconds, "how long a lease lasts"},
                 {kMaxOverlap, LimitInfo::Unit::nanoseconds, "what clocks excuse; else nothing"}};
  info.by_session = true;
  return info;
}

}  // namespace windtunnel::checkers
