// A request or an answer in a stream: the length of the message in four bytes, then the message.
#pragma once

#include <windtunnel/protocols/base/value_codec.h>
#include <windtunnel/protocols/env/message_classes.h>
#include <windtunnel/protocols/env/race.h>
#include <windtunnel/protocols/env/streams.h>

#include <string>

namespace frames {

using namespace windtunnel;

inline constexpr Port kPort = 7000;
inline constexpr std::size_t kHeaderBytes = 4;
inline constexpr std::size_t kMaxMessage = 64 * 1024;

// The first byte of a message: what faults and reports know it by.
enum class Kind : std::uint8_t { get = 1, put, answer };

struct Message {
  Kind kind = Kind::answer;
  std::uint64_t id = 0;  // an answer has its request's
  std::string key;
  Value value;
};

inline Bytes framed(const Message& message) {
  Bytes body;
  Writer writer(body);
  writer.fixed(static_cast<std::uint8_t>(message.kind));
  writer.varint(message.id);
  writer.text(message.key);
  write_value(writer, message.value);
  Bytes frame;
  Writer whole(frame);
  whole.fixed(static_cast<std::uint32_t>(body.size()));
  whole.raw(body);
  return frame;
}

// How the tunnel finds the messages in a stream.
inline StreamFrame frame_of(Port, BytesView bytes) {
  StreamFrame frame;
  if (bytes.size() < kHeaderBytes) return frame;
  const auto length = Reader(bytes).fixed<std::uint32_t>();
  frame.header = kHeaderBytes;
  frame.size = kHeaderBytes + length;
  frame.malformed = length == 0 || length > kMaxMessage;
  return frame;
}

// The next message. Errc::timed_out, Errc::closed where the stream ends, Errc::corrupt.
inline Task<Result<Message>> read_message(Env& env, Stream& stream, Instant deadline) {
  Bytes header(kHeaderBytes);
  Result<void> read = co_await before(env, deadline, read_exactly(stream, header));
  if (!read) co_return read.error();
  const StreamFrame frame = frame_of(kPort, header);
  if (frame.malformed) co_return Errc::corrupt;
  Bytes body(frame.size - kHeaderBytes);
  read = co_await before(env, deadline, read_exactly(stream, body));
  if (!read) co_return read.error();
  Reader reader(body);
  Message message;
  message.kind = static_cast<Kind>(reader.fixed<std::uint8_t>());
  message.id = reader.varint();
  message.key = reader.text();
  message.value = read_value(reader);
  if (!reader.done()) co_return Errc::corrupt;
  co_return message;
}

}  // namespace frames
