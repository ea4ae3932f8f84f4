#include "checkers/audit/audit.h"

#include "checkers/audit/audits.h"
#include "checkers/audit/recheck.h"
#include "checkers/edn.h"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace windtunnel::checkers
