// Raft's messages, events and observations in words.
#include <windtunnel/harness/raft/raft_describe.h>
#include <windtunnel/harness/raft/raft_protocol.h>

#include <fmt/format.h>

namespace windtunnel::explore {

using raft::Message;
using raft::MessageKind;

namespace {

std::string place(raft::LogIndex index, raft::Term term) {
  return fmt::format("{}/{}", index.value, term.value);
}

std::string describe_append(const Message& message, PayloadWords words) {
  std::string text = fmt::format(" after={} commit={}", place(message.index, message.log_term),
                                 message.commit.value);
  if (message.entries.empty()) return text + " heartbeat";
  text += " entries=[";
  for (std::size_t i = 0; i < message.entries.size(); ++i) {
    const raft::Entry& entry = message.entries[i];
    text += fmt::format("{}{}", i == 0 ? "" : " ", place(message.index + i + 1, entry.term));
    if (!entry.payload.empty()) text += " " + words(entry.payload.view());
  }
  return text + "]";
}

std::string describe_fields(const Message& message, PayloadWords words) {
  switch (message.kind) {
    case MessageKind::pre_vote:
    case MessageKind::request_vote:
      return " last=" + place(message.index, message.log_term) + (message.done ? " asked" : "");
    case MessageKind::pre_vote_reply:
    case MessageKind::request_vote_reply: return message.reject ? " refused" : " granted";
    case MessageKind::append: return describe_append(message, words);
    case MessageKind::append_reply:
      if (!message.reject) return fmt::format(" match={}", message.index.value);
      return fmt::format(" refused={} hint={}", message.index.value,
                         place(message.hint, message.log_term));
    case MessageKind::snapshot_chunk: return " snapshot=" + place(message.index, message.log_term);
    case MessageKind::snapshot_reply:
      return fmt::format(" snapshot={}{}", message.index.value, message.done ? " done" : "");
    case MessageKind::timeout_now: return {};
  }
  return {};
}

std::string voted(std::uint64_t word) {
  return word == 0 ? "nobody" : name_of(NodeId{static_cast<std::uint32_t>(word - 1)});
}

std::string node(std::uint64_t number) {
  return name_of(NodeId{static_cast<std::uint32_t>(number)});
}

std::string describe_observation(const Observation& seen) {
  switch (static_cast<raft::Word>(seen.kind)) {
    case raft::Word::role:
      return fmt::format("is {} in term {}", windtunnel::name_of(static_cast<Role>(seen.a)),
                         seen.b);
    case raft::Word::term:
      return fmt::format("enters term {}, voted for {}", seen.a, voted(seen.b));
    case raft::Word::append: return fmt::format("appends entry {}/{}", seen.a, seen.b);
    case raft::Word::truncate: return fmt::format("removes its log from {} on", seen.a);
    case raft::Word::commit:
      return fmt::format("commits up to {}{}", seen.a, seen.d == 1 ? " as leader" : "");
    case raft::Word::match: return fmt::format("has match {} of {}", seen.b, node(seen.a));
    case raft::Word::recovered:
      return fmt::format("recovers term {}, vote for {}, log up to {}", seen.a, voted(seen.b),
                         seen.c);
    case raft::Word::snapshot_taken: return fmt::format("takes a snapshot at {}", seen.a);
    case raft::Word::snapshot_installed: return fmt::format("installs a snapshot at {}", seen.a);
    case raft::Word::read_served: return fmt::format("answers read {} at index {}", seen.a, seen.c);
    default: return {};
  }
}

}  // namespace

std::string describe_message(const Message& message, PayloadWords words) {
  return fmt::format("term={}{}", message.term.value, describe_fields(message, words));
}

std::string RaftProtocol::describe(const Message& message) const {
  const PayloadWords quoted = [](BytesView payload) {
    return fmt::format("'{}'", as_text(payload));
  };
  return fmt::format("{} {}", raft::name_of(message.kind), describe_message(message, quoted));
}

std::string RaftProtocol::describe(const Event& event) const {
  switch (static_cast<Kind>(event.kind)) {
    case Kind::timeout: return "election timeout";
    case Kind::silence: return "has not heard from a leader for a while";
    case Kind::heartbeat: return "heartbeat timer";
    case Kind::quorum_check: return "checks its quorum";
    case Kind::propose: return fmt::format("a client proposes 'command {}'", event.argument);
    case Kind::read: return fmt::format("a client asks for read {}", event.argument);
    case Kind::compact: return "takes a snapshot";
    case Kind::persist: return fmt::format("write {} of those under way is done", event.argument);
    case Kind::crash:
      return fmt::format("crashes, keeps {} of the writes under way, and restarts", event.argument);
  }
  return {};
}

std::string RaftProtocol::describe(const RaftFact& fact) const {
  const Observation& seen = fact.seen;
  switch (fact.kind) {
    case RaftFact::Kind::observed: return describe_observation(seen);
    case RaftFact::Kind::entry_synced: return fmt::format("has entry {} on disk", seen.a);
    case RaftFact::Kind::vote_synced:
      return fmt::format("has term {} and vote for {} on disk", seen.a, voted(seen.b));
    case RaftFact::Kind::snapshot_synced: return fmt::format("has snapshot {} on disk", seen.a);
    case RaftFact::Kind::crashed: return "loses what is not on disk";
  }
  return {};
}

}  // namespace windtunnel::explore
