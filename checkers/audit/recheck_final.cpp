// Plain readings of final reads and of leases.
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace windtunnel::checkers {
namespace {

bool adds(const History& history, const Operation& op) {
  return history.f(op) != "read" && history.f(op) != "topology";
}

bool marks(const History& history, const Operation& op) {
  const Value* const mark = history.invocation(op).extra.find("final?");
  return mark != nullptr && *mark == Value::boolean(true);
}

bool reads(const History& history, const Operation& op) {
  return history.f(op) == "read" && op.outcome == EventType::ok;
}

// Of the operations that a witness lists, the read.
const Operation* read_of(const History& history, const Flaw& flaw) {
  for (const Witness::Item& item : flaw.witness.operations) {
    const Operation& op = history.operations()[item.operation];
    if (reads(history, op)) return &op;
  }
  return nullptr;
}

bool is_final(const History& history, const Operation& read) {
  bool any_marked = false;
  bool is_last = true;
  for (const Operation& op : history.operations()) {
    const bool later = op.invoked > read.invoked;
    any_marked = any_marked || (history.f(op) == "read" && marks(history, op));
    const bool is_own = history.session(op) == history.session(read);
    if (history.f(op) == "read" && later && is_own) is_last = false;
    if (!adds(history, op) || op.outcome == EventType::fail) continue;
    if (later || (op.outcome == EventType::ok && op.completed > read.invoked)) return false;
  }
  return any_marked ? marks(history, read) : is_last;
}

std::ptrdiff_t shows(const History& history, const Operation& read, const Value& element) {
  const auto& items = history.result(read).items();
  return std::count(items.begin(), items.end(), element);
}

}  // namespace

bool recheck_final_set(const History& history, const AuditOptions&, const Flaw& flaw) {
  const Value& element = flaw.subject;
  bool acknowledged = false;
  bool failed = false;
  std::uint32_t called = kNoEvent;
  for (const Operation& op : history.operations()) {
    if (!adds(history, op) || history.argument(op) != element) continue;
    acknowledged = acknowledged || op.outcome == EventType::ok;
    failed = failed || op.outcome == EventType::fail;
    if (op.outcome != EventType::fail) called = std::min(called, op.invoked);
  }
  if (flaw.name == "lost") {
    const Operation* const read = read_of(history, flaw);
    return acknowledged && read != nullptr && is_collection(history.result(*read)) &&
           is_final(history, *read) && shows(history, *read, element) == 0;
  }
  std::ptrdiff_t most = 0;
  bool too_early = false;
  for (const Operation& op : history.operations()) {
    if (!reads(history, op)) continue;
    const std::ptrdiff_t times = shows(history, op, element);
    most = std::max(most, times);
    too_early = too_early || (times > 0 && op.completed < called);
  }
  if (flaw.name == "duplicated") return most > 1;
  const bool aborted = called == kNoEvent && failed;
  return too_early && aborted == (flaw.name == "aborted-read");
}

// Beyond all that can have been added, or none of the sums that some of it makes.
bool recheck_final_sum(const History& history, const AuditOptions&, const Flaw& flaw) {
  const Operation* const read = read_of(history, flaw);
  if (read == nullptr || !is_final(history, *read)) return false;
  const Value& value = history.result(*read);
  if (!value.is_integer()) return false;
  Sum low = 0;
  Sum high = 0;
  std::vector<Sum> open;
  for (const Operation& op : history.operations()) {
    if (!adds(history, op) || op.outcome == EventType::fail) continue;
    const Value& argument = history.argument(op);
    Sum amount = argument.is_nil() ? 1 : argument.integer();
    if (history.f(op) == "subtract" || history.f(op) == "decrement") amount = -amount;
    if (op.outcome == EventType::ok || amount < 0) low += amount;
    if (op.outcome == EventType::ok || amount > 0) high += amount;
    if (op.outcome != EventType::ok) open.push_back(amount);
  }
  if (value.integer() < low || value.integer() > high) return true;
  std::set<Sum> sums{low};
  for (const Sum amount : open) {
    std::set<Sum> with;
    for (const Sum sum : sums) with.insert(sum + (amount < 0 ? -amount : amount));
    sums.insert(with.begin(), with.end());
  }
  return !sums.contains(value.integer());
}

bool recheck_lease(const History& history, const AuditOptions& options, const Flaw& flaw) {
  std::int64_t ttl = 0;
  std::int64_t excused = 0;
  for (const auto& [name, ns] : options.limits) (name == "ttl" ? ttl : excused) = ns;
  if (flaw.witness.operations.size() != 2) return false;
  const auto client = [&](const Operation& op) {
    const Value* const told = history.result(op).find("client");
    const Value* const asked = history.argument(op).find("client");
    return told != nullptr ? *told : asked != nullptr ? *asked : Value(history.session(op));
  };
  const Operation& one = history.operations()[flaw.witness.operations[0].operation];
  const Operation& two = history.operations()[flaw.witness.operations[1].operation];
  const auto until = [&](const Operation& grant) {
    std::int64_t end = plus(history.invocation(grant).time_ns, ttl);
    for (const Operation& op : history.operations()) {
      if (history.f(op) != "release" || op.invoked < grant.invoked) continue;
      if (client(op) == client(grant)) end = std::min(end, history.invocation(op).time_ns);
    }
    return end;
  };
  const auto from = [&](const Operation& grant) { return history.completion(grant)->time_ns; };
  if (one.outcome != EventType::ok || two.outcome != EventType::ok) return false;
  return client(one) != client(two) &&
         std::min(until(one), until(two)) - std::max(from(one), from(two)) > excused;
}

}  // namespace windtunnel::checkers
