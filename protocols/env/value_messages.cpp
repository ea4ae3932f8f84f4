#include <windtunnel/protocols/env/value_messages.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/seal.h>
#include <windtunnel/protocols/base/value_codec.h>

namespace windtunnel::detail {

Bytes encode_value_message(std::uint8_t kind, std::uint64_t id, const Value& body) {
  Bytes bytes;
  Writer writer(bytes);
  writer.fixed(kind);
  writer.varint(id);
  write_value(writer, body);
  seal(bytes);
  return bytes;
}

std::optional<ValueMessageParts> decode_value_message(BytesView bytes) {
  const std::optional<BytesView> whole = unseal(bytes);
  if (!whole) return std::nullopt;
  Reader reader(*whole);
  ValueMessageParts parts;
  parts.kind = reader.fixed<std::uint8_t>();
  parts.id = reader.varint();
  parts.body = read_value(reader);
  if (!reader.done()) return std::nullopt;
  return parts;
}

Task<Result<Value>> ask(Env&, Mailbox& mailbox, Endpoint to, std::uint64_t id, Bytes request) {
  (void)mailbox.socket().send(to, request);  // Lost, if it does not leave.
  for (;;) {
    const Result<Mailbox::Message> got = co_await mailbox.next();
    if (!got) co_return got.error();
    std::optional<ValueMessageParts> parts = decode_value_message(got->bytes);
    if (parts && parts->id == id) co_return std::move(parts->body);
  }
}

}  // namespace windtunnel::detail
