// How much time a call has left, as it travels: up to 8 digits and a unit (gRPC PROTOCOL-HTTP2.md,
// Timeout). Instants of two nodes mean nothing to each other, so a deadline travels as this.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace windtunnel::rpc {

class TimeoutText {
 public:
  // Rounded up, so that the server never gives up before the client; at least 1n.
  explicit TimeoutText(Duration timeout);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 9> text_;
  std::uint8_t size_ = 0;
};

// Nothing where it is malformed. What is longer than a Duration is the longest one.
std::optional<Duration> parse_timeout(std::string_view text);

// `now + timeout`, and kEndOfTime where that lies beyond.
Instant deadline_after(Instant now, Duration timeout);

}  // namespace windtunnel::rpc
