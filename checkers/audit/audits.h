// The audits that there are: each in a file of its name, the plain readings that confirm what they
// find in recheck.cpp.
#pragma once

#include <windtunnel/checkers/audit/audit.h>

namespace windtunnel::checkers {

AuditInfo availability_audit();
AuditInfo bank_audit();
AuditInfo broadcast_audit();
AuditInfo counter_bounds_audit();
AuditInfo g_counter_audit();
AuditInfo g_set_audit();
AuditInfo lease_audit();
AuditInfo lock_audit();
AuditInfo log_audit();
AuditInfo long_fork_audit();
AuditInfo pn_counter_audit();
AuditInfo set_full_audit();
AuditInfo total_queue_audit();
AuditInfo unique_ids_audit();
AuditInfo watch_audit();

}  // namespace windtunnel::checkers
