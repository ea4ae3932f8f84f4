// How a call ends: one of the 17 codes of gRPC and a text for people (grpc/doc/statuscodes.md), and
// what errors of the carriers below mean as such (http-grpc-status-mapping.md, PROTOCOL-HTTP2.md).
#pragma once

#include <windtunnel/protocols/rpc/policy/status_code.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace windtunnel::rpc {

// The number as it stands in grpc-status. What is no number of a code is `unknown`.
StatusCode parse_status_code(std::string_view digits) noexcept;

struct [[nodiscard]] Status {
  StatusCode code = StatusCode::ok;
  std::string message{};

  bool ok() const { return code == StatusCode::ok; }
  friend bool operator==(const Status&, const Status&) = default;
};

// The status of a response without grpc-status, from its HTTP status.
StatusCode status_of_http(unsigned http_status) noexcept;
// The status of a call whose stream the peer has reset, from the error code of HTTP/2.
StatusCode status_of_reset(std::uint32_t http2_error) noexcept;

// grpc-message: all but printable ASCII, and '%', as %XX. Appends to `out`.
void append_percent_encoded(std::string& out, std::string_view text);
// Lenient, as the protocol asks: what is no escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace windtunnel::rpc
