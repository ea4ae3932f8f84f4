// Destroying a waiter forgets the completion and not the effect, on every port; and a node that
// ends with everything armed leaves nothing behind.
#include "tests/conformance/suite.h"

namespace windtunnel::conformance {
namespace {

class CancellationOf : public Conformance {
 protected:
  NodeId one = world->add_node();
  NodeId two = world->add_node();
  Env& env = world->env(one);
  Files files{*world, one};
};
WT_IN_BOTH_WORLDS(CancellationOf);

TEST_P(CancellationOf, DestroyedTimerIsForgotten) {
  auto gone = std::make_unique<Flag>();
  Flag sentinel;
  env.timers.arm(env.clock.now() + milliseconds(2), *gone);
  env.timers.arm(env.clock.now() + milliseconds(4), sentinel);
  gone.reset();
  EXPECT_TRUE(world->run_until([&] { return sentinel.runs == 1; }));
}

TEST_P(CancellationOf, DestroyedWriteStillTakesEffect) {
  const File file = files.opened("file");
  auto gone = std::make_unique<Flag>();
  env.disk.write(file, 0, as_bytes("written"), *gone);
  gone.reset();
  EXPECT_EQ(files.contents(file), "written");
}

TEST_P(CancellationOf, DestroyedRenameStillTakesEffect) {
  files.opened("old");
  auto gone = std::make_unique<Flag>();
  env.disk.rename("old", "new", *gone);
  gone.reset();
  world->run_for(milliseconds(100));
  EXPECT_TRUE(files.open("new", OpenMode::read).has_value());
}

TEST_P(CancellationOf, DestroyedOpenStillMakesTheFile) {
  auto gone = std::make_unique<Flag>();
  env.disk.open("file", OpenMode::create_new, *gone);
  gone.reset();
  world->run_for(milliseconds(100));
  EXPECT_TRUE(files.open("file", OpenMode::read).has_value());
}

TEST_P(CancellationOf, DestroyedReadAndListAreForgotten) {
  const File file = files.opened("file");
  auto read = std::make_unique<ReadFlag>();
  auto listing = std::make_unique<ListFlag>();
  env.disk.read(file, 0, 10, *read);
  env.disk.list("", *listing);
  read.reset();
  listing.reset();
  EXPECT_EQ(files.contents(file), "");
}

TEST_P(CancellationOf, WaiterMayBeUsedAgainAfterDisarming) {
  const File file = files.opened("file");
  Flag flag;
  env.disk.write(file, 0, as_bytes("one"), flag);
  flag.disarm();
  env.disk.write(file, 3, as_bytes("two"), flag);
  ASSERT_EQ(files.finish(flag), Errc::ok);
  EXPECT_EQ(flag.runs, 1);
  EXPECT_EQ(files.contents(file), "onetwo");
}

TEST_P(CancellationOf, DestroyedReadinessIsForgottenAndTheBytesStay) {
  const Connection c = connect(*world, one, two);
  auto gone = std::make_unique<Flag>();
  c.client->when_readable(*gone);
  gone.reset();
  ASSERT_TRUE(c.server->write(as_bytes("stay")).has_value());
  Flag again;
  c.client->when_readable(again);
  ASSERT_TRUE(world->run_until([&] { return again.runs == 1; }));
  Bytes into(10);
  EXPECT_EQ(c.client->read(into).value(), 4U);
}

TEST_P(CancellationOf, DestroyedAcceptIsForgottenAndTheConnectionStays) {
  const Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  auto gone = std::make_unique<Flag>();
  (*listener)->when_acceptable(*gone);
  gone.reset();
  Flag connected;
  const std::unique_ptr<Stream> client = env.transport.connect({two, 5}, connected);
  ASSERT_TRUE(world->run_until([&] { return connected.runs == 1; }));
  world->run_for(milliseconds(5));
  EXPECT_TRUE((*listener)->accept().has_value());
}

TEST_P(CancellationOf, DestroyedConnectWaiterIsForgottenAndTheStreamOpens) {
  const Result<std::unique_ptr<Listener>> listener = world->env(two).transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  auto gone = std::make_unique<Flag>();
  const std::unique_ptr<Stream> client = env.transport.connect({two, 5}, *gone);
  gone.reset();
  Flag open;
  client->when_writable(open);
  ASSERT_TRUE(world->run_until([&] { return open.runs == 1; }));
  EXPECT_TRUE(client->write(as_bytes("x")).has_value());
}

TEST_P(CancellationOf, DestroyedStreamForgetsItsWaiters) {
  Connection c = connect(*world, one, two);
  Flag readable_flag;
  c.client->when_readable(readable_flag);
  c.client.reset();
  EXPECT_FALSE(readable_flag.armed());
}

TEST_P(CancellationOf, DestroyedListenerForgetsItsWaiter) {
  Result<std::unique_ptr<Listener>> listener = env.transport.listen(5);
  ASSERT_TRUE(listener.has_value());
  Flag acceptable_flag;
  (*listener)->when_acceptable(acceptable_flag);
  listener->reset();
  EXPECT_FALSE(acceptable_flag.armed());
}

Task<void> sleep_long(Env& env) { co_await sleep_for(env, seconds(1000)); }
Task<void> wait_inside(Env& env) { co_await sleep_long(env); }

TEST_P(CancellationOf, DestroyedTaskForgetsWhatItsChildrenWaitFor) {
  auto scope = std::make_unique<TaskScope>();
  scope->spawn(wait_inside(env));
  world->run_for(milliseconds(1));
  scope.reset();
  Flag flag;
  env.executor.post(flag);
  EXPECT_TRUE(world->run_until([&] { return flag.runs == 1; }));
}

// Holds a waiter on every port, and uses every port when it is destroyed.
struct Everything {
  Everything(World& world, NodeId node, NodeId peer)
      : env(world.env(node)), connection(connect(world, node, peer)) {
    env.timers.arm(env.clock.now() + seconds(1000), timer);
    env.executor.post(posted);
    connection.client->when_readable(readable_flag);
    connection.client->when_writable(writable_flag);
    listener = *env.transport.listen(77);
    listener->when_acceptable(acceptable_flag);
    socket = *env.transport.bind(0, inbox);
    connecting = env.transport.connect({peer, 1}, connected);
    env.disk.open("file", OpenMode::create, opened);
    env.disk.list("", listing);
    tasks.spawn(wait_inside(env));
  }
  ~Everything() {
    Flag late;
    env.executor.post(late);
    env.timers.arm(Instant{}, late);
    env.timers.arm(env.clock.now() + seconds(1), late);
    env.disk.open("hostile", OpenMode::create, late);
    env.disk.remove("file", late);
    static_cast<void>(socket->send(connection.client->remote(), as_bytes("hostile")));
    EXPECT_EQ(code_of(connection.client->write(as_bytes("hostile")).error()), Errc::closed);
    EXPECT_EQ(code_of(listener->accept().error()), Errc::closed);
    connection.client->when_readable(late);
    listener->when_acceptable(late);
    const std::unique_ptr<Stream> stream = env.transport.connect({env.self, 77}, late);
    static_cast<void>(env.transport.listen(78));
    EXPECT_FALSE(late.armed());
  }
  Env& env;
  Connection connection;
  std::unique_ptr<Listener> listener;
  Inbox inbox;
  std::unique_ptr<MessageSocket> socket;
  std::unique_ptr<Stream> connecting;
  Flag timer, posted, readable_flag, writable_flag, acceptable_flag, connected, opened;
  ListFlag listing;
  TaskScope tasks;
};

// The listener and the accepted stream belong to the peer.
std::shared_ptr<Everything> arm_everything(World& world, NodeId node, NodeId peer) {
  auto everything = std::make_shared<Everything>(world, node, peer);
  world.keep(peer, std::move(everything->connection.listener));
  world.keep(peer, std::move(everything->connection.server));
  return everything;
}

// Ends its process, and then goes on as if nothing had happened.
class Leaver final : public Waiter {
 public:
  explicit Leaver(Env& env) : env_(env) {}
  void run() noexcept override {
    env_.process.exit("it has seen enough");
    env_.process.exit("and again");
    env_.disk.remove("file", late_);
    env_.timers.arm(Instant{}, late_);
    env_.executor.post(late_);
    EXPECT_FALSE(late_.armed());
  }

 private:
  Env& env_;
  Flag late_;
};

TEST_P(CancellationOf, ExitIsACrashFromWithin) {
  files.opened("file");
  std::vector<int> log;
  auto next = std::make_shared<Scribe>(log, 1);
  auto timer = std::make_shared<Scribe>(log, 2);
  auto leaver = std::make_shared<Leaver>(env);
  // Connecting runs the world, so it comes first: what is armed must be the program's by then.
  world->keep(one, arm_everything(*world, one, two));
  world->keep(one, next);
  world->keep(one, timer);
  world->keep(one, leaver);
  env.executor.post(*leaver);
  env.executor.post(*next);
  env.timers.arm(env.clock.now() + milliseconds(2), *timer);
  leaver.reset();
  next.reset();
  timer.reset();
  world->run_for(milliseconds(20));
  EXPECT_TRUE(log.empty()) << "nothing runs after the code that ended its process";
  world->crash(one);  // Takes the node down where nobody has yet.
  world->restart(one);
  EXPECT_TRUE(files.open("file", OpenMode::read).has_value());
}

TEST_P(CancellationOf, CrashWithEverythingArmedLeavesNothingBehind) {
  world->keep(one, arm_everything(*world, one, two));
  world->crash(one);
  world->run_for(milliseconds(20));
  world->restart(one);
  EXPECT_TRUE(files.open("file", OpenMode::read).has_value());
  const Result<File> hostile = files.open("hostile", OpenMode::read);
  ASSERT_FALSE(hostile.has_value());
  EXPECT_EQ(code_of(hostile.error()), Errc::not_found);
}

TEST_P(CancellationOf, WorldMayEndWithEverythingArmed) {
  world->keep(one, arm_everything(*world, one, two));
  world->run_for(milliseconds(5));
  world.reset();
}

}  // namespace
}  // namespace windtunnel::conformance
