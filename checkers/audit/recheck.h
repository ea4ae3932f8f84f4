// Plain readings of a history that say whether a flaw is there. They know the definitions and
// nothing of the audits: no numbering, no sweep; each looks at all operations for each question.
#pragma once

#include <windtunnel/checkers/audit/audit.h>

namespace windtunnel::checkers {

bool recheck_availability(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_bank(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_counter(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_final_set(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_final_sum(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_fork(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_ids(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_lease(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_lock(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_log(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_queue(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_set(const History& history, const AuditOptions& options, const Flaw& flaw);
bool recheck_watch(const History& history, const AuditOptions& options, const Flaw& flaw);

}  // namespace windtunnel::checkers
