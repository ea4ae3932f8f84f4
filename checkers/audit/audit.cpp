#include "checkers/audit/audit.h"

#include "checkers/audit/audits.h"
#include "checkers/audit/ledger.h"
#include "checkers/audit/recheck.h"
#include "checkers/edn.h"
#include "protocols/base/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace windtunnel::checkers {
namespace {

bool knows_flaw(const AuditInfo& audit, const std::string& name) {
  return std::any_of(audit.flaws.begin(), audit.flaws.end(),
                     [&name](const FlawInfo& flaw) { return flaw.name == name; });
}

bool knows_limit(const AuditInfo& audit, const std::string& name) {
  return std::any_of(audit.limits.begin(), audit.limits.end(),
                     [&name](const LimitInfo& limit) { return limit.name == name; });
}

std::string flaw_names(const AuditInfo& audit) {
  std::string names;
  for (const FlawInfo& flaw : audit.flaws) {
    if (!names.empty()) names += ", ";
    names += flaw.name;
  }
  return names;
}

}  // namespace

const std::vector<AuditInfo>& all_audits() {
  static const std::vector<AuditInfo> audits{
      availability_audit(), bank_audit(),        counter_bounds_audit(),
      lock_audit(),         log_audit(),         long_fork_audit(),
      set_full_audit(),     total_queue_audit(), unique_ids_audit()};
  return audits;
}

const AuditInfo* find_audit(std::string_view name) {
  for (const AuditInfo& audit : all_audits()) {
    if (audit.name == name) return &audit;
  }
  return nullptr;
}

std::optional<std::string> refuse(const AuditInfo& audit, const AuditOptions& options) {
  for (const std::vector<std::string>* list : {&options.permitted, &options.forbidden}) {
    for (const std::string& name : *list) {
      if (knows_flaw(audit, name)) continue;
      return fmt::format("{} has no flaw '{}'; it has {}", audit.name, name, flaw_names(audit));
    }
  }
  for (const std::string& name : options.permitted) {
    const auto& forbidden = options.forbidden;
    if (std::find(forbidden.begin(), forbidden.end(), name) == forbidden.end()) continue;
    return fmt::format("'{}' is permitted and forbidden", name);
  }
  for (const auto& limit : options.limits) {
    if (!knows_limit(audit, limit.first)) {
      return fmt::format("{} has no limit '{}'", audit.name, limit.first);
    }
  }
  if (!options.initial) return std::nullopt;
  if (audit.takes_initial == nullptr) {
    return fmt::format("{} takes no initial value", audit.name);
  }
  if (audit.takes_initial(*options.initial)) return std::nullopt;
  return fmt::format("{} does not take {} for an initial value", audit.name,
                     to_edn(*options.initial));
}

AuditReport audit(const History& history, const AuditInfo& info, const AuditOptions& options) {
  AuditReport report = info.run(history, options);
  for (Flaw& flaw : report.flaws) {
    flaw.witness.rechecked = info.recheck != nullptr && info.recheck(history, options, flaw);
  }
  const auto worst = std::find_if(report.flaws.begin(), report.flaws.end(),
                                  [](const Flaw& flaw) { return !flaw.permitted; });
  if (worst != report.flaws.end()) report.verdict.witness = worst->witness;
  return report;
}

namespace {

bool is_tuple(const Value& value) { return value.is_sequence() && value.items().size() == 2; }

// The events of each key, without it.
std::map<Value, History> split(const History& history) {
  std::map<Value, History> keys;
  std::vector<History*> history_of(history.events().size(), nullptr);
  for (const Operation& op : history.operations()) {
    if (!is_tuple(history.argument(op))) continue;
    History& one = keys[history.argument(op).items()[0]];
    history_of[op.invoked] = &one;
    if (op.completed != kNoEvent) history_of[op.completed] = &one;
  }
  for (std::size_t i = 0; i < history_of.size(); ++i) {
    if (history_of[i] == nullptr) continue;
    Event event = history.events()[i];
    if (is_tuple(event.value)) event.value = Value(event.value.items()[1]);
    const auto refused = history_of[i]->add(std::move(event));
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

}  // namespace

AuditReport audit_keys(const History& history, const AuditInfo& info, const AuditOptions& options) {
  AuditReport all;
  bool tested = false;
  std::vector<Flaw> found;
  for (const auto& [key, part] : split(history)) {
    AuditReport report = audit(part, info, options);
    all.verdict.algorithm = report.verdict.algorithm;
    all.verdict.operations += report.verdict.operations;
    tested = tested || report.verdict.decision != Decision::unknown;
    if (all.verdict.reason.empty()) all.verdict.reason = report.verdict.reason;
    for (Flaw& flaw : report.flaws) add_flaw(found, std::move(flaw), key);
    for (const Figure& figure : report.figures) add_figure(all.figures, figure);
  }
  for (const FlawInfo& kind : info.flaws) {
    for (Flaw& flaw : found) {
      if (flaw.name == kind.name) all.flaws.push_back(std::move(flaw));
    }
  }
  const auto worst = std::find_if(all.flaws.begin(), all.flaws.end(),
                                  [](const Flaw& flaw) { return !flaw.permitted; });
  if (worst != all.flaws.end()) {
    all.verdict.decision = Decision::violated;
    all.verdict.witness = worst->witness;
  } else if (!tested) {
    all.verdict.decision = Decision::unknown;
    if (all.verdict.reason.empty()) all.verdict.reason = "no value is a tuple [key value]";
  }
  if (all.verdict.decision != Decision::unknown) all.verdict.reason.clear();
  return all;
}

}  // namespace windtunnel::checkers
