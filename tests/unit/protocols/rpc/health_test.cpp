#include <windtunnel/protocols/rpc/health.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>
#include "tests/unit/protocols/rpc/greeter.h"

#include <gtest/gtest.h>

namespace windtunnel::rpc {
namespace {

class Healthy final : public Service {
 public:
  explicit Healthy(Env& env) : health(env), server(env, grpc_sessions({})) {
    health.serve_on(server);
    health.set("", Health::Serving::yes);
    health.set("a.B", Health::Serving::no);
  }
  void start() override { WT_ASSERT(server.listen(testing::kGreeterPort), "the port is free"); }
  Health health;
  Server server;
};

Task<void> check(Env& env, Channel& channel, Bytes request, Bytes& reply, Status& status) {
  const CallOptions options;
  status =
      co_await call_unary(env, channel, "/grpc.health.v1.Health/Check", request, reply, options);
}

Task<void> watch(Env& env, Channel& channel, Bytes request, std::string& told) {
  ClientCall call(env, channel);
  const Metadata none;
  const CallOptions options;
  if (!co_await call.start(env, "/grpc.health.v1.Health/Watch", none, options)) co_return;
  co_await call.write(request);
  call.half_close();
  Bytes reply;
  while (co_await call.read(reply)) told += static_cast<char>('0' + std::to_integer<int>(reply[1]));
}

TEST(RpcHealth, IsCheckedAndWatched) {
  Simulation sim({});
  NodeOptions named;
  named.name = "s1";
  Node& server = sim.add_node(named, [](Env& env) { return std::make_unique<Healthy>(env); });
  named.name = "c1";
  const Endpoint to{server.id(), testing::kGreeterPort};
  Node& client =
      sim.add_node(named, [to](Env& env) { return std::make_unique<testing::Caller>(env, to); });
  server.start();
  client.start();
  auto& caller = *static_cast<testing::Caller*>(client.program());
  auto& health = static_cast<Healthy*>(server.program())->health;
  const char* names[] = {"", "a.B", "no.Such"};
  Bytes replies[3];
  Status ends[3];
  for (int i = 0; i < 3; ++i) {
    const Bytes request = testing::hello_message(names[i]);  // of the same shape
    caller.tasks.spawn(check(caller.env, caller.channel, request, replies[i], ends[i]));
  }
  std::string told;
  caller.tasks.spawn(watch(caller.env, caller.channel, testing::hello_message("later.X"), told));
  sim.run_until(Instant{} + milliseconds(50));
  EXPECT_EQ(as_text(replies[0]), "\x08\x01");
  EXPECT_EQ(as_text(replies[1]), "\x08\x02");
  EXPECT_EQ(ends[2].code, StatusCode::not_found);
  EXPECT_EQ(told, "3");
  health.set("later.X", Health::Serving::yes);
  sim.run_until(Instant{} + milliseconds(100));
  health.set("later.X", Health::Serving::no);
  sim.run_until(Instant{} + milliseconds(150));
  EXPECT_EQ(told, "312");
}

}  // namespace
}  // namespace windtunnel::rpc
