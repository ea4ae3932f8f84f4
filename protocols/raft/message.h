// What nodes of a group say to each other. One flat struct: a field means what the kind's comment
// says, and is zero elsewhere. Entries are shared with the sender's log, not copied.
#pragma once

#include <windtunnel/protocols/raft/log.h>
#include <windtunnel/protocols/raft/types.h>

namespace windtunnel::raft {

// The value is the first byte of the encoded message.
enum class MessageKind : std::uint8_t {
  // term: the term that would be campaigned for (the sender's term + 1); index, log_term: its last
  // entry.
  pre_vote = 1,
  // term: as asked if granted, else the sender's.
  pre_vote_reply = 2,
  // index, log_term: the candidate's last entry. done: its leader asked it to stand (thesis 3.10).
  request_vote = 3,
  request_vote_reply = 4,
  // index, log_term: the entry before `entries`; commit; context: the leader's read round.
  append = 5,
  // Accepted: index: all up to it is durable here and equals the leader's log. Rejected: index: the
  // `index` refused; hint, log_term: where to look for agreement next. context: echoed.
  append_reply = 6,
  // index, log_term: name the snapshot; offset, data, done: a piece of it, and whether it is the
  // last.
  snapshot_chunk = 7,
  // index: the snapshot's. Not done: offset: the piece wanted next. done: installed and durable.
  snapshot_reply = 8,
  // The leader of `term` asks the member to stand for the next one at once.
  timeout_now = 9,
};

struct Message {
  MessageKind kind = MessageKind::append;
  bool reject = false;
  bool done = false;
  GroupId group;
  NodeId to = kNoNode;  // not encoded: the transport knows
  Term term;
  LogIndex index;
  Term log_term;
  LogIndex commit;
  LogIndex hint;
  std::uint64_t context = 0;
  std::uint64_t offset = 0;
  EntrySlice entries;
  Payload data;
  friend bool operator==(const Message&, const Message&) = default;
};

// "request-vote", as in traces and transcripts.
std::string_view name_of(MessageKind kind) noexcept;

}  // namespace windtunnel::raft
