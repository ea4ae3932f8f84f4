#include <windtunnel/protocols/kv/message.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/seal.h>

namespace windtunnel::kv {
namespace {

// The fields of a message of this kind; empty where it is damaged or another's.
BytesView fields_of(BytesView message, MessageKind kind) {
  const std::optional<BytesView> body = unseal(message);
  if (!body || body->empty()) return {};
  if (std::to_integer<std::uint8_t>(body->front()) != static_cast<std::uint8_t>(kind)) return {};
  return body->subspan(1);
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
  Reader reader(fields_of(message, MessageKind::request));
  Request request;
  request.id = reader.varint();
  const Result<Command> command = decode_command(reader.raw(reader.remaining()));
  if (!reader.ok() || !command) return make_error_code(Errc::corrupt);
  request.command = *command;
  return request;
}

Result<Response> decode_response(BytesView message) {
  Reader reader(fields_of(message, MessageKind::response));
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
