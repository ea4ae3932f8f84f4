// Servers and channels in the simulator.
#include <windtunnel/protocols/rpc/native/session.h>
#include <windtunnel/sim/net/network.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>
#include "tests/unit/protocols/rpc/greeter.h"

#include <gtest/gtest.h>

#include <list>

namespace windtunnel::rpc {
namespace {

using testing::Answer;
using testing::Caller;
using testing::Greeter;
using testing::Handlers;

class World {
 public:
  explicit World(std::uint64_t seed = 1, const SessionMaker& sessions = grpc_sessions({}))
      : sim(options(seed)) {
    NodeOptions named;
    named.name = "s1";
    const auto make_server = [this, sessions](Env& env) {
      return std::make_unique<Greeter>(env, handlers, sessions);
    };
    server_id_ = sim.add_node(named, make_server).id();
    named.name = "c1";
    const Endpoint to{server_id_, testing::kGreeterPort};
    const auto make_client = [to, sessions](Env& env) {
      return std::make_unique<Caller>(env, to, sessions);
    };
    client_id_ = sim.add_node(named, make_client).id();
    sim.node(server_id_).start();
    sim.node(client_id_).start();
  }
  Node& server() { return sim.node(server_id_); }
  Node& client() { return sim.node(client_id_); }
  Greeter& greeter() { return *static_cast<Greeter*>(server().program()); }
  Caller& caller() { return *static_cast<Caller*>(client().program()); }
  void run_for(Duration duration) { sim.run_until(sim.now() + duration); }
  Instant client_now() { return client().env().clock.now(); }

  Answer& greet(CallOptions options = {}) {
    Answer& answer = answers_.emplace_back();
    caller().tasks.spawn(testing::greet(caller().env, caller().channel, options, answer));
    return answer;
  }
  Answer& ask(std::string method, CallOptions options = {}) {
    Answer& answer = answers_.emplace_back();
    caller().tasks.spawn(
        testing::ask(caller().env, caller().channel, std::move(method), options, answer));
    return answer;
  }
  void cut() { sim.network().cut(1, NodeSet{server_id_}, NodeSet{client_id_}, true); }
  void heal() { sim.network().remove_fault(1); }

  Handlers handlers;
  std::list<Answer> answers_;
  Simulation sim;

 private:
  static SimulationOptions options(std::uint64_t seed) {
    SimulationOptions chosen;
    chosen.seed = seed;
    return chosen;
  }
  NodeId server_id_;
  NodeId client_id_;
};

StatusCode code_of(const Answer& answer) {
  return answer.status ? answer.status->code : StatusCode::unknown;
}

TEST(RpcSimulated, ACallCrossesTheNetwork) {
  World world;
  const Answer& answer = world.greet();
  world.run_for(milliseconds(20));
  ASSERT_TRUE(answer.status.has_value());
  EXPECT_TRUE(answer.status->ok());
  EXPECT_EQ(answer.text, "Hello, World!");
  EXPECT_EQ(world.greeter().server.open_calls(), 0U);
}

TEST(RpcSimulated, AnUnknownMethodIsUnimplemented) {
  World world;
  const Answer& answer = world.ask("/no.Such/Method");
  world.run_for(milliseconds(20));
  EXPECT_EQ(code_of(answer), StatusCode::unimplemented);
}

TEST(RpcSimulated, StatusMessageAndTrailersArrive) {
  World world;
  const Answer& answer = world.ask("/test.Test/Refuse");
  world.run_for(milliseconds(20));
  ASSERT_TRUE(answer.status.has_value());
  EXPECT_EQ(*answer.status, (Status{StatusCode::permission_denied, "not you: 100% \xe2\x98\xba"}));
}

TEST(RpcSimulated, LossIsDelay) {
  World world;
  LinkFault fault;
  fault.impairments.loss = PerMillion{100'000};
  world.sim.network().add_fault(1, fault);
  for (int i = 0; i < 200; ++i) {
    world.greet();
    world.run_for(milliseconds(20));
  }
  world.run_for(seconds(20));
  EXPECT_GT(world.sim.network().bites(1), 0U);
  for (const Answer& answer : world.answers_) EXPECT_EQ(answer.text, "Hello, World!");
}

TEST(RpcSimulated, ADeadlineIsHonouredToTheNanosecondBehindACut) {
  World world;
  world.greet();
  world.run_for(milliseconds(20));
  world.cut();
  const Instant deadline = world.client_now() + milliseconds(700);
  const Answer& answer = world.greet({.deadline = deadline});
  world.run_for(seconds(1));
  EXPECT_EQ(code_of(answer), StatusCode::deadline_exceeded);
  EXPECT_EQ(answer.at, deadline);
  world.heal();
  world.run_for(seconds(10));
  EXPECT_EQ(world.greeter().server.open_calls(), 0U);
}

TEST(RpcSimulated, AHandlerEndsWithTheDeadlineOfItsCall) {
  World world;
  const Answer& answer =
      world.ask("/test.Test/Sleep", {.deadline = world.client_now() + milliseconds(500)});
  world.run_for(milliseconds(400));
  EXPECT_EQ(world.handlers.alive, 1);
  world.run_for(milliseconds(200));
  EXPECT_EQ(world.handlers.alive, 0);
  EXPECT_EQ(world.handlers.begun, 1);
  EXPECT_EQ(code_of(answer), StatusCode::deadline_exceeded);
}

TEST(RpcSimulated, AHandlerEndsWhenItsCallIsCancelled) {
  World world;
  world.ask("/test.Test/Sleep");
  world.run_for(milliseconds(50));
  EXPECT_EQ(world.handlers.alive, 1);
  world.caller().tasks.cancel();
  world.run_for(milliseconds(50));
  EXPECT_EQ(world.handlers.alive, 0);
  EXPECT_EQ(world.greeter().server.open_calls(), 0U);
  EXPECT_EQ(world.greeter().server.connections(), 1U);  // only the call is gone
}

TEST(RpcSimulated, AHandlerEndsWhenItsClientCrashes) {
  World world;
  world.ask("/test.Test/Sleep");
  world.run_for(milliseconds(50));
  world.client().crash(CrashKind::process);
  world.run_for(milliseconds(50));
  EXPECT_EQ(world.handlers.alive, 0);
  EXPECT_EQ(world.greeter().server.connections(), 0U);
}

TEST(RpcSimulated, ACallEndsWhenItsServerCrashesAndTheNextOneFindsTheNewLife) {
  World world;
  const Answer& lost = world.ask("/test.Test/Sleep");
  world.run_for(milliseconds(50));
  world.server().crash(CrashKind::process);
  world.run_for(milliseconds(50));
  EXPECT_EQ(code_of(lost), StatusCode::unavailable);
  const Answer& refused = world.greet();
  world.run_for(milliseconds(50));
  EXPECT_EQ(code_of(refused), StatusCode::unavailable);
  const Answer& early = world.greet();  // while backing off
  world.run_for(milliseconds(1));
  EXPECT_EQ(code_of(early), StatusCode::unavailable);
  const Answer& patient = world.greet({.wait_for_ready = true});
  world.server().start();
  world.run_for(seconds(2));
  EXPECT_EQ(patient.text, "Hello, World!");
}

Task<void> chat(Env& env, Channel& channel, std::string& said, Status& status) {
  ClientCall call(env, channel);
  Metadata metadata;
  metadata.add("x-bin", std::string_view("\x00\xff", 2));
  CallOptions options;
  if (!co_await call.start(env, "/test.Test/Echo", metadata, options)) co_return;
  Bytes reply;
  for (int i = 0; i < 50; ++i) {
    const Bytes message(static_cast<std::size_t>(i) * 3000, std::byte{1});
    co_await call.write(message);
    if (!co_await call.read(reply)) break;
    said += std::to_string(reply.size()) + " ";
  }
  call.half_close();
  status = co_await call.finish(env);
  EXPECT_EQ(call.head().find("x-bin"), std::string_view("\x00\xff", 2));
  EXPECT_EQ(call.trailers().find("x-bin"), std::string_view("\x00\xff", 2));
}

TEST(RpcSimulated, MessagesGoBothWays) {
  World world;
  std::string said;
  Status status{StatusCode::unknown, ""};
  world.caller().tasks.spawn(chat(world.caller().env, world.caller().channel, said, status));
  world.run_for(seconds(2));
  EXPECT_TRUE(status.ok()) << name_of(status.code) << status.message;
  EXPECT_TRUE(said.starts_with("0 3000 6000 "));
  EXPECT_TRUE(said.ends_with("147000 "));
}

Task<void> upload(Env& env, Channel& channel, std::string method, int messages, int& taken,
                  std::string& reply) {
  ClientCall call(env, channel);
  const Metadata none;
  CallOptions options;
  if (!co_await call.start(env, method, none, options)) co_return;
  const Bytes message(10'000, std::byte{7});
  for (; taken < messages; ++taken) {
    if (!co_await call.write(message)) co_return;
  }
  call.half_close();
  Bytes bytes;
  if (co_await call.read(bytes)) reply = as_text(bytes);
}

TEST(RpcSimulated, AWriterWaitsForAReader) {
  World world;
  Caller& caller = world.caller();
  int taken = 0;
  int stopped = 0;
  std::string reply;
  caller.tasks.spawn(upload(caller.env, caller.channel, "/test.Test/Count", 1000, taken, reply));
  caller.tasks.spawn(upload(caller.env, caller.channel, "/test.Test/Sleep", 1000, stopped, reply));
  world.run_for(seconds(20));
  EXPECT_EQ(reply, "1000 of 10000000");
  EXPECT_GT(stopped, 5);
  EXPECT_LT(stopped, 20);  // a window and a buffer of 64 KiB each
}

TEST(RpcSimulated, DrainingLetsCallsEndAndSendsNewOnesElsewhere) {
  World world;
  const Answer& open = world.ask("/test.Test/Sleep", {.deadline = world.client_now() + seconds(1)});
  world.run_for(milliseconds(50));
  world.greeter().server.drain();
  world.run_for(milliseconds(50));
  EXPECT_EQ(world.handlers.alive, 1);
  const Answer& refused = world.greet();
  world.run_for(milliseconds(50));
  EXPECT_EQ(code_of(refused), StatusCode::unavailable);  // nobody listens any more
  world.run_for(seconds(1));
  EXPECT_EQ(code_of(open), StatusCode::deadline_exceeded);
  EXPECT_EQ(world.greeter().server.connections(), 0U);
}

TEST(RpcSimulated, TheNativeFramingCarriesTheSameCalls) {
  World world(1, native_sessions({}));
  const Answer& hello = world.greet();
  const Answer& refused = world.ask("/test.Test/Refuse");
  const Answer& late =
      world.ask("/test.Test/Sleep", {.deadline = world.client_now() + milliseconds(500)});
  const Answer& lost = world.ask("/test.Test/Sleep");
  Caller& caller = world.caller();
  int taken = 0;
  std::string reply;
  caller.tasks.spawn(upload(caller.env, caller.channel, "/test.Test/Count", 1000, taken, reply));
  std::string said;
  Status status{StatusCode::unknown, ""};
  caller.tasks.spawn(chat(caller.env, caller.channel, said, status));
  world.run_for(seconds(20));
  EXPECT_EQ(hello.text, "Hello, World!");
  EXPECT_EQ(code_of(refused), StatusCode::permission_denied);
  EXPECT_EQ(code_of(late), StatusCode::deadline_exceeded);
  EXPECT_EQ(reply, "1000 of 10000000");
  EXPECT_TRUE(status.ok() && said.ends_with("147000 "));
  EXPECT_EQ(world.handlers.alive, 1);
  world.server().crash(CrashKind::process);
  world.run_for(milliseconds(50));
  EXPECT_EQ(code_of(lost), StatusCode::unavailable);
}

Digest hash_of_a_run(std::uint64_t seed) {
  World world(seed);
  LinkFault fault;
  fault.impairments.loss = PerMillion{50'000};
  world.sim.network().add_fault(1, fault);
  for (int i = 0; i < 50; ++i) {
    world.greet({.deadline = world.client_now() + milliseconds(30 * i)});
    world.run_for(milliseconds(5));
    if (i == 20) world.server().crash(CrashKind::process);
    if (i == 25) world.server().start();
  }
  world.run_for(seconds(5));
  return world.sim.trace().hash();
}

TEST(RpcSimulated, ARunIsTheSameTwice) {
  EXPECT_EQ(hash_of_a_run(3), hash_of_a_run(3));
  EXPECT_NE(hash_of_a_run(3), hash_of_a_run(4));
}

}  // namespace
}  // namespace windtunnel::rpc
