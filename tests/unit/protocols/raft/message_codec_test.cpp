#include <windtunnel/protocols/raft/message_codec.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace windtunnel::raft {
namespace {

Message any_message() {
  Message message;
  message.kind = static_cast<MessageKind>(*rc::gen::inRange(1, 9));
  message.reject = *rc::gen::arbitrary<bool>();
  message.done = *rc::gen::arbitrary<bool>();
  message.group = GroupId{*rc::gen::arbitrary<std::uint32_t>()};
  message.term = Term{*rc::gen::arbitrary<std::uint64_t>()};
  message.index = LogIndex{*rc::gen::arbitrary<std::uint64_t>()};
  message.log_term = Term{*rc::gen::arbitrary<std::uint64_t>()};
  const auto number = *rc::gen::arbitrary<std::uint64_t>();
  const auto bytes = *rc::gen::arbitrary<std::string>();
  switch (message.kind) {
    case MessageKind::append: {
      message.commit = LogIndex{number};
      message.context = number / 3;
      SliceBuilder builder;
      builder.clear();
      const int count = *rc::gen::inRange(0, 8);
      for (int i = 0; i < count; ++i) {
        builder.add(Term{number + static_cast<std::uint64_t>(i)}, EntryKind::command,
                    Payload(as_bytes(bytes)));
      }
      message.entries = builder.slice();
      break;
    }
    case MessageKind::append_reply:
      message.hint = LogIndex{number};
      message.context = number / 5;
      break;
    case MessageKind::snapshot_chunk:
      message.offset = number;
      message.data = Payload(as_bytes(bytes));
      break;
    case MessageKind::snapshot_reply: message.offset = number; break;
    default: break;
  }
  return message;
}

RC_GTEST_PROP(MessageCodec, ReturnsWhatWasEncoded, ()) {
  const Message message = any_message();
  Bytes bytes;
  encode(message, bytes);
  RC_ASSERT(std::to_integer<int>(bytes[0]) == static_cast<int>(message.kind));
  MessageDecoder decoder;
  Message decoded;
  RC_ASSERT(decoder.decode(bytes, decoded).has_value());
  RC_ASSERT(decoded == message);
}

RC_GTEST_PROP(MessageCodec, NoticesAnyFlippedBitAndAnyCut, ()) {
  Bytes bytes;
  encode(any_message(), bytes);
  Bytes damaged = bytes;
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  damaged[at] ^= static_cast<std::byte>(1U << *rc::gen::inRange(0, 8));
  MessageDecoder decoder;
  Message message;
  RC_ASSERT(!decoder.decode(damaged, message).has_value());
  RC_ASSERT(!decoder.decode(BytesView(bytes).first(at), message).has_value());
}

// With a right checksum, so that the fields themselves are reached.
RC_GTEST_PROP(MessageCodec, SurvivesAnyBytes, ()) {
  const auto junk = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
  Bytes bytes;
  Writer writer(bytes);
  writer.fixed(static_cast<std::uint8_t>(*rc::gen::inRange(0, 11)));
  writer.fixed(static_cast<std::uint8_t>(*rc::gen::inRange(0, 4)));
  for (const std::uint8_t byte : junk) writer.fixed(byte);
  writer.fixed(crc32c(bytes));
  MessageDecoder decoder;
  Message message;
  const Result<void> decoded = decoder.decode(bytes, message);
  if (!decoded.has_value()) RC_ASSERT(decoded.error() == Errc::corrupt);
}

TEST(MessageCodec, ADecodedMessageKeepsItsEntriesWhenTheDecoderGoesOn) {
  Bytes bytes[2];
  for (int i = 0; i < 2; ++i) {
    SliceBuilder builder;
    builder.clear();
    builder.add(Term{1}, EntryKind::command, Payload(as_bytes(i == 0 ? "first" : "second")));
    Message message;
    message.entries = builder.slice();
    encode(message, bytes[i]);
  }
  MessageDecoder decoder;
  Message first;
  Message second;
  ASSERT_TRUE(decoder.decode(bytes[0], first).has_value());
  ASSERT_TRUE(decoder.decode(bytes[1], second).has_value());
  EXPECT_EQ(as_text(first.entries[0].payload.view()), "first");
  EXPECT_EQ(as_text(second.entries[0].payload.view()), "second");
}

TEST(MessageCodec, SnapshotMetaReturnsAndRefusesOverlappingSets) {
  SnapshotMeta meta{LogIndex{7}, Term{3}, 99, Configuration::of_voters({NodeId{2}, NodeId{0}})};
  Bytes bytes;
  Writer writer(bytes);
  encode(writer, meta);
  Reader reader(bytes);
  EXPECT_EQ(decode_snapshot_meta(reader), meta);
  EXPECT_TRUE(reader.done());
  meta.configuration.learners = {NodeId{2}};
  Bytes overlapping;
  Writer other(overlapping);
  encode(other, meta);
  Reader bad(overlapping);
  (void)decode_snapshot_meta(bad);
  EXPECT_FALSE(bad.ok());
}

}  // namespace
}  // namespace windtunnel::raft
