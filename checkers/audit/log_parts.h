// The parts of the log audit; each enters what it finds.
#pragma once

#include <windtunnel/checkers/audit/ledger.h>
#include <windtunnel/checkers/audit/log_history.h>

namespace windtunnel::checkers {

// What is at which offset, and who got to see it.
void audit_messages(const LogHistory& log, Ledger& ledger);
// The order in which each producer and consumer went through the logs.
void audit_positions(const LogHistory& log, Ledger& ledger);
// Transactions that would have to come before themselves.
void audit_circles(const LogHistory& log, Ledger& ledger);
// Committed offsets, assignments and high watermarks. False when there are none.
bool audit_groups(const LogHistory& log, Ledger& ledger);

}  // namespace windtunnel::checkers
