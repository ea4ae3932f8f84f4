#include <windtunnel/protocols/asio/wire.h>

#include <windtunnel/protocols/base/codec.h>

namespace windtunnel::wire {
namespace {

constexpr std::uint32_t kMagic = 0x4e545744;  // "DWTN" as bytes
constexpr std::uint8_t kVersion = 1;

}  // namespace

void encode(const Greeting& greeting, Bytes& out) {
  Writer writer(out);
  writer.fixed(kMagic);
  writer.fixed(kVersion);
  writer.fixed(static_cast<std::uint8_t>(greeting.kind));
  writer.fixed(greeting.from.port);
  writer.fixed(greeting.from.node.value);
  writer.fixed(greeting.to.node.value);
  writer.fixed(greeting.to.port);
  writer.fixed(std::uint16_t{0});
}

std::optional<Greeting> decode_greeting(BytesView bytes) {
  Reader reader(bytes);
  if (reader.fixed<std::uint32_t>() != kMagic) return std::nullopt;
  if (reader.fixed<std::uint8_t>() != kVersion) return std::nullopt;
  const auto kind = reader.fixed<std::uint8_t>();
  Greeting greeting;
  greeting.from.port = reader.fixed<Port>();
  greeting.from.node = NodeId{reader.fixed<std::uint32_t>()};
  greeting.to.node = NodeId{reader.fixed<std::uint32_t>()};
  greeting.to.port = reader.fixed<Port>();
  const auto padding = reader.fixed<std::uint16_t>();
  if (!reader.done() || padding != 0) return std::nullopt;
  if (kind != static_cast<std::uint8_t>(Kind::messages) &&
      kind != static_cast<std::uint8_t>(Kind::stream)) {
    return std::nullopt;
  }
  greeting.kind = static_cast<Kind>(kind);
  return greeting;
}

void encode(Answer answer, Bytes& out) {
  Writer writer(out);
  writer.fixed(kMagic);
  writer.fixed(static_cast<std::uint32_t>(answer));
}

std::optional<Answer> decode_answer(BytesView bytes) {
  Reader reader(bytes);
  if (reader.fixed<std::uint32_t>() != kMagic) return std::nullopt;
  const auto answer = reader.fixed<std::uint32_t>();
  const auto last = static_cast<std::uint32_t>(Answer::wrong_node);
  if (!reader.done() || answer > last) return std::nullopt;
  return static_cast<Answer>(answer);
}

void encode(const FrameHeader& header, Bytes& out) {
  Writer writer(out);
  writer.fixed(header.length);
  writer.fixed(header.from);
  writer.fixed(header.to);
}

std::optional<FrameHeader> decode_frame_header(BytesView bytes) {
  Reader reader(bytes);
  FrameHeader header;
  header.length = reader.fixed<std::uint32_t>();
  header.from = reader.fixed<Port>();
  header.to = reader.fixed<Port>();
  if (!reader.done() || header.length > kMaxMessageBytes) return std::nullopt;
  return header;
}

}  // namespace windtunnel::wire
