// No id is given twice.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/recheck.h>
#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/numbering.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& ids_flaws() {
  static const std::vector<FlawInfo> list{{"duplicated", false, "given twice"}};
  return list;
}

AuditReport audit_ids(const History& history, const AuditOptions& options) {
  Ledger ledger(history, options, ids_flaws());
  Numbering ids;
  std::vector<std::uint32_t> given_by;
  std::int64_t attempts = 0;
  std::int64_t acknowledged = 0;
  for (std::uint32_t i = 0; i < history.operations().size(); ++i) {
    const Operation& op = history.operations()[i];
    if (history.f(op) != "generate") continue;
    ++attempts;
    if (op.outcome != EventType::ok) continue;
    ++acknowledged;
    const Value& id = history.result(op);
    const std::uint32_t number = ids.number(id);
    if (number == given_by.size()) {
      given_by.push_back(i);
      continue;
    }
    ledger.enter("duplicated", id, {given_by[number], i},
                 fmt::format("The id {} was given twice.", to_edn(id)));
  }
  ledger.figure("attempts", attempts);
  ledger.figure("acknowledged", acknowledged);
  ledger.figure("distinct", ids.size());
  if (acknowledged < 2) ledger.nothing_seen("fewer than two ids were given");
  return ledger.close("distinct-ids");
}

}  // namespace

AuditInfo unique_ids_audit() {
  return {"unique-ids", "generate -> id: no id is given twice",
          {"generate"}, ids_flaws(),
          &audit_ids,   &recheck_ids};
}

}  // namespace windtunnel::checkers
