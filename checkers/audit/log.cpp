// A partitioned log gives each message one offset, and what it acknowledged to everybody who reads
// past it. The names are those of Jepsen's kafka workload, as far as it has them.
#include <windtunnel/checkers/audit/audits.h>
#include <windtunnel/checkers/audit/log_parts.h>
#include <windtunnel/checkers/audit/recheck.h>

#include <algorithm>

namespace windtunnel::checkers {
namespace {

const std::vector<FlawInfo>& log_flaws() {
  static const std::vector<FlawInfo> list{
      {"lost-write", false, "acknowledged, and read by nobody though later messages were"},
      {"inconsistent-offsets", false, "two messages at one offset"},
      {"duplicate", false, "one message at two offsets"},
      {"aborted-read", false, "polled, but its send had failed"},
      {"unexpected", false, "polled, but nobody sent it"},
      {"torn-transaction", false, "of the messages of a transaction some are there and others not"},
      {"G1c", false, "transactions in a circle, each of which polled what the one before sent"},
      {"precommitted-read", false, "a transaction polled what it sent itself"},
      {"committed-offset-lost", false, "a committed offset was overwritten, and came back"},
      {"unexpected-offset", false, "the committed offset is one that nobody committed"},
      {"double-assignment", false, "two consumers of one generation own one key"},
      {"watermark-regress", false, "the high watermark went back"},
      {"beyond-watermark", false, "a message was polled that the high watermark does not cover"},
      {"int-poll-skip", false, "a poll within an operation left messages out"},
      {"int-nonmonotonic-poll", false, "polls within an operation went back"},
      {"int-nonmonotonic-send", false, "sends within an operation went back"},
      {"poll-skip", false, "a consumer left messages out between operations"},
      {"nonmonotonic-poll", false, "a consumer went back between operations"},
      {"nonmonotonic-send", false, "the sends of a producer went back between operations"},
      {"unseen", false, "acknowledged, and polled by nobody until the end"},
      {"int-send-skip", true, "other messages came between the sends of an operation"},
      {"G1c-ww", true, "transactions in a circle of polls and of the order of their messages"},
      {"G0", true, "transactions in a circle of the order of their messages"},
      {"assignment-overlap", true, "two consumers of a group believed to own one key at one time"}};
  return list;
}

// A group moves the positions of its consumers without a word, and who seeks to the end leaves out
// what is before it.
AuditOptions with_defaults(const LogHistory& log, AuditOptions options) {
  std::vector<std::string> usual;
  if (log.subscribes()) usual = {"poll-skip", "nonmonotonic-poll"};
  if (log.seeks_to_end()) {
    usual.insert(usual.end(), {"lost-write", "torn-transaction", "unseen"});
  }
  for (std::string& name : usual) {
    const auto& forbidden = options.forbidden;
    if (std::find(forbidden.begin(), forbidden.end(), name) == forbidden.end()) {
      options.permitted.push_back(std::move(name));
    }
  }
  return options;
}

AuditReport audit_log(const History& history, const AuditOptions& options) {
  const LogHistory log(history);
  Ledger ledger(history, with_defaults(log, options), log_flaws());
  audit_messages(log, ledger);
  audit_positions(log, ledger);
  audit_circles(log, ledger);
  const bool has_groups = audit_groups(log, ledger);
  if (!has_groups && log.sends().empty()) ledger.nothing_seen("nothing was sent");
  if (!has_groups && log.polls().empty()) ledger.nothing_seen("nothing was polled");
  return ledger.close("log-offsets");
}

}  // namespace

AuditInfo log_audit() {
  AuditInfo info{"log",
                 "send, poll, txn, commit, assigned: partitioned logs, as Jepsen's kafka workload",
                 {"send", "poll", "txn", "commit", "committed", "watermark", "subscribe", "assign",
                  "assigned", "revoked", "crash", "debug-topic-partitions"},
                 log_flaws(),
                 &audit_log,
                 &recheck_log};
  info.by_key = false;
  info.by_session = true;
  return info;
}

}  // namespace windtunnel::checkers
