#include <windtunnel/protocols/raft/message_codec.h>

#include <windtunnel/protocols/base/seal.h>

namespace windtunnel::raft {
namespace {

constexpr std::uint8_t kReject = 1;
constexpr std::uint8_t kDone = 2;
constexpr std::uint8_t kFlags = kReject | kDone;

bool is_kind(std::uint8_t value) {
  return value >= static_cast<std::uint8_t>(MessageKind::pre_vote) &&
         value <= static_cast<std::uint8_t>(MessageKind::timeout_now);
}

void encode_body(Writer& writer, const Message& message) {
  writer.varint(message.group.value);
  writer.varint(message.term.value);
  writer.varint(message.index.value);
  writer.varint(message.log_term.value);
  switch (message.kind) {
    case MessageKind::pre_vote:
    case MessageKind::pre_vote_reply:
    case MessageKind::request_vote:
    case MessageKind::request_vote_reply:
    case MessageKind::timeout_now: break;
    case MessageKind::append:
      writer.varint(message.commit.value);
      writer.varint(message.context);
      writer.varint(message.entries.size());
      for (std::size_t i = 0; i < message.entries.size(); ++i) encode(writer, message.entries[i]);
      break;
    case MessageKind::append_reply:
      writer.varint(message.hint.value);
      writer.varint(message.context);
      break;
    case MessageKind::snapshot_chunk:
      writer.varint(message.offset);
      writer.bytes(message.data.view());
      break;
    case MessageKind::snapshot_reply: writer.varint(message.offset); break;
  }
}

void decode_entries(Reader& reader, SliceBuilder& builder) {
  const std::uint64_t count = reader.varint();
  if (count > kMaxSliceEntries) reader.fail();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    Entry entry = decode_entry(reader);
    if (reader.ok()) builder.add(entry.term, entry.kind, std::move(entry.payload));
  }
}

void decode_body(Reader& reader, Message& message, SliceBuilder& builder) {
  const std::uint64_t group = reader.varint();
  if (group > UINT32_MAX) reader.fail();
  message.group = GroupId{static_cast<std::uint32_t>(group)};
  message.term = Term{reader.varint()};
  message.index = LogIndex{reader.varint()};
  message.log_term = Term{reader.varint()};
  switch (message.kind) {
    case MessageKind::pre_vote:
    case MessageKind::pre_vote_reply:
    case MessageKind::request_vote:
    case MessageKind::request_vote_reply:
    case MessageKind::timeout_now: break;
    case MessageKind::append:
      message.commit = LogIndex{reader.varint()};
      message.context = reader.varint();
      builder.clear();
      decode_entries(reader, builder);
      message.entries = builder.slice();
      break;
    case MessageKind::append_reply:
      message.hint = LogIndex{reader.varint()};
      message.context = reader.varint();
      break;
    case MessageKind::snapshot_chunk:
      message.offset = reader.varint();
      message.data = Payload(reader.bytes());
      break;
    case MessageKind::snapshot_reply: message.offset = reader.varint(); break;
  }
}

}  // namespace

void encode(const Message& message, Bytes& out) {
  const std::size_t start = out.size();
  Writer writer(out);
  writer.fixed(static_cast<std::uint8_t>(message.kind));
  const unsigned flags = (message.reject ? kReject : 0U) | (message.done ? kDone : 0U);
  writer.fixed(static_cast<std::uint8_t>(flags));
  encode_body(writer, message);
  seal(out, start);
}

Result<void> MessageDecoder::decode(BytesView bytes, Message& message) {
  message = Message{};
  const std::optional<BytesView> body = unseal(bytes);
  if (!body) return make_error_code(Errc::corrupt);
  Reader reader(*body);
  const auto kind = reader.fixed<std::uint8_t>();
  const auto flags = reader.fixed<std::uint8_t>();
  if (!is_kind(kind) || (flags & ~kFlags) != 0) return make_error_code(Errc::corrupt);
  message.kind = static_cast<MessageKind>(kind);
  message.reject = (flags & kReject) != 0;
  message.done = (flags & kDone) != 0;
  decode_body(reader, message, entries_);
  if (!reader.done()) return make_error_code(Errc::corrupt);
  return {};
}

void encode(Writer& writer, const Entry& entry) {
  writer.varint(entry.term.value);
  writer.fixed(static_cast<std::uint8_t>(entry.kind));
  writer.bytes(entry.payload.view());
}

Entry decode_entry(Reader& reader) {
  Entry entry;
  entry.term = Term{reader.varint()};
  const auto kind = reader.fixed<std::uint8_t>();
  if (kind > static_cast<std::uint8_t>(EntryKind::configuration)) reader.fail();
  entry.kind = static_cast<EntryKind>(kind);
  entry.payload = Payload(reader.bytes());
  return entry;
}

void encode(Writer& writer, const SnapshotMeta& snapshot) {
  writer.varint(snapshot.index.value);
  writer.varint(snapshot.term.value);
  writer.fixed(snapshot.hash);
  encode(writer, snapshot.configuration);
}

SnapshotMeta decode_snapshot_meta(Reader& reader) {
  SnapshotMeta snapshot;
  snapshot.index = LogIndex{reader.varint()};
  snapshot.term = Term{reader.varint()};
  snapshot.hash = reader.fixed<std::uint64_t>();
  snapshot.configuration = decode_configuration(reader);
  return snapshot;
}

}  // namespace windtunnel::raft
