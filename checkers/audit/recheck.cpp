#include <windtunnel/checkers/audit/recheck.h>

#include <windtunnel/checkers/audit/ledger.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace windtunnel::checkers {
namespace {

using Operations = std::vector<const Operation*>;

// Of the history, those of this name and outcome.
Operations all(const History& history, std::string_view f, EventType outcome) {
  Operations found;
  for (const Operation& op : history.operations()) {
    if (history.f(op) == f && op.outcome == outcome) found.push_back(&op);
  }
  return found;
}

std::size_t times_in(const Value& collection, const Value& item) {
  const auto& items = collection.items();
  return static_cast<std::size_t>(std::count(items.begin(), items.end(), item));
}

bool returned_before(const Operation& a, const Operation& b) {
  return a.completed != kNoEvent && a.completed < b.invoked;
}

// The operations that a witness lists.
Operations listed(const History& history, const Flaw& flaw) {
  Operations operations;
  for (const Witness::Item& item : flaw.witness.operations) {
    operations.push_back(&history.operations()[item.operation]);
  }
  return operations;
}

// How many calls of this name and outcome had this argument.
std::size_t calls(const History& history, std::string_view f, EventType outcome,
                  const Value& argument) {
  const Operations found = all(history, f, outcome);
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(),
                    [&](const Operation* op) { return history.argument(*op) == argument; }));
}

// When the element was known: acknowledged, or shown by a read that returned.
std::uint32_t known_from(const History& history, const Value& element) {
  std::uint32_t from = kNoEvent;
  for (const Operation* add : all(history, "add", EventType::ok)) {
    if (history.argument(*add) == element) from = std::min(from, add->completed);
  }
  for (const Operation* read : all(history, "read", EventType::ok)) {
    if (times_in(history.result(*read), element) != 0) from = std::min(from, read->completed);
  }
  return from;
}

// Some read had returned it before any add that can have succeeded was called.
bool is_shown_too_early(const History& history, const Value& element) {
  std::uint32_t called = kNoEvent;
  for (const EventType outcome : {EventType::ok, EventType::info}) {
    for (const Operation* add : all(history, "add", outcome)) {
      if (history.argument(*add) == element) called = std::min(called, add->invoked);
    }
  }
  const Operations reads = all(history, "read", EventType::ok);
  return std::any_of(reads.begin(), reads.end(), [&](const Operation* read) {
    return read->completed < called && times_in(history.result(*read), element) != 0;
  });
}

// A read that began after the element was known does not show it; `again`: a later one does.
bool is_missed(const History& history, const Value& element, bool again) {
  const std::uint32_t known = known_from(history, element);
  const Operations reads = all(history, "read", EventType::ok);
  bool later = false;  // of the reads that began after the one at hand
  for (auto read = reads.rbegin(); read != reads.rend(); ++read) {
    if (!is_collection(history.result(**read))) continue;
    if (times_in(history.result(**read), element) != 0) {
      later = true;
    } else if ((*read)->invoked > known && later == again) {
      return true;
    }
  }
  return false;
}

// What a history's dequeues and drains returned of a value.
std::size_t taken(const History& history, const Value& value) {
  std::size_t count = 0;
  for (const Operation* op : all(history, "dequeue", EventType::ok)) {
    if (history.result(*op) == value) ++count;
  }
  for (const Operation* op : all(history, "drain", EventType::ok)) {
    count += times_in(history.result(*op), value);
  }
  return count;
}

bool saw_empty(const History& history, const Operation& op) {
  if (history.f(op) == "drain") {
    return op.outcome == EventType::ok && is_collection(history.result(op));
  }
  if (history.f(op) != "dequeue") return false;
  const bool nothing = op.outcome == EventType::ok && history.result(op).is_nil();
  return nothing || (op.outcome == EventType::fail && says_empty(history.completion(op)->error));
}

// A drain that may have taken anything.
bool has_blind_drain(const History& history) {
  const auto& operations = history.operations();
  return std::any_of(operations.begin(), operations.end(), [&](const Operation& op) {
    const bool told = op.outcome == EventType::ok && is_collection(history.result(op));
    return history.f(op) == "drain" && op.outcome != EventType::fail && !told;
  });
}

// More values that were acknowledged before the queue was seen empty were never taken out than
// dequeues without an outcome could have taken.
bool is_lost(const History& history) {
  std::uint32_t empty_at = 0;
  for (const Operation& op : history.operations()) {
    if (saw_empty(history, op)) empty_at = std::max(empty_at, op.invoked);
  }
  std::map<Value, std::int64_t> left;
  for (const Operation* op : all(history, "enqueue", EventType::ok)) {
    if (op->completed < empty_at) ++left[history.argument(*op)];
  }
  for (const Operation* op : all(history, "dequeue", EventType::ok)) {
    if (!history.result(*op).is_nil()) --left[history.result(*op)];
  }
  for (const Operation* op : all(history, "drain", EventType::ok)) {
    for (const Value& value : history.result(*op).items()) --left[value];
  }
  std::int64_t missing = 0;
  for (const auto& [value, count] : left) missing += std::max<std::int64_t>(0, count);
  return missing > static_cast<std::int64_t>(all(history, "dequeue", EventType::info).size()) &&
         !has_blind_drain(history);
}

// A dequeue or drain had returned it before any enqueue that can have succeeded was called.
bool is_taken_too_early(const History& history, const Value& value) {
  std::uint32_t called = kNoEvent;
  std::uint32_t taken = kNoEvent;
  for (const Operation& op : history.operations()) {
    const std::string& f = history.f(op);
    const bool ok = op.outcome == EventType::ok;
    const bool puts = f == "enqueue" && op.outcome != EventType::fail;
    if (puts && history.argument(op) == value) called = std::min(called, op.invoked);
    const bool took = f == "dequeue" ? history.result(op) == value
                                     : f == "drain" && times_in(history.result(op), value) != 0;
    if (ok && took) taken = std::min(taken, op.completed);
  }
  return taken < called;
}

std::int64_t total(const Value& balances) {
  std::int64_t sum = 0;
  for (std::size_t i = 1; i < balances.items().size(); i += 2) {
    sum = plus(sum, balances.items()[i].integer());
  }
  return sum;
}

bool has_account(const Value& balances, const Value& account) {
  for (std::size_t i = 0; i + 1 < balances.items().size(); i += 2) {
    if (plain_key(balances.items()[i]) == plain_key(account)) return true;
  }
  return false;
}

bool same_accounts(const Value& a, const Value& b) {
  if (a.items().size() != b.items().size()) return false;
  for (std::size_t i = 0; i + 1 < a.items().size(); i += 2) {
    if (!has_account(b, a.items()[i])) return false;
  }
  return true;
}

// What a read of a transaction returned for a key; null when it did not ask.
const Value* seen_of(const Value& transaction, const Value& key) {
  for (const Value& form : transaction.items()) {
    const bool read = form.items().size() == 3 && form.items()[0].text().starts_with('r');
    if (read && form.items()[1] == key) return &form.items()[2];
  }
  return nullptr;
}

// No write of the value was called before the read returned; for an aborted read some failed.
bool is_written_badly(const History& history, const Operation& read, const Value& key,
                      const Value& value, std::string_view flaw) {
  bool failed = false;
  for (const Operation& op : history.operations()) {
    for (const Value& form : history.argument(op).items()) {
      const bool writes = form.items().size() == 3 && form.items()[0].text().starts_with('w') &&
                          form.items()[1] == key && form.items()[2] == value;
      if (!writes) continue;
      failed = failed || op.outcome == EventType::fail;
      if (op.outcome != EventType::fail && op.invoked < read.completed) return false;
    }
  }
  return flaw == "unexpected" || failed;
}

std::optional<std::int64_t> token_of(const Value& value) {
  const Value* token = &value;
  if (value.kind() == Value::Kind::map) token = value.find("token");
  if (value.is_sequence() && !value.items().empty()) token = &value.items()[0];
  if (token == nullptr || !token->is_integer()) return std::nullopt;
  return token->integer();
}

}  // namespace

bool recheck_set(const History& history, const AuditOptions&, const Flaw& flaw) {
  const Value& element = flaw.subject;
  const Operations reads = all(history, "read", EventType::ok);
  const bool possible = calls(history, "add", EventType::ok, element) != 0 ||
                        calls(history, "add", EventType::info, element) != 0;
  const bool failed = calls(history, "add", EventType::fail, element) != 0;
  std::size_t most = 0;
  for (const Operation* read : reads) {
    most = std::max(most, times_in(history.result(*read), element));
  }
  const bool lost = possible && is_missed(history, element, false);
  if (flaw.name == "lost") return lost;
  if (flaw.name == "stale") return possible && !lost && is_missed(history, element, true);
  if (flaw.name == "unexpected" && possible) return is_shown_too_early(history, element);
  if (flaw.name == "unexpected") return !failed && most != 0;
  if (flaw.name == "aborted-read") return !possible && failed && most != 0;
  return flaw.name == "duplicated" && most > 1;
}

bool recheck_queue(const History& history, const AuditOptions&, const Flaw& flaw) {
  const Value& value = flaw.subject;
  const std::size_t in = calls(history, "enqueue", EventType::ok, value) +
                         calls(history, "enqueue", EventType::info, value);
  const std::size_t out = taken(history, value);
  const bool failed = calls(history, "enqueue", EventType::fail, value) != 0;
  if (flaw.name == "lost") return is_lost(history);
  if (flaw.name == "duplicated") return in != 0 && out > in;
  if (flaw.name == "aborted-dequeue") return in == 0 && failed && out != 0;
  if (flaw.name != "unexpected") return false;
  return in == 0 ? !failed && out != 0 : is_taken_too_early(history, value);
}

bool recheck_ids(const History& history, const AuditOptions&, const Flaw& flaw) {
  std::size_t times = 0;
  for (const Operation* op : all(history, "generate", EventType::ok)) {
    if (history.result(*op) == flaw.subject) ++times;
  }
  return times > 1;
}

// Walks the events around the one read.
bool recheck_counter(const History& history, const AuditOptions& options, const Flaw& flaw) {
  const Operation& read = *listed(history, flaw).front();
  Sum low = options.initial ? options.initial->integer() : 0;
  Sum high = low;
  for (const Operation& op : history.operations()) {
    const bool possible = op.outcome != EventType::fail && op.invoked < read.completed;
    const std::string& f = history.f(op);
    const bool less = f == "subtract" || f == "decrement";
    if (!possible || !(less || f == "add" || f == "increment")) continue;
    const Value& value = history.argument(op);
    const Sum amount = value.is_integer() ? value.integer() : 1;
    const Sum delta = less ? -amount : amount;
    const bool sure = op.outcome == EventType::ok && returned_before(op, read);
    if (sure || delta < 0) low += delta;
    if (sure || delta > 0) high += delta;
  }
  const Value& value = history.result(read);
  return !value.is_integer() || value.integer() < low || value.integer() > high;
}

bool recheck_bank(const History& history, const AuditOptions& options, const Flaw& flaw) {
  const Operations reads = listed(history, flaw);
  const Value& last = history.result(*reads.back());
  const Value& first = history.result(*reads.front());
  const Value& expected = options.initial ? *options.initial : first;
  if (flaw.name == "wrong-total") {
    return total(last) != (expected.is_integer() ? expected.integer() : total(expected));
  }
  if (flaw.name == "unexpected-key") {
    const bool map = last.kind() == Value::Kind::map;
    return !map || !same_accounts(expected.kind() == Value::Kind::map ? expected : first, last);
  }
  for (std::size_t i = 0; i + 1 < last.items().size(); i += 2) {
    if (last.items()[i] != flaw.subject) continue;
    const Value& balance = last.items()[i + 1];
    if (flaw.name == "nil-balance") return !balance.is_integer();
    return flaw.name == "negative-balance" && balance.integer() < 0;
  }
  return false;
}

bool recheck_fork(const History& history, const AuditOptions&, const Flaw& flaw) {
  const Operations reads = listed(history, flaw);
  const Value& x = flaw.subject.items()[0];
  const Value& y = flaw.subject.items()[1];
  if (flaw.name != "fork") {
    // Which operation is the read: the one that returned the value.
    const auto read = std::find_if(reads.begin(), reads.end(), [&](const Operation* op) {
      const Value* seen = seen_of(history.result(*op), x);
      return seen != nullptr && *seen == y;
    });
    return read != reads.end() && is_written_badly(history, **read, x, y, flaw.name);
  }
  if (reads.size() != 2) return false;
  const auto sees = [&](const Operation& read, const Value& key) {
    const Value* seen = seen_of(history.result(read), key);
    return seen != nullptr && !seen->is_nil();
  };
  const auto one_way = [&](const Operation& a, const Operation& b) {
    return sees(a, x) && !sees(a, y) && sees(b, y) && !sees(b, x);
  };
  return one_way(*reads[0], *reads[1]) || one_way(*reads[1], *reads[0]);
}

bool recheck_lock(const History& history, const AuditOptions&, const Flaw& flaw) {
  const Operations ops = listed(history, flaw);
  if (flaw.name == "unexpected-token") {
    const std::optional<std::int64_t> token = token_of(flaw.subject);
    for (const Operation* op : all(history, "acquire", EventType::ok)) {
      const bool same = token && token_of(history.result(*op)) == token;
      if (same && op->invoked < ops.front()->completed) return false;
    }
    return true;
  }
  if (ops.size() != 2) return false;
  const Operation& before = *ops[0];
  const Operation& after = *ops[1];
  if (flaw.name == "stale-access") {
    return returned_before(before, after) &&
           token_of(history.argument(before)) > token_of(history.argument(after));
  }
  if (flaw.name == "overlap") {
    for (const Operation& op : history.operations()) {
      const bool released = history.f(op) == "release" && op.invoked > before.completed &&
                            op.invoked < after.completed &&
                            history.process(op) == history.process(before);
      if (released) return false;
    }
    return history.process(before) != history.process(after);
  }
  const std::optional<std::int64_t> first = token_of(history.result(before));
  const std::optional<std::int64_t> second = token_of(history.result(after));
  if (flaw.name == "duplicate-token") return first == second;
  return flaw.name == "token-order" && returned_before(before, after) && first > second;
}

}  // namespace windtunnel::checkers
