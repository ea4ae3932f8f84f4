#include <windtunnel/protocols/naive/message.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/seal.h>

#include <iterator>

namespace windtunnel::naive {
namespace {

constexpr std::string_view kNames[] = {"naive-request",   "naive-reply", "naive-heartbeat",
                                       "naive-replicate", "naive-pull",  "naive-state"};
constexpr auto kFirst = static_cast<std::uint8_t>(Kind::request);

void put(Writer& writer, const std::optional<std::string>& text) {
  writer.boolean(text.has_value());
  if (text) writer.text(*text);
}

std::optional<std::string> take(Reader& reader) {
  if (!reader.boolean()) return std::nullopt;
  return std::string(reader.text());
}

}  // namespace

std::string_view message_name(std::uint8_t kind) noexcept {
  const auto index = static_cast<std::uint8_t>(kind - kFirst);
  return index < std::size(kNames) ? kNames[index] : std::string_view();
}

Bytes encode(const Message& message) {
  Bytes bytes;
  Writer writer(bytes);
  writer.fixed(static_cast<std::uint8_t>(message.kind));
  writer.varint(message.id);
  writer.varint(message.epoch);
  writer.varint(message.version);
  writer.fixed(message.leader.value);
  writer.fixed(static_cast<std::uint8_t>(message.answer));
  writer.text(message.f);
  writer.text(message.key);
  put(writer, message.value);
  put(writer, message.expected);
  writer.varint(message.data.size());
  for (const auto& item : message.data) {
    writer.text(item.first);
    writer.text(item.second);
  }
  seal(bytes);
  return bytes;
}

Result<Message> decode(BytesView bytes) {
  const Error corrupt = make_error_code(Errc::corrupt);
  const std::optional<BytesView> body = unseal(bytes);
  if (!body) return corrupt;
  Reader reader(*body);
  Message message;
  message.kind = static_cast<Kind>(reader.fixed<std::uint8_t>());
  message.id = reader.varint();
  message.epoch = reader.varint();
  message.version = reader.varint();
  message.leader = NodeId{reader.fixed<std::uint32_t>()};
  message.answer = static_cast<Answer>(reader.fixed<std::uint8_t>());
  message.f = std::string(reader.text());
  message.key = std::string(reader.text());
  message.value = take(reader);
  message.expected = take(reader);
  for (std::uint64_t left = reader.varint(); left > 0 && reader.ok(); --left) {
    const std::string_view key = reader.text();
    const std::string_view value = reader.text();
    message.data.emplace(key, value);
  }
  if (!reader.done()) return corrupt;
  return message;
}

}  // namespace windtunnel::naive
