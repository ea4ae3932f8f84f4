#include <windtunnel/checkers/audit/audit.h>

#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/protocols/base/assert.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {

const std::vector<AuditInfo>& all_audits() {
  static const std::vector<AuditInfo> audits{
      availability_audit(), bank_audit(),       broadcast_audit(),  counter_bounds_audit(),
      g_counter_audit(),    g_set_audit(),      lease_audit(),      lock_audit(),
      log_audit(),          long_fork_audit(),  pn_counter_audit(), set_full_audit(),
      total_queue_audit(),  unique_ids_audit(), watch_audit()};
  return audits;
}

const AuditInfo* find_audit(std::string_view name) {
  for (const AuditInfo& audit : all_audits()) {
    if (audit.name == name) return &audit;
  }
  return nullptr;
}

std::optional<std::string> refuse_initial(const AuditInfo& audit, const Value& initial) {
  if (audit.takes_initial == nullptr) {
    return fmt::format("{} takes no initial value", audit.name);
  }
  if (audit.takes_initial(initial)) return std::nullopt;
  return fmt::format("{} does not take {} for an initial value", audit.name, to_edn(initial));
}

namespace {

bool is_tuple(const Value& value) { return value.is_sequence() && value.items().size() == 2; }

// The verdict is that of the worst flaw that is not permitted; of what `recheck` does not find
// again nothing is held against the history.
void conclude(AuditReport& report) {
  for (const Flaw& flaw : report.flaws) {
    if (flaw.permitted) continue;
    report.verdict.witness = flaw.witness;
    report.verdict.decision = flaw.witness.rechecked ? Decision::violated : Decision::unknown;
    report.verdict.reason = flaw.witness.rechecked
                                ? std::string()
                                : flaw.name + " was found, and a plain reading does not find it";
    if (flaw.witness.rechecked) return;
  }
}

AuditReport audit_one(const History& history, const AuditInfo& info, const AuditOptions& options) {
  AuditReport report = info.run(history, options);
  for (Flaw& flaw : report.flaws) {
    flaw.witness.rechecked = info.recheck(history, options, flaw);
  }
  conclude(report);
  return report;
}

// The parts of a history, by key; in `left_out` the first operation that belongs to none.
std::map<Value, History> split(const History& history, bool tuples,
                               std::optional<std::uint32_t>& left_out) {
  std::map<Value, History> keys;
  std::vector<History*> part_of(history.events().size(), nullptr);
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    const Operation& op = history.operations()[i];
    if (tuples && !is_tuple(history.argument(op))) {
      if (!left_out) left_out = i;
      continue;
    }
    History& one = keys[tuples ? history.argument(op).items()[0] : history.key(op)];
    part_of[op.invoked] = &one;
    if (op.completed != kNoEvent) part_of[op.completed] = &one;
  }
  for (std::size_t i = 0; i < part_of.size(); ++i) {
    if (part_of[i] == nullptr) continue;
    Event event = history.events()[i];
    if (tuples && is_tuple(event.value)) event.value = Value(event.value.items()[1]);
    const auto refused = part_of[i]->add(std::move(event));
    WT_ASSERT(!refused.has_value(), "a part of a history is a history");
  }
  return keys;
}

void add_flaw(std::vector<Flaw>& flaws, Flaw flaw, const Value& key) {
  flaw.witness.key = to_edn(key);
  for (Flaw& known : flaws) {
    if (known.name != flaw.name) continue;
    known.count += flaw.count;
    return;
  }
  flaws.push_back(std::move(flaw));
}

// Counts add up; times do not.
void add_figure(std::vector<Figure>& figures, const Figure& figure) {
  if (figure.name.ends_with("_ns")) return;
  for (Figure& known : figures) {
    if (known.name != figure.name) continue;
    known.value = plus(known.value, figure.value);
    return;
  }
  figures.push_back(figure);
}

void count(Verdict& all, const Verdict& one, const Value& key) {
  all.algorithm = one.algorithm;
  all.operations += one.operations;
  switch (one.decision) {
    case Decision::ok: ++all.objects_ok; break;
    case Decision::violated: ++all.objects_violated; break;
    case Decision::unknown:
      if (all.objects_unknown++ == 0) all.reason = "key " + to_edn(key) + ": " + one.reason;
      break;
  }
}

}  // namespace

namespace {

// Which operations the audit does not know, if there are any that may have taken place.
std::optional<std::string> unknown_operations(const History& history, const AuditInfo& info) {
  const auto& known = info.operations;
  const Operation* first = nullptr;
  std::uint32_t count = 0;
  for (const Operation& op : history.operations()) {
    const bool knows = std::find(known.begin(), known.end(), history.f(op)) != known.end();
    if (known.empty() || knows || op.outcome == EventType::fail) continue;
    if (count++ == 0) first = &op;
  }
  if (first == nullptr) return std::nullopt;
  return fmt::format("{} {}, {} such in all: {} knows {}", history.describe(*first),
                     history.place(*first), count, info.name, fmt::join(known, ", "));
}

}  // namespace

AuditReport audit(const History& history, const AuditInfo& info, const AuditOptions& options) {
  if (std::optional<std::string> unknown = unknown_operations(history, info)) {
    AuditReport report;
    report.verdict = undecided("not among its operations: " + *std::move(unknown));
    return report;
  }
  const auto& operations = history.operations();
  const bool keyed =
      options.tuples || std::any_of(operations.begin(), operations.end(),
                                    [&](const auto& op) { return !history.key(op).is_nil(); });
  if (!keyed || !info.by_key) return audit_one(history, info, options);
  AuditReport all;
  std::optional<std::uint32_t> left_out;
  std::vector<Flaw> found;
  for (const auto& [key, part] : split(history, options.tuples, left_out)) {
    AuditReport report = audit_one(part, info, options);
    count(all.verdict, report.verdict, key);
    for (Flaw& flaw : report.flaws) add_flaw(found, std::move(flaw), key);
    for (const Figure& figure : report.figures) add_figure(all.figures, figure);
  }
  for (const FlawInfo& kind : info.flaws) {
    for (Flaw& flaw : found) {
      if (flaw.name == kind.name) all.flaws.push_back(std::move(flaw));
    }
  }
  if (all.verdict.objects_unknown != 0) all.verdict.decision = Decision::unknown;
  if (left_out) {
    all.verdict.decision = Decision::unknown;
    const Operation& which = operations[*left_out];
    all.verdict.reason =
        fmt::format("{}, {}: no tuple [key value]", history.describe(which), history.place(which));
  }
  conclude(all);
  return all;
}

}  // namespace windtunnel::checkers
