// What a client of the store and its servers say to each other, over unreliable messages.
//
// A message is: kind (1 byte), fields, CRC-32C of all that (4 bytes).
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/env/transport.h>
#include <windtunnel/protocols/kv/command.h>
#include <windtunnel/protocols/kv/state_machine.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace windtunnel::kv {

// The port on which servers hear clients.
inline constexpr Port kClientPort = 7100;

// First byte of a message. Append only: numbers are on the wire.
enum class MessageKind : std::uint8_t { request = 0x60, response = 0x61 };
// "kv-request", "kv-response"; empty for another byte.
std::string_view message_name(std::uint8_t kind) noexcept;

struct Request {
  // Chosen by the client; comes back in the response. All tries of one operation carry the same.
  std::uint64_t id = 0;
  Command command;
};

struct Response {
  std::uint64_t id = 0;
  Status status = Status::unavailable;
  // Of `open_session`.
  SessionId session = 0;
  // With `not_leader`: who may be; kNoNode where the server does not know.
  NodeId leader = kNoNode;
  // Of a read: nothing where the key is not set.
  std::optional<std::string_view> value;
};

// Append to `out`. Decoded views point into `message`; Errc::corrupt where it is damaged or of
// another kind.
void encode(const Request& request, Bytes& out);
void encode(const Response& response, Bytes& out);
Result<Request> decode_request(BytesView message);
Result<Response> decode_response(BytesView message);

}  // namespace windtunnel::kv
