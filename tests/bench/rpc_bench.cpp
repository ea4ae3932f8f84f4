// What a call costs: session against session, through memory.
#include <windtunnel/protocols/rpc/grpc/session.h>
#include <windtunnel/protocols/rpc/native/session.h>
#include "tests/bench/allocations.h"

#include <benchmark/benchmark.h>

#include <memory>

namespace windtunnel::rpc {
namespace {

constexpr Instant kNow{1'000'000'000};

// Brings what one has to say to the other, and lets it act.
template <class Act>
bool carry(Session& from, Session& to, const Act& act) {
  const BytesView bytes = from.output(kNow);
  Event event;
  while (from.next(event)) {
  }
  if (bytes.empty()) return false;
  to.feed(bytes, kNow);
  from.written(bytes.size());
  while (to.next(event)) act(event);
  return true;
}

// `state.range(0)` calls at a time, with messages of `state.range(1)` bytes.
void unary_calls(benchmark::State& state, Session& client, Session& server) {
  const Bytes message(static_cast<std::size_t>(state.range(1)), std::byte{7});
  const Metadata none;
  std::int64_t ended = 0;
  const auto serve = [&](const Event& event) {
    if (event.kind == Event::Kind::message) {
      server.consume(event.call, event.credit);
    } else if (event.kind == Event::Kind::half_closed) {
      (void)server.send_message(event.call, message);
      server.finish(event.call, Status(), none);
    }
  };
  const auto hear = [&](const Event& event) {
    if (event.kind == Event::Kind::message) client.consume(event.call, event.credit);
    if (event.kind == Event::Kind::ended) ++ended;
  };
  const auto round = [&] {
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      const Result<CallId> call = client.start("/a.B/C", none, kNow + seconds(5), kNow);
      (void)client.send_message(*call, message);
      client.half_close(*call);
    }
    for (bool moved = true; moved;) {
      const bool there = carry(client, server, serve);
      const bool back = carry(server, client, hear);
      moved = there || back;
    }
  };
  for (int i = 0; i < 100; ++i) round();
  ended = 0;
  const std::uint64_t before = bench::allocations();
  for (auto _ : state) round();
  const auto allocations = static_cast<double>(bench::allocations() - before);
  state.SetItemsProcessed(ended);
  state.counters["allocs_per_call"] = allocations / static_cast<double>(ended);
}

void grpc_unary(benchmark::State& state) {
  GrpcSession client(Side::client, {}, kNow);
  GrpcSession server(Side::server, {}, kNow);
  unary_calls(state, client, server);
}
BENCHMARK(grpc_unary)->Args({1, 64})->Args({64, 64})->Args({1, 16'384});

void native_unary(benchmark::State& state) {
  NativeSession client(Side::client, {}, kNow);
  NativeSession server(Side::server, {}, kNow);
  unary_calls(state, client, server);
}
BENCHMARK(native_unary)->Args({1, 64})->Args({64, 64})->Args({1, 16'384});

}  // namespace
}  // namespace windtunnel::rpc
