// Messages of a call in its bytes: a flag (compressed or not), the length in 4 bytes, the highest
// first, and the message (gRPC PROTOCOL-HTTP2.md, Length-Prefixed-Message). Frames of the carrier
// have nothing to do with where one begins.
#pragma once

#include <windtunnel/protocols/base/bytes.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace windtunnel::rpc {

inline constexpr std::size_t kMessagePrefixBytes = 5;
inline constexpr std::size_t kMaxMessageDefault = std::size_t{4} << 20;

void append_message_prefix(Bytes& out, std::size_t size, bool is_compressed);

// Takes a call's bytes apart. Its buffer grows with what has arrived, not with what a prefix
// promises.
class Deframer {
 public:
  enum class Found : std::uint8_t {
    nothing,  // all of the input was taken
    message,
    too_large,  // than the limit; nothing can be read after it
    malformed,  // a flag that does not exist; the same
  };

  // Takes what it can use from the front of `input`, up to the end of one message.
  Found take(BytesView& input, std::size_t limit);
  // The message found; whoever takes it leaves another buffer, whose contents are dropped.
  Bytes& message() { return message_; }
  bool is_compressed() const { return std::to_integer<int>(prefix_[0]) == 1; }
  // Of the message that has begun, with its prefix: what has arrived, and what it will have. The
  // latter is 0 until the prefix is there.
  std::size_t arrived() const { return prefix_used_ + message_.size(); }
  std::size_t expected() const { return has_prefix() ? kMessagePrefixBytes + length_ : 0; }
  void clear();

 private:
  bool has_prefix() const { return prefix_used_ == kMessagePrefixBytes; }

  std::array<std::byte, kMessagePrefixBytes> prefix_{};
  std::size_t prefix_used_ = 0;
  std::size_t length_ = 0;
  bool is_found_ = false;
  Bytes message_;
};

}  // namespace windtunnel::rpc
