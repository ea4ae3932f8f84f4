// The steady state of a session allocates nothing of its own. (nghttp2 allocates by malloc, which
// is not counted here.)
#include "tests/bench/allocations.h"
#include <windtunnel/protocols/rpc/grpc/session.h>
#include <windtunnel/protocols/rpc/native/session.h>

#include <gtest/gtest.h>

#include <vector>

namespace windtunnel::rpc {
namespace {

constexpr Instant kNow{1'000'000'000};

// Whether there was anything to carry.
bool carry(Session& from, Session& to) {
  const BytesView bytes = from.output(kNow);
  if (bytes.empty()) return false;
  to.feed(bytes, kNow);
  from.written(bytes.size());
  return true;
}

void make_calls(Session& client, Session& server, int rounds) {
  const Metadata none;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < 20; ++i) {
      const Result<CallId> call = client.start("/a.B/C", none, kNow + seconds(5), kNow);
      ASSERT_TRUE(client.send_message(*call, as_bytes("a message of some bytes")).has_value());
      client.half_close(*call);
    }
    for (bool moved = true; moved;) {
      moved = carry(client, server);
      Event event;
      while (server.next(event)) {
        if (event.kind == Event::Kind::message) server.consume(event.call, event.credit);
        if (event.kind != Event::Kind::half_closed) continue;
        (void)server.send_message(event.call, as_bytes("an answer of some bytes"));
        server.finish(event.call, Status(), none);
      }
      moved = carry(server, client) || moved;
      while (client.next(event)) {
        if (event.kind == Event::Kind::message) client.consume(event.call, event.credit);
      }
    }
  }
}

void expect_no_allocations(Session& client, Session& server) {
  make_calls(client, server, 50);
  const std::uint64_t before = bench::allocations();
  make_calls(client, server, 50);
  EXPECT_EQ(bench::allocations(), before);
  EXPECT_EQ(client.live_calls(), 0U);
  EXPECT_EQ(server.live_calls(), 0U);
}

TEST(RpcAllocations, ASteadyGrpcSessionMakesNone) {
  GrpcSession client(Side::client, {}, kNow);
  GrpcSession server(Side::server, {}, kNow);
  expect_no_allocations(client, server);
}

TEST(RpcAllocations, ASteadyNativeSessionMakesNone) {
  NativeSession client(Side::client, {}, kNow);
  NativeSession server(Side::server, {}, kNow);
  expect_no_allocations(client, server);
}

}  // namespace
}  // namespace windtunnel::rpc
