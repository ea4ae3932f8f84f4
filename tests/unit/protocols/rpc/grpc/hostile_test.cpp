// Peers that break the protocol, or that follow it without measure: an end, and bounded memory. A
// flood is answered by somebody who never reads.
#include "tests/unit/protocols/rpc/session_pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>

#include <malloc.h>

namespace windtunnel::rpc {
namespace {

using testing::bytes_of;
using testing::End;
using testing::Pair;

constexpr std::uint8_t kData = 0;
constexpr std::uint8_t kHeaders = 1;
constexpr std::uint8_t kPriority = 2;
constexpr std::uint8_t kReset = 3;
constexpr std::uint8_t kSettings = 4;
constexpr std::uint8_t kPing = 6;
constexpr std::uint8_t kWindowUpdate = 8;
constexpr std::uint8_t kContinuation = 9;
constexpr std::uint8_t kEndStream = 1;
constexpr std::uint8_t kEndHeaders = 4;

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                  std::string_view payload) {
  std::string bytes;
  const auto size = static_cast<std::uint32_t>(payload.size());
  for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(stream >> shift);
  return bytes + std::string(payload);
}

// HPACK without the dynamic table (RFC 7541 6.2.2): POST http <path> x application/grpc.
std::string request_block(std::string_view path, std::string_view content_type) {
  std::string block = "\x83\x86\x04";
  block += static_cast<char>(path.size());
  block += path;
  block += "\x01\x01x\x0f\x10";
  block += static_cast<char>(content_type.size());
  block += content_type;
  return block;
}
std::string request(std::uint32_t stream, std::uint8_t flags = 0,
                    std::string_view content_type = "application/grpc") {
  return frame(kHeaders, kEndHeaders | flags, stream, request_block("/a.B/C", content_type));
}

const std::string kHello =
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(kSettings, 0, 0, "") + frame(kSettings, 1, 0, "");

struct Victim : End {
  explicit Victim(const GrpcOptions& options = {})
      : End(std::make_unique<GrpcSession>(Side::server, options, now)) {
    feed(kHello);
    while (!take_output(now, SIZE_MAX).empty()) {
    }
  }
  void feed(std::string_view bytes) {
    session->feed(as_bytes(bytes), now);
    listen();
    messages.clear();
  }
  // What it writes, frame by frame, as types.
  std::string answer() {
    const Bytes bytes = take_output(now, SIZE_MAX);
    listen();
    std::string types;
    for (std::size_t at = 0; at + 9 <= bytes.size();) {
      const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[at + i]); };
      types += static_cast<char>('0' + byte(3));
      at += 9 + (byte(0) << 16 | byte(1) << 8 | byte(2));
    }
    return types;
  }
  bool is_closed() const { return !lines.empty() && lines.back().starts_with("closed"); }
  Instant now{1'000'000'000};
};

std::size_t heap_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Feeds what `next` makes, 8 MiB of it or until the connection has ended; returns by how much the
// heap has grown at most.
std::size_t flood(Victim& victim, const std::function<std::string(std::uint32_t)>& next) {
  const std::size_t before = heap_in_use();
  std::size_t most = 0;
  std::size_t fed = 0;
  for (std::uint32_t i = 0; fed < std::size_t{8} << 20 && !victim.is_closed(); ++i) {
    std::string chunk;
    while (chunk.size() < 8000) chunk += next(i++);
    --i;
    fed += chunk.size();
    victim.feed(chunk);
    victim.lines.erase(victim.lines.begin(),
                       victim.lines.end() - std::min<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(
                                                                            victim.lines.size())));
    victim.calls.clear();
    const std::size_t now_used = heap_in_use();
    most = std::max(most, now_used > before ? now_used - before : 0);
  }
  return most;
}

// After a flood: whoever is told to go is gone once its patience is over.
bool ends(Victim& victim) {
  if (victim.is_closed()) return true;
  victim.now = victim.now + GrpcSession::kCalmPatience;
  victim.session->on_time(victim.now);
  victim.listen();
  return victim.is_closed() && victim.session->is_finished();
}

struct Flood {
  const char* name;
  std::function<std::string(std::uint32_t)> next;
  // Whether it ends the connection; otherwise it takes up nothing.
  bool ends;
};

const std::uint8_t kNoFlags = 0;

std::vector<Flood> floods() {
  const std::string key_value = std::string("\x00\x04keyy\x7f\x81\x1d", 9);  // 4000 bytes follow
  return {
      {"pings", [](std::uint32_t) { return frame(kPing, 0, 0, "12345678"); }, true},
      {"settings", [](std::uint32_t) { return frame(kSettings, 0, 0, ""); }, true},
      {"rapid resets",
       [](std::uint32_t i) {
         return request(2 * i + 1) + frame(kReset, 0, 2 * i + 1, std::string("\0\0\0\x08", 4));
       },
       true},
      {"endless continuation",
       [key_value](std::uint32_t i) {
         const std::string block = key_value + std::string(4000, 'x');
         return i == 0 ? frame(kHeaders, kNoFlags, 1, request_block("/a.B/C", "application/grpc"))
                       : frame(kContinuation, 0, 1, block);
       },
       true},
      {"empty continuations",
       [](std::uint32_t i) {
         return i == 0 ? frame(kHeaders, 0, 1, request_block("/a.B/C", "application/grpc"))
                       : frame(kContinuation, 0, 1, "");
       },
       true},
      {"calls of unknown content, answered and not read",
       [](std::uint32_t i) { return request(2 * i + 1, kEndStream, "text/html"); }, false},
      {"empty messages that nobody reads",
       [](std::uint32_t i) {
         return i == 0 ? request(1) : frame(kData, 0, 1, std::string(5, '\0'));
       },
       false},
      {"more than the window",
       [](std::uint32_t i) {
         const std::string prefix("\0\0\1\0\0", 5);
         return i == 0 ? request(1) : frame(kData, 0, 1, prefix + std::string(10'000, 'x'));
       },
       false},
      {"data of no stream",
       [](std::uint32_t) { return frame(kData, 0, 7, std::string(10'000, 'x')); }, true},
      {"empty data", [](std::uint32_t i) { return i == 0 ? request(1) : frame(kData, 0, 1, ""); },
       false},
      {"window updates",
       [](std::uint32_t) { return frame(kWindowUpdate, 0, 0, std::string("\x7f\xff\xff\xff", 4)); },
       true},
      {"priorities",
       [](std::uint32_t i) {
         return frame(kPriority, 0, 2 * i + 1, std::string("\0\0\0\0\x10", 5));
       },
       false},
      {"unknown frames", [](std::uint32_t) { return frame(0xfa, 0, 0, std::string(10'000, 'x')); },
       false},
  };
}

TEST(GrpcHostile, FloodsAreBounded) {
  for (const Flood& one : floods()) {
    GrpcOptions options;
    Victim victim(options);
    victim.consumes = false;
    const std::size_t grown = flood(victim, one.next);
    EXPECT_LT(grown, std::size_t{4} << 20) << one.name;
    if (one.ends) {
      EXPECT_TRUE(ends(victim)) << one.name;
    }
  }
}

TEST(GrpcHostile, MessagesThatNeverEndAreBoundedTogether) {
  GrpcOptions options;
  options.max_partial_bytes = std::size_t{8} << 20;
  Victim victim(options);
  const std::size_t before = heap_in_use();
  // 100 messages of 4 MiB less a little, each on a stream of its own, all at once.
  const std::string prefix("\0\0\x3f\xff\xf0", 5);
  for (std::uint32_t stream = 1; stream < 200; stream += 2) {
    victim.feed(request(stream) + frame(kData, 0, stream, prefix));
  }
  for (int i = 0; i < 200 && !victim.is_closed(); ++i) {
    for (std::uint32_t stream = 1; stream < 200; stream += 2) {
      victim.feed(frame(kData, 0, stream, std::string(16'000, 'x')));
      while (!victim.take_output(victim.now, SIZE_MAX).empty()) {
      }
    }
  }
  // Buffers may be twice what is in them.
  EXPECT_LT(heap_in_use() - before, std::size_t{24} << 20);
}

TEST(GrpcHostile, WhatIsNotHttp2Ends) {
  Victim other;
  GrpcSession session(Side::server, {}, other.now);
  session.feed(as_bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), other.now);
  Event event;
  ASSERT_TRUE(session.next(event));
  EXPECT_EQ(event.kind, Event::Kind::closed);
  EXPECT_TRUE(session.is_finished());
}

TEST(GrpcHostile, WhatIsNotGrpcIsAnsweredByHttp) {
  Victim victim;
  victim.feed(request(1, 0, "application/json"));
  EXPECT_EQ(victim.answer(), "13");  // HEADERS with END_STREAM, RST_STREAM NO_ERROR
  EXPECT_TRUE(victim.lines.empty());
  EXPECT_EQ(victim.session->live_calls(), 0U);
}

TEST(GrpcHostile, AMalformedMessageEndsItsCall) {
  Victim victim;
  victim.feed(request(1) + frame(kData, 0, 1, "\x07zzzz"));
  EXPECT_EQ(victim.lines.back(), "ended INTERNAL 'malformed message'");
  EXPECT_EQ(victim.answer(), "13");
  victim.feed(request(3) + frame(kData, kEndStream, 3, std::string("\0\0\0\0\x09half", 9)));
  EXPECT_EQ(victim.lines.back(), "ended INTERNAL 'the call was half-closed within a message'");
  victim.feed(request(5));
  EXPECT_EQ(victim.lines.back(), "call /a.B/C");
}

// A conversation, a byte of which is another: no crash, and the books balance.
RC_GTEST_PROP(GrpcHostile, DamageEndsAConnectionAtWorst, ()) {
  Pair pair;
  const CallId call = pair.start("/a.B/Chat", {}, pair.now + seconds(5));
  (void)pair.at_client().send_message(call, bytes_of(2000));
  pair.at_client().half_close(call);
  pair.start("/a.B/Other");
  const bool at_server = *rc::gen::arbitrary<bool>();
  int left = *rc::gen::inRange(0, 2500);
  for (int round = 0; round < 50; ++round) {
    for (const bool there : {true, false}) {
      End& from = there ? pair.client : pair.server;
      End& to = there ? pair.server : pair.client;
      Bytes bytes = from.take_output(pair.now, SIZE_MAX);
      if (there == at_server && left >= 0 && !bytes.empty()) {
        const std::size_t at = static_cast<std::size_t>(left) % bytes.size();
        bytes[at] ^= static_cast<std::byte>(*rc::gen::inRange(1, 256));
        left = -1;
      }
      from.listen();
      to.session->feed(bytes, pair.now);
      to.listen();
      for (const CallId arrived : pair.server.calls) {
        (void)pair.at_server().send_message(arrived, bytes_of(300));
        pair.at_server().finish(arrived, {}, {});
      }
      pair.server.calls.clear();
    }
  }
  for (End* end : {&pair.client, &pair.server}) {
    end->session->disconnected("over", pair.now);
    end->listen();
    RC_ASSERT(end->session->live_calls() == 0U);
    RC_ASSERT(end->session->is_finished());
  }
}

}  // namespace
}  // namespace windtunnel::rpc
