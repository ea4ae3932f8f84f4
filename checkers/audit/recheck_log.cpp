// Plain readings of logs; see recheck.h.
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace windtunnel::checkers {
namespace {

// A message as a step of the history has it.
struct Entry {
  const Operation* op = nullptr;
  bool poll = false;
  std::optional<std::int64_t> offset;
  Value value;
};

std::optional<std::int64_t> number(const Value& value) {
  return value.is_integer() ? std::optional(value.integer()) : std::nullopt;
}

void add_polled(const Operation& op, const Value& log, const Value& key, std::vector<Entry>& all) {
  for (std::size_t i = 0; i + 1 < log.items().size(); i += 2) {
    if (plain_key(log.items()[i]) != key) continue;
    for (const Value& pair : log.items()[i + 1].items()) {
      if (!pair.is_sequence() || pair.items().size() != 2) continue;
      all.push_back({&op, true, number(pair.items()[0]), pair.items()[1]});
    }
  }
}

// All that operations tell of a key, in the order of the history.
std::vector<Entry> entries(const History& history, const Value& key) {
  std::vector<Entry> all;
  for (const Operation& op : history.operations()) {
    const Event* const end = history.completion(op);
    const bool told = end != nullptr && end->value.is_sequence();
    const Value& steps = told ? end->value : history.argument(op);
    for (const Value& step : steps.items()) {
      if (!step.is_sequence() || step.items().size() < 2 || !step.items()[0].is_name()) continue;
      const std::string_view what = step.items()[0].text();
      const Value& second = step.items()[1];
      if (what == "poll") add_polled(op, second, key, all);
      if (what != "send" || step.items().size() < 3 || plain_key(second) != key) continue;
      const Value& sent = step.items()[2];
      const bool pair = sent.is_sequence() && sent.items().size() == 2;
      all.push_back({&op, false, pair ? number(sent.items()[0]) : std::nullopt,
                     pair ? sent.items()[1] : sent});
    }
  }
  return all;
}

bool ok(const Entry& entry) { return entry.op->outcome == EventType::ok; }

// What the entries say of one message.
struct Facts {
  bool sent = false;
  bool may_stand = false;  // a send did not fail
  bool acknowledged = false;
  bool polled = false;
  std::vector<std::int64_t> offsets;
  std::size_t sends = 0;
  std::uint32_t called = kNoEvent;  // the first send that did not fail
  std::uint32_t seen = kNoEvent;    // the first return of a poll that has it
};

Facts facts_of(const std::vector<Entry>& all, const Value& value) {
  Facts facts;
  for (const Entry& entry : all) {
    if (entry.value != value) continue;
    const bool failed = entry.op->outcome == EventType::fail;
    if (!entry.poll) {
      if (!failed) ++facts.sends;
      if (!failed) facts.called = std::min(facts.called, entry.op->invoked);
      facts.sent = true;
      facts.may_stand |= !failed;
      facts.acknowledged |= ok(entry);
    }
    facts.polled |= entry.poll && ok(entry);
    if (entry.poll && ok(entry)) facts.seen = std::min(facts.seen, entry.op->completed);
    if (entry.offset && (entry.poll || ok(entry))) facts.offsets.push_back(*entry.offset);
  }
  std::sort(facts.offsets.begin(), facts.offsets.end());
  const auto end = std::unique(facts.offsets.begin(), facts.offsets.end());
  facts.offsets.erase(end, facts.offsets.end());
  return facts;
}

// The position from which on the operation is known to stand: it was acknowledged, or somebody had
// polled one of its messages.
std::uint32_t stands_from(const History& history, const Operation& by) {
  std::uint32_t from = by.outcome == EventType::ok ? by.completed : kNoEvent;
  for (const Value& step : history.argument(by).items()) {
    if (step.items().size() < 3 || step.items()[0].text() != "send") continue;
    for (const Entry& entry : entries(history, plain_key(step.items()[1]))) {
      const bool proof = entry.poll && ok(entry) && entry.value == step.items()[2];
      if (proof) from = std::min(from, entry.op->completed);
    }
  }
  return from;
}

// Something was polled that was sent after the operation that sent `value` was known to stand.
bool is_passed(const History& history, const std::vector<Entry>& all, const Value& value) {
  std::uint32_t stands = kNoEvent;
  for (const Entry& entry : all) {
    if (!entry.poll && entry.value == value) stands = stands_from(history, *entry.op);
  }
  std::set<Value> polled;
  for (const Entry& entry : all) {
    if (entry.poll && ok(entry)) polled.insert(entry.value);
  }
  return std::any_of(all.begin(), all.end(), [&](const Entry& sent) {
    if (sent.poll || sent.op->invoked < stands || stands == kNoEvent) return false;
    return polled.contains(sent.value);
  });
}

bool recheck_message(const History& history, const Flaw& flaw) {
  const Value& key = flaw.subject.items()[0];
  const Value& value = flaw.subject.items()[1];
  const std::vector<Entry> all = entries(history, key);
  const Facts facts = facts_of(all, value);
  if (flaw.name == "duplicate") return facts.offsets.size() > std::max<std::size_t>(1, facts.sends);
  if (flaw.name == "unexpected") {
    return facts.polled && (!facts.sent || (facts.may_stand && facts.seen < facts.called));
  }
  if (flaw.name == "aborted-read") return facts.polled && facts.sent && !facts.may_stand;
  if (flaw.name == "unseen") return facts.acknowledged && !facts.polled;
  if (flaw.name == "lost-write") {
    const bool passed = std::any_of(all.begin(), all.end(), [&](const Entry& entry) {
      return entry.poll && ok(entry) && entry.offset && *entry.offset > facts.offsets.front();
    });
    return !facts.offsets.empty() && facts.may_stand && !facts.polled && passed;
  }
  return flaw.name == "torn-transaction" && facts.may_stand && !facts.polled &&
         is_passed(history, all, value);
}

// Two messages at the offset of the subject.
bool recheck_offset(const History& history, const Flaw& flaw) {
  std::vector<Value> at;
  for (const Entry& entry : entries(history, flaw.subject.items()[0])) {
    const bool counts = entry.poll || ok(entry);
    if (counts && entry.offset == number(flaw.subject.items()[1])) at.push_back(entry.value);
  }
  return std::any_of(at.begin(), at.end(), [&](const Value& value) { return value != at.front(); });
}

// The subject is [key from to]: the operations listed go from one offset to the other, and for a
// skip there is one between.
bool recheck_step(const History& history, const Flaw& flaw) {
  const Value& key = flaw.subject.items()[0];
  const std::int64_t from = flaw.subject.items()[1].integer();
  const std::int64_t to = flaw.subject.items()[2].integer();
  const Operation* const first = &history.operations()[flaw.witness.operations.front().operation];
  const Operation* const last = &history.operations()[flaw.witness.operations.back().operation];
  bool starts = false;
  bool ends = false;
  bool between = false;
  for (const Entry& entry : entries(history, key)) {
    if (!entry.offset) continue;
    starts |= entry.op == first && *entry.offset == from;
    ends |= entry.op == last && *entry.offset == to;
    between |= from < *entry.offset && *entry.offset < to;
  }
  const bool back = flaw.name.find("nonmonotonic") != std::string::npos;
  return starts && ends && (back ? to <= from : between);
}

// What a step of an operation says of the group and key of the subject; nothing when it says
// nothing, or that there is no offset.
std::optional<std::int64_t> told(const History& history, const Operation& op, std::string_view what,
                                 const Flaw& flaw) {
  const bool ended = op.outcome == EventType::ok && history.result(op).is_sequence();
  for (const Value& step : (ended ? history.result(op) : history.argument(op)).items()) {
    if (!step.is_sequence() || step.items().size() < 3 || !step.items()[0].is_name()) continue;
    if (step.items()[0].text() != what || step.items()[1] != flaw.subject.items()[0]) continue;
    const Value& last = step.items()[2];
    for (std::size_t i = 0; i + 1 < last.items().size(); i += 2) {
      if (plain_key(last.items()[i]) != flaw.subject.items()[1]) continue;
      const std::optional<std::int64_t> offset = number(last.items()[i + 1]);
      return offset && *offset < 0 ? std::nullopt : offset;
    }
  }
  return std::nullopt;
}

bool recheck_commit(const History& history, const Flaw& flaw) {
  const Operation& fetch = history.operations()[flaw.witness.operations.back().operation];
  const std::optional<std::int64_t> given = told(history, fetch, "committed", flaw);
  const Operation& by = history.operations()[flaw.witness.operations.front().operation];
  bool written = false;
  bool overwritten = true;
  for (const Operation& op : history.operations()) {
    if (op.outcome == EventType::fail || op.invoked > fetch.completed) continue;
    const bool same = given && told(history, op, "commit", flaw) == given;
    written |= same;
    if (same) overwritten &= op.outcome == EventType::ok && op.completed <= by.invoked;
  }
  if (flaw.name == "unexpected-offset") return given && !written;
  const std::optional<std::int64_t> later = told(history, by, "commit", flaw);
  return overwritten && later && later != given && by.completed < fetch.invoked;
}

bool recheck_owners(const History& history, const Flaw& flaw) {
  const Operation& a = history.operations()[flaw.witness.operations.front().operation];
  const Operation& b = history.operations()[flaw.witness.operations.back().operation];
  for (const Operation* op : {&a, &b}) {
    const Value& value = history.result(*op);
    if (value.find("group") == nullptr || *value.find("group") != flaw.subject.items()[0]) {
      return false;
    }
    const auto& keys = value.find("keys")->items();
    if (std::none_of(keys.begin(), keys.end(),
                     [&](const Value& key) { return plain_key(key) == flaw.subject.items()[1]; })) {
      return false;
    }
    const bool generations = flaw.name == "double-assignment";
    if (generations && *value.find("generation") != flaw.subject.items()[2]) return false;
  }
  return history.session(a) != history.session(b);
}

bool recheck_watermark(const History& history, const Flaw& flaw) {
  const Operation& a = history.operations()[flaw.witness.operations.front().operation];
  const Operation& b = history.operations()[flaw.witness.operations.back().operation];
  const std::int64_t first = flaw.subject.items()[1].integer();
  const std::int64_t second = flaw.subject.items()[2].integer();
  const bool after = a.completed < b.invoked;
  return after && (flaw.name == "watermark-regress" ? second < first : second <= first);
}

// The one transaction that sent the value and stands; null when there is none, or several sends.
const Operation* sender(const History& history, const Value& key, const Value& value) {
  const std::vector<Entry> all = entries(history, key);
  const Facts facts = facts_of(all, value);
  const bool stands = facts.acknowledged || facts.polled;
  if (!stands || facts.sends != 1 || facts.offsets.size() != 1) return nullptr;
  for (const Entry& entry : all) {
    if (entry.poll || entry.value != value || entry.op->outcome == EventType::fail) continue;
    return history.f(*entry.op) == "txn" ? entry.op : nullptr;
  }
  return nullptr;
}

bool has_polled(const History& history, const Operation& by, const Value& key, const Value& value) {
  const std::vector<Entry> all = entries(history, key);
  return std::any_of(all.begin(), all.end(), [&](const Entry& entry) {
    return entry.op == &by && entry.poll && ok(entry) && entry.value == value;
  });
}

bool lies_before(const History& history, const Value& key, const Value& a, const Value& b) {
  const std::vector<Entry> all = entries(history, key);
  return facts_of(all, a).offsets.front() < facts_of(all, b).offsets.front();
}

// The subject is a circle of [:ww key a b], whose sender of b is the sender of the next a, and of
// [:wr key a], whose poller is.
bool recheck_circle(const History& history, const Flaw& flaw) {
  const std::vector<Value>& steps = flaw.subject.items();
  std::size_t orders = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::vector<Value>& step = steps[i].items();
    const std::vector<Value>& after = steps[(i + 1) % steps.size()].items();
    const Operation* const from = sender(history, step[1], step[2]);
    const Operation* const to = sender(history, after[1], after[2]);
    if (from == nullptr || to == nullptr || from == to) return false;
    const bool order = step[0].text() == "ww";
    orders += order ? 1 : 0;
    const bool found = order ? sender(history, step[1], step[3]) == to &&
                                   lies_before(history, step[1], step[2], step[3])
                             : has_polled(history, *to, step[1], step[2]);
    if (!found) return false;
  }
  if (flaw.name == "G0") return orders == steps.size();
  return flaw.name == "G1c" ? orders == 0 : orders > 0 && orders < steps.size();
}

}  // namespace

bool recheck_log(const History& history, const AuditOptions&, const Flaw& flaw) {
  const std::string& name = flaw.name;
  if (name.starts_with("G")) return recheck_circle(history, flaw);
  if (name == "inconsistent-offsets") return recheck_offset(history, flaw);
  if (name.find("skip") != std::string::npos || name.find("nonmonotonic") != std::string::npos) {
    return recheck_step(history, flaw);
  }
  if (name.find("offset") != std::string::npos) return recheck_commit(history, flaw);
  if (name.find("assignment") != std::string::npos) return recheck_owners(history, flaw);
  if (name.find("watermark") != std::string::npos) return recheck_watermark(history, flaw);
  if (name == "precommitted-read") {
    const Operation* const op = &history.operations()[flaw.witness.operations.front().operation];
    bool sent = false;
    bool polled = false;
    for (const Entry& entry : entries(history, flaw.subject.items()[0])) {
      if (entry.op != op || entry.value != flaw.subject.items()[1]) continue;
      (entry.poll ? polled : sent) = true;
    }
    return sent && polled;
  }
  return recheck_message(history, flaw);
}

}  // namespace windtunnel::checkers
