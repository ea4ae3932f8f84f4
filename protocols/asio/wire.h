// Private to this folder: what goes over a TCP connection between nodes. No Boost.Asio.
//
//   connector -> acceptor   greeting   magic, version, kind, both nodes, both ports (20 bytes)
//   acceptor -> connector   answer     magic, answer (8 bytes)
//   messages: then, in both directions, frames: length, from port, to port (8 bytes), the message
//   stream:   then the bytes of the stream
//
// Integers are little-endian. The connector sends nothing after the greeting until it was answered.
#pragma once

#include <windtunnel/protocols/env/transport.h>

#include <array>
#include <optional>

namespace windtunnel::wire {

inline constexpr std::size_t kGreetingBytes = 20;
inline constexpr std::size_t kAnswerBytes = 8;
inline constexpr std::size_t kFrameHeaderBytes = 8;

enum class Kind : std::uint8_t { messages = 1, stream = 2 };

struct Greeting {
  Kind kind = Kind::messages;
  Endpoint from;
  Endpoint to;
  friend bool operator==(const Greeting&, const Greeting&) = default;
};

enum class Answer : std::uint8_t {
  accepted = 0,
  refused = 1,     // nobody listens at that port
  wrong_node = 2,  // another node lives at this address
};

struct FrameHeader {
  std::uint32_t length = 0;
  Port from = 0;
  Port to = 0;
  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

// Appends.
void encode(const Greeting& greeting, Bytes& out);
void encode(Answer answer, Bytes& out);
void encode(const FrameHeader& header, Bytes& out);

// The input is untrusted, and exactly as long as the constants above say. nullopt: not ours.
std::optional<Greeting> decode_greeting(BytesView bytes);
std::optional<Answer> decode_answer(BytesView bytes);
// nullopt: longer than a message may be.
std::optional<FrameHeader> decode_frame_header(BytesView bytes);

}  // namespace windtunnel::wire
