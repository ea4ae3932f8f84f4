// Messages of services that talk in values: a kind, which faults and reports know them by (their
// first byte), a number that says which request they belong to, and a value; sealed.
//
//   enum class Kind : std::uint8_t { prepare = 1, vote, decide };
//   using Message = ValueMessage<Kind>;
//   socket.send(to, encode(Message{Kind::vote, txn, Value::boolean(true)}));
//   const std::optional<Message> message = Message::decode(bytes);
//
//   const Message request{Kind::prepare, ++last_id, body};
//   const Result<Value> answer = co_await before(env, until, ask(env, mailbox, to, request));
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/value.h>
#include <windtunnel/protocols/env/mailbox.h>
#include <windtunnel/protocols/env/task.h>

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace windtunnel {
namespace detail {

struct ValueMessageParts {
  std::uint8_t kind = 0;
  std::uint64_t id = 0;
  Value body;
};
Bytes encode_value_message(std::uint8_t kind, std::uint64_t id, const Value& body);
std::optional<ValueMessageParts> decode_value_message(BytesView bytes);
Task<Result<Value>> ask(Env& env, Mailbox& mailbox, Endpoint to, std::uint64_t id, Bytes request);

}  // namespace detail

template <class Kind>
requires std::is_enum_v<Kind>
struct ValueMessage {
  Kind kind{};
  std::uint64_t id = 0;
  Value body;

  // Nothing where the bytes are damaged, or no such message. Its kind may be none of the enum.
  static std::optional<ValueMessage> decode(BytesView bytes) {
    std::optional<detail::ValueMessageParts> parts = detail::decode_value_message(bytes);
    if (!parts) return std::nullopt;
    return ValueMessage{static_cast<Kind>(parts->kind), parts->id, std::move(parts->body)};
  }
};

template <class Kind>
Bytes encode(const ValueMessage<Kind>& message) {
  const auto kind = static_cast<std::uint8_t>(message.kind);
  return detail::encode_value_message(kind, message.id, message.body);
}

// Sends the request, once, and waits for the body of the message with its number; others that come
// are dropped. Give it a deadline
// with `before`.
template <class Kind>
Task<Result<Value>> ask(Env& env, Mailbox& mailbox, const Endpoint& to,
                        const ValueMessage<Kind>& request) {
  return detail::ask(env, mailbox, to, request.id, encode(request));
}

}  // namespace windtunnel
