// A scope gives a service a part of its node: two that share a node meet nowhere, and reach their
// like on other nodes.
#include <windtunnel/protocols/env/scoped_env.h>
#include "tests/conformance/suite.h"

namespace windtunnel::conformance {
namespace {

Task<void> make(Env& env, ScopedEnv& scope, Errc& out) {
  const Result<void> made = co_await scope.make_directory(env);
  out = made ? Errc::ok : code_of(made.error());
}

class ScopeOf : public Conformance {
 protected:
  Errc make_directory(ScopedEnv& scope, NodeId node) {
    Errc made = Errc::would_block;
    TaskScope tasks;
    tasks.spawn(make(world->env(node), scope, made));
    EXPECT_TRUE(world->run_until([&] { return made != Errc::would_block; }));
    return made;
  }
  Errc finish(const Waiter& waiter) {
    EXPECT_TRUE(world->run_until([&] { return !waiter.armed(); }));
    return waiter.error();
  }
  Errc create(Env& env, std::string_view path) {
    Flag flag;
    env.disk.open(path, OpenMode::create_new, flag);
    return finish(flag);
  }
  std::vector<std::string> list(Env& env, std::string_view path) {
    ListFlag flag;
    env.disk.list(path, flag);
    EXPECT_EQ(finish(flag), Errc::ok);
    return flag.names;
  }
  std::unique_ptr<MessageSocket> bound(Env& env, Port port, MessageSink& sink) {
    Result<std::unique_ptr<MessageSocket>> socket = env.transport.bind(port, sink);
    EXPECT_TRUE(socket.has_value());
    return std::move(*socket);
  }
  bool delivered(MessageSocket& from, const Endpoint& to, std::string_view text,
                 const Inbox& inbox) {
    for (int attempt = 0; attempt < 50; ++attempt) {
      EXPECT_TRUE(from.send(to, as_bytes(text)).has_value());
      if (world->run_until([&] { return !inbox.letters.empty(); }, milliseconds(200))) return true;
    }
    return false;
  }

  NodeId one = world->add_node();
  NodeId two = world->add_node();
};
WT_IN_BOTH_WORLDS(ScopeOf);

TEST_P(ScopeOf, FilesOfTwoServicesAreApart) {
  ScopedEnv a(world->env(one), {"a", 0});
  ScopedEnv b(world->env(one), {"b", 100});
  EXPECT_EQ(create(a.env(), "meta"), Errc::not_found) << "its directory comes first";
  ASSERT_EQ(make_directory(a, one), Errc::ok);
  ASSERT_EQ(make_directory(b, one), Errc::ok);
  EXPECT_EQ(create(a.env(), "meta"), Errc::ok);
  EXPECT_EQ(create(b.env(), "meta"), Errc::ok);
  Flag renamed, removed, made, synced;
  b.env().disk.make_directory("log", made);
  ASSERT_EQ(finish(made), Errc::ok);
  b.env().disk.rename("meta", "log/meta", renamed);
  ASSERT_EQ(finish(renamed), Errc::ok);
  b.env().disk.sync_directory("", synced);
  ASSERT_EQ(finish(synced), Errc::ok);
  EXPECT_EQ(list(a.env(), ""), std::vector<std::string>{"meta"});
  EXPECT_EQ(list(b.env(), ""), std::vector<std::string>{"log/"});
  EXPECT_EQ(list(b.env(), "log"), std::vector<std::string>{"meta"});
  EXPECT_EQ(list(world->env(one), ""), (std::vector<std::string>{"a/", "b/"}));
  b.env().disk.remove("log/meta", removed);
  ASSERT_EQ(finish(removed), Errc::ok);
  EXPECT_EQ(list(a.env(), ""), std::vector<std::string>{"meta"});
}

TEST_P(ScopeOf, DirectoryIsMadeOnceAndStays) {
  {
    ScopedEnv scope(world->env(one), {"a", 0});
    ASSERT_EQ(make_directory(scope, one), Errc::ok);
    ASSERT_EQ(create(scope.env(), "kept"), Errc::ok);
  }
  world->crash(one);
  world->restart(one);
  ScopedEnv scope(world->env(one), {"a", 0});
  EXPECT_EQ(make_directory(scope, one), Errc::ok);
  EXPECT_EQ(list(scope.env(), ""), std::vector<std::string>{"kept"});
}

TEST_P(ScopeOf, PortsOfTwoServicesAreApartAndReachTheirLike) {
  ScopedEnv a(world->env(one), {"a", 0});
  ScopedEnv b(world->env(one), {"b", 100});
  ScopedEnv b_there(world->env(two), {"b", 100});
  Inbox at_a, at_b, there;
  const std::unique_ptr<MessageSocket> socket_a = bound(a.env(), 7, at_a);
  const std::unique_ptr<MessageSocket> socket_b = bound(b.env(), 7, at_b);
  const std::unique_ptr<MessageSocket> socket_there = bound(b_there.env(), 7, there);
  EXPECT_EQ(socket_b->local(), (Endpoint{one, 7}));
  ASSERT_TRUE(delivered(*socket_there, {one, 7}, "to b", at_b));
  EXPECT_EQ(at_b.letters[0].from, (Endpoint{two, 7}));
  EXPECT_TRUE(at_a.letters.empty());
}

TEST_P(ScopeOf, AnswerToAServiceOfAnotherScopeFindsIt) {
  ScopedEnv a(world->env(one), {"a", 0});
  ScopedEnv b(world->env(two), {"b", 100});
  Inbox at_a, at_b;
  const std::unique_ptr<MessageSocket> socket_a = bound(a.env(), 7, at_a);
  const std::unique_ptr<MessageSocket> socket_b = bound(b.env(), 7, at_b);
  ASSERT_TRUE(delivered(*socket_a, {two, a.port_of(7, 100)}, "ask", at_b));
  ASSERT_TRUE(delivered(*socket_b, at_b.letters[0].from, "answer", at_a));
  EXPECT_EQ(at_a.letters[0].from, (Endpoint{two, a.port_of(7, 100)}));
  EXPECT_EQ(at_b.letters[0].from, (Endpoint{one, b.port_of(7, 0)}));
}

TEST_P(ScopeOf, ClientOnAnEphemeralPortIsAnswered) {
  ScopedEnv b(world->env(two), {"b", 100});
  Inbox at_b, at_client;
  const std::unique_ptr<MessageSocket> server = bound(b.env(), 7, at_b);
  const std::unique_ptr<MessageSocket> client = bound(world->env(one), 0, at_client);
  ASSERT_TRUE(delivered(*client, {two, 107}, "ask", at_b));
  EXPECT_EQ(at_b.letters[0].from, client->local());
  ASSERT_TRUE(delivered(*server, client->local(), "answer", at_client));
  EXPECT_EQ(at_client.letters[0].from, (Endpoint{two, 107}));
}

TEST_P(ScopeOf, StreamsAreMovedAlike) {
  ScopedEnv here(world->env(one), {"b", 100});
  ScopedEnv there(world->env(two), {"b", 100});
  const Result<std::unique_ptr<Listener>> listener = there.env().transport.listen(7);
  ASSERT_TRUE(listener.has_value());
  EXPECT_EQ((*listener)->local(), (Endpoint{two, 7}));
  Flag connected, acceptable;
  const std::unique_ptr<Stream> client = here.env().transport.connect({two, 7}, connected);
  (*listener)->when_acceptable(acceptable);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1 && acceptable.runs == 1; }));
  const Result<std::unique_ptr<Stream>> server = (*listener)->accept();
  ASSERT_TRUE(server.has_value());
  EXPECT_EQ((*server)->local(), (Endpoint{two, 7}));
  EXPECT_EQ(client->remote(), (Endpoint{two, 7}));
  EXPECT_EQ((*server)->remote(), client->local());
}

TEST(Scope, MovesPortsOneToOne) {
  std::vector<bool> seen(kFirstEphemeralPort);
  for (Port port = 1; port < kFirstEphemeralPort; ++port) {
    const Port moved = moved_port(port, 49'000);
    ASSERT_GT(moved, 0);
    ASSERT_LT(moved, kFirstEphemeralPort);
    ASSERT_FALSE(seen[moved]);
    seen[moved] = true;
    ASSERT_EQ(moved_port_back(moved, 49'000), port);
  }
  EXPECT_EQ(moved_port(0, 100), 0) << "any port";
  EXPECT_EQ(moved_port(50'000, 100), 50'000);
}

}  // namespace
}  // namespace windtunnel::conformance
