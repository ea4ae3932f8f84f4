// What the clients and the nodes of the store say to each other.
#pragma once

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/seal.h>
#include <windtunnel/protocols/env/transport.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace store {

using namespace windtunnel;

inline constexpr Port kPort = 7300;

// The first byte of a message: faults and reports tell messages apart by it.
enum class Kind : std::uint8_t { query = 0x80, update, reply };

// Which of two values is the newer one. No two writes have the same.
struct Stamp {
  std::uint64_t count = 0;
  std::uint64_t draw = 0;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

struct Message {
  Kind kind = Kind::query;
  std::uint64_t id = 0;  // of the request; its replies have the same
  std::string key;
  // Of an update: what to keep. Of a reply: what the node keeps; nothing, if it was told nothing.
  Stamp stamp;
  std::optional<std::string> value;
};

inline Bytes encode(const Message& message) {
  Bytes bytes;
  Writer writer(bytes);
  writer.fixed(static_cast<std::uint8_t>(message.kind));
  writer.varint(message.id);
  writer.text(message.key);
  writer.varint(message.stamp.count);
  writer.fixed(message.stamp.draw);
  writer.boolean(message.value.has_value());
  if (message.value) writer.text(*message.value);
  seal(bytes);
  return bytes;
}

// Nothing, if the bytes are damaged.
inline std::optional<Message> decode(BytesView bytes) {
  Reader reader(unseal(bytes).value_or(BytesView()));
  Message message;
  message.kind = static_cast<Kind>(reader.fixed<std::uint8_t>());
  message.id = reader.varint();
  message.key = std::string(reader.text());
  message.stamp.count = reader.varint();
  message.stamp.draw = reader.fixed<std::uint64_t>();
  if (reader.boolean()) message.value = std::string(reader.text());
  if (!reader.done()) return std::nullopt;
  return message;
}

}  // namespace store
