// Messages and writes as text, for transcripts.
#include "tests/unit/protocols/raft/cluster.h"

namespace windtunnel::raft {
namespace {

std::string number(std::uint64_t n) { return std::to_string(n); }

std::string place(LogIndex index, Term term) {
  return number(index.value) + "/" + number(term.value);
}

std::string entries_text(LogIndex first, const EntrySlice& entries) {
  std::string text = "[";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i > 0) text += ", ";
    text += place(first + i, entries[i].term);
    if (entries[i].kind == EntryKind::noop) text += " noop";
    if (!entries[i].payload.empty()) text += " " + std::string(as_text(entries[i].payload.view()));
  }
  return text + "]";
}

}  // namespace

std::string describe(const Message& m) {
  std::string text(name_of(m.kind));
  text += " term=" + number(m.term.value);
  switch (m.kind) {
    case MessageKind::pre_vote:
    case MessageKind::request_vote:
      return text + " last=" + place(m.index, m.log_term) + (m.done ? " asked" : "");
    case MessageKind::pre_vote_reply:
    case MessageKind::request_vote_reply: return text + (m.reject ? " denied" : " granted");
    case MessageKind::append:
      text += " prev=" + place(m.index, m.log_term) + " commit=" + number(m.commit.value);
      if (m.context != 0) text += " round=" + number(m.context);
      if (!m.entries.empty()) text += " " + entries_text(m.index + 1, m.entries);
      return text;
    case MessageKind::append_reply:
      if (m.context != 0) text += " round=" + number(m.context);
      if (!m.reject) return text + " match=" + number(m.index.value);
      return text + " refused=" + number(m.index.value) + " hint=" + place(m.hint, m.log_term);
    case MessageKind::snapshot_chunk:
      text += " at=" + place(m.index, m.log_term) + " offset=" + number(m.offset);
      return text + " bytes=" + number(m.data.size()) + (m.done ? " last" : "");
    case MessageKind::snapshot_reply:
      text += " at=" + number(m.index.value);
      return text + (m.done ? " done" : " wants=" + number(m.offset));
    case MessageKind::timeout_now: break;
  }
  return text;
}

std::string describe(const Write& write) {
  std::string text = "#" + number(write.ticket.value);
  if (write.snapshot.has_value()) {
    text += " snapshot=" + place(write.snapshot->index, write.snapshot->term);
    text += write.discard_log ? " discarding the log" : " keeping the tail";
  }
  if (write.truncate_from != LogIndex{}) text += " truncate=" + number(write.truncate_from.value);
  if (write.hard_state.has_value()) {
    const NodeId voted = write.hard_state->voted_for;
    text += " term=" + number(write.hard_state->term.value);
    if (voted != kNoNode) text += " vote=" + Cluster::name(voted.value);
  }
  if (!write.entries.empty()) text += " " + entries_text(write.first, write.entries);
  return text;
}

}  // namespace windtunnel::raft
