#include <windtunnel/protocols/kv/message.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/hash.h>

namespace windtunnel::kv {
namespace {

constexpr std::size_t kChecksumBytes = sizeof(std::uint32_t);

void seal(Bytes& out, std::size_t start) {
  const std::uint32_t checksum = crc32c(BytesView(out).subspan(start));
  Writer(out).fixed(checksum);
}

// The fields of a message of this kind; empty where it is damaged or another's.
BytesView unseal(BytesView message, MessageKind kind) {
  if (message.size() < 1 + kChecksumBytes) return {};
  const BytesView body = message.first(message.size() - kChecksumBytes);
  Reader tail(message.subspan(body.size()));
  if (tail.fixed<std::uint32_t>() != crc32c(body)) return {};
  if (std::to_integer<std::uint8_t>(body.front()) != static_cast<std::uint8_t>(kind)) return {};
  return body.subspan(1);
}

}  // namespace

std::string_view message_name(std::uint8_t kind) noexcept {
  if (kind == static_cast<std::uint8_t>(MessageKind::request)) return "kv-request";
  if (kind == static_cast<std::uint8_t>(MessageKind::response)) return "kv-response";
  return {};
}

void encode(const Request& request, Bytes& out) {
  const std::size_t start = out.size();
  Writer writer(out);
  writer.fixed(static_cast<std::uint8_t>(MessageKind::request));
  writer.varint(request.id);
  encode(request.command, out);
  seal(out, start);
}

void encode(const Response& response, Bytes& out) {
  const std::size_t start = out.size();
  Writer writer(out);
  writer.fixed(static_cast<std::uint8_t>(MessageKind::response));
  writer.varint(response.id);
  writer.fixed(static_cast<std::uint8_t>(response.status));
  writer.varint(response.session);
  writer.fixed(response.leader.value);
  writer.boolean(response.value.has_value());
  if (response.value) writer.text(*response.value);
  seal(out, start);
}

Result<Request> decode_request(BytesView message) {
  Reader reader(unseal(message, MessageKind::request));
  Request request;
  request.id = reader.varint();
  const Result<Command> command = decode_command(reader.raw(reader.remaining()));
  if (!reader.ok() || !command) return make_error_code(Errc::corrupt);
  request.command = *command;
  return request;
}

Result<Response> decode_response(BytesView message) {
  Reader reader(unseal(message, MessageKind::response));
  Response response;
  response.id = reader.varint();
  response.status = static_cast<Status>(reader.fixed<std::uint8_t>());
  response.session = reader.varint();
  response.leader = NodeId{reader.fixed<std::uint32_t>()};
  if (reader.boolean()) response.value = reader.text();
  if (!reader.done() || response.status > Status::invalid) return make_error_code(Errc::corrupt);
  return response;
}

}  // namespace windtunnel::kv
