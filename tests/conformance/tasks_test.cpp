// The coroutine tools on both worlds: deadlines on every kind of wait, the first of several,
// streams for tasks, channels, and what is left of what was cancelled.
#include <windtunnel/protocols/env/channel.h>
#include <windtunnel/protocols/env/race.h>
#include "tests/conformance/suite.h"

#include <optional>

namespace windtunnel::conformance {
namespace {

class TasksOf : public Conformance {
 protected:
  // Runs the world until `result` is there, and tells how it ended.
  template <class T>
  Errc end_of(const std::optional<Result<T>>& result) {
    EXPECT_TRUE(world->run_until([&] { return result.has_value(); }));
    if (!result.has_value() || result->has_value()) return Errc::ok;
    return code_of(result->error());
  }
  std::unique_ptr<Listener> listen(NodeId node, Port port) {
    Result<std::unique_ptr<Listener>> listener = world->env(node).transport.listen(port);
    EXPECT_TRUE(listener.has_value());
    return std::move(*listener);
  }

  NodeId one = world->add_node();
  NodeId two = world->add_node();
  Env& env = world->env(one);
  TaskScope scope;
};
WT_IN_BOTH_WORLDS(TasksOf);

template <class T>
using Ending = std::optional<Result<T>>;

Task<void> read_before(Env& env, Duration patience, Ending<Bytes>& out) {
  const Instant deadline = env.clock.now() + patience;
  const Result<File> file = co_await before(env, deadline, open_file(env, "f", OpenMode::create));
  if (!file) {
    out = file.error();
    co_return;
  }
  const Result<void> written = co_await write_file(env, *file, 0, as_bytes("abc"));
  EXPECT_TRUE(written.has_value());
  Result<Bytes> bytes = co_await before(env, deadline, read_file(env, *file, 0, 3));
  out = std::move(bytes);
}

TEST_P(TasksOf, DiskOperationWithADeadlineYieldsWhatItYields) {
  Ending<Bytes> read;
  scope.spawn(read_before(env, seconds(10), read));
  ASSERT_EQ(end_of(read), Errc::ok);
  EXPECT_EQ(as_text(**read), "abc");
}

TEST_P(TasksOf, DiskOperationOverItsDeadlineIsNotStarted) {
  Ending<Bytes> read;
  scope.spawn(read_before(env, Duration{}, read));
  ASSERT_EQ(end_of(read), Errc::timed_out);
  Files files(*world, one);
  EXPECT_FALSE(files.open("f", OpenMode::read).has_value());
}

Task<void> wait_for_message(Env& env, Mailbox& mailbox, Ending<Mailbox::Message>& out) {
  const Instant deadline = env.clock.now() + milliseconds(5);
  Result<Mailbox::Message> message = co_await before(env, deadline, mailbox.next());
  out = std::move(message);
}

TEST_P(TasksOf, MailboxTimesOutAtTheDeadline) {
  Mailbox mailbox(env);
  ASSERT_TRUE(mailbox.open(7).has_value());
  Ending<Mailbox::Message> message;
  const Instant begun = env.clock.now();
  scope.spawn(wait_for_message(env, mailbox, message));
  ASSERT_EQ(end_of(message), Errc::timed_out);
  EXPECT_GE(env.clock.now() - begun, milliseconds(5));
}

Task<void> connect_before(Env& env, Endpoint to, Duration patience, Ending<void>& out) {
  const Instant deadline = env.clock.now() + patience;
  const Result<std::unique_ptr<Stream>> stream =
      co_await before(env, deadline, connect_stream(env, to));
  if (stream) {
    out = Result<void>();
  } else {
    out = stream.error();
  }
}

TEST_P(TasksOf, ConnectYieldsAStreamOrWhyNot) {
  const std::unique_ptr<Listener> listener = listen(two, 5);
  Ending<void> connected, refused;
  scope.spawn(connect_before(env, {two, 5}, seconds(10), connected));
  EXPECT_EQ(end_of(connected), Errc::ok);
  scope.spawn(connect_before(env, {two, 6}, seconds(10), refused));
  EXPECT_EQ(end_of(refused), Errc::refused);
}

TEST_P(TasksOf, ConnectThatNothingAnswersTimesOutAtTheDeadline) {
  world->black_hole(one, two);
  Ending<void> connected;
  scope.spawn(connect_before(env, {two, 5}, milliseconds(10), connected));
  EXPECT_EQ(end_of(connected), Errc::timed_out);
}

// Frames: one byte that says how many follow.
Task<Result<Bytes>> read_frame(Env&, Stream& stream) {
  Bytes size(1);
  const Result<void> header = co_await read_exactly(stream, size);
  if (!header) co_return header.error();
  Bytes body(static_cast<std::size_t>(size[0]));
  const Result<void> read = co_await read_exactly(stream, body);
  if (!read) co_return read.error();
  co_return body;
}

Task<void> serve_one(Env& env, Listener& listener, Duration patience, Ending<void>& out) {
  Result<std::unique_ptr<Stream>> stream = co_await accept_stream(listener);
  if (!stream) co_return;
  Stream& peer = **stream;
  for (;;) {
    const Instant deadline = env.clock.now() + patience;
    const Result<Bytes> frame = co_await before(env, deadline, read_frame(env, peer));
    if (!frame) {
      out = frame.error();
      co_return;
    }
    const Result<void> echoed = co_await write_all(peer, *frame);
    if (!echoed) co_return;
  }
}

Task<void> say(Env& env, Endpoint to, std::string text, std::size_t expected, Ending<Bytes>& out) {
  const Result<std::unique_ptr<Stream>> stream = co_await connect_stream(env, to);
  if (!stream) co_return;
  const Result<void> written = co_await write_all(**stream, as_bytes(text));
  EXPECT_TRUE(written.has_value());
  Bytes answer(expected);
  const Result<void> read = co_await read_exactly(**stream, answer);
  if (read) {
    out = answer;
  } else {
    out = read.error();
  }
}

TEST_P(TasksOf, FramesAreReadAndAnsweredUntilTheStreamEnds) {
  const std::unique_ptr<Listener> listener = listen(two, 5);
  Ending<void> served;
  Ending<Bytes> answer;
  TaskScope server;
  server.spawn(serve_one(world->env(two), *listener, seconds(10), served));
  scope.spawn(say(env, {two, 5}, "\3abc\2de", 5, answer));
  ASSERT_EQ(end_of(answer), Errc::ok);
  EXPECT_EQ(as_text(**answer), "abcde");
  EXPECT_EQ(end_of(served), Errc::closed) << "the client has gone";
}

TEST_P(TasksOf, FrameThatDoesNotComeTimesOutAndEndsTheStream) {
  const std::unique_ptr<Listener> listener = listen(two, 5);
  Ending<void> served;
  Ending<Bytes> answer;
  TaskScope server;
  server.spawn(serve_one(world->env(two), *listener, milliseconds(20), served));
  scope.spawn(say(env, {two, 5}, "\3ab", 1, answer));
  EXPECT_EQ(end_of(served), Errc::timed_out);
  EXPECT_NE(end_of(answer), Errc::ok) << "the server has let go of the stream";
}

TEST_P(TasksOf, LargeWriteWaitsForItsReader) {
  const Connection c = connect(*world, one, two);
  const Bytes sent = make_bytes(std::size_t{3} << 20);
  Bytes received(sent.size());
  Ending<void> reading;
  struct Copy {
    static Task<void> write(Env&, Stream& stream, BytesView bytes) {
      const Result<void> written = co_await write_all(stream, bytes);
      EXPECT_TRUE(written.has_value());
    }
    static Task<void> read(Env&, Stream& stream, MutableBytesView into, Ending<void>& out) {
      const Result<void> got = co_await read_exactly(stream, into);
      out = got;
    }
  };
  TaskScope server;
  scope.spawn(Copy::write(env, *c.client, sent));
  server.spawn(Copy::read(world->env(two), *c.server, received, reading));
  ASSERT_EQ(end_of(reading), Errc::ok);
  EXPECT_TRUE(sent == received);
}

Task<void> first_of_both(Env& env, Stream& a, Stream& b, std::optional<std::size_t>& out,
                         Bytes& into) {
  static_cast<void>(env);
  ReadSome from_a = read_some(a, into);
  Readable from_b = readable(b);
  out = co_await any_of(from_a, from_b);
}

TEST_P(TasksOf, FirstOfTwoStreamsIsNamedAndTheOtherMayBeReadLater) {
  const Connection a = connect(*world, one, two);
  const Connection b = connect(*world, one, two);
  std::optional<std::size_t> which;
  Bytes into(10);
  scope.spawn(first_of_both(env, *a.client, *b.client, which, into));
  ASSERT_TRUE(b.server->write(as_bytes("here")).has_value());
  ASSERT_TRUE(world->run_until([&] { return which.has_value(); }));
  EXPECT_EQ(*which, 1U);
  ASSERT_TRUE(a.server->write(as_bytes("later")).has_value());
  Flag flag;
  a.client->when_readable(flag);
  ASSERT_TRUE(world->run_until([&] { return flag.runs == 1; }));
  EXPECT_EQ(a.client->read(into).value(), 5U);
}

Task<void> produce(Env& env, Channel<int>& channel, int count) {
  for (int i = 0; i < count; ++i) {
    const Result<void> sent = co_await channel.send(i);
    EXPECT_TRUE(sent.has_value());
    if (i % 7 == 0) co_await sleep_for(env, microseconds(10));
  }
  channel.close();
}
Task<void> consume(Env&, Channel<int>& channel, std::vector<int>& out, bool& done) {
  for (;;) {
    const Result<int> value = co_await channel.receive();
    if (!value) break;
    out.push_back(*value);
  }
  done = true;
}

TEST_P(TasksOf, ChannelHandsOverEverythingInOrder) {
  Channel<int> channel(env, 3);
  std::vector<int> got;
  bool done = false;
  TaskScope tasks;
  tasks.spawn(consume(env, channel, got, done));
  tasks.spawn(produce(env, channel, 100));
  ASSERT_TRUE(world->run_until([&] { return done; }));
  ASSERT_EQ(got.size(), 100U);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

Task<void> woken(Env&, Signal& signal, int& count) {
  co_await signal.wait();
  ++count;
}

TEST_P(TasksOf, SignalWakesOneOrAll) {
  Signal signal(env);
  int count = 0;
  TaskScope tasks;
  for (int i = 0; i < 3; ++i) tasks.spawn(woken(env, signal, count));
  signal.notify_one();
  EXPECT_EQ(count, 0);
  ASSERT_TRUE(world->run_until([&] { return count == 1; }));
  signal.notify_all();
  ASSERT_TRUE(world->run_until([&] { return count == 3; }));
}

// A program that waits for everything there is, with deadlines, and whose destructors use it all.
struct Waiting {
  explicit Waiting(World& world, NodeId node, NodeId peer)
      : env(world.env(node)), to{peer, 1}, channel(env, 1), signal(env), mailbox(env) {
    EXPECT_TRUE(mailbox.open(0).has_value());
    tasks.spawn(wait(env, *this));
    tasks.spawn(nest(env, *this));
  }
  struct Hostile {
    Waiting& all;
    ~Hostile() {
      all.signal.notify_all();
      static_cast<void>(all.channel.try_send(1));
      static_cast<void>(all.channel.try_receive());
      all.tasks.spawn(sleep(all.env));
      all.tasks.cancel_soon(all.env);
    }
  };
  static Task<void> sleep(Env& env) { co_await sleep_for(env, seconds(100)); }
  static Task<void> wait(Env& env, Waiting& all) {
    const Hostile hostile{all};
    Channel<int>::Receive value = all.channel.receive();
    SignalWait woken = all.signal.wait();
    Mailbox::Next message = all.mailbox.next();
    const Result<std::unique_ptr<Listener>> listener = env.transport.listen(0);
    if (!listener) co_return;
    AcceptStream accepted = accept_stream(**listener);
    ConnectStream connected = connect_stream(env, all.to);
    const Instant deadline = env.clock.now() + seconds(100);
    const Result<std::size_t> which =
        co_await before(env, deadline, any_of(value, woken, message, accepted, connected));
    static_cast<void>(which);
  }
  static Task<void> nest(Env& env, Waiting& all) {
    const Hostile hostile{all};
    TaskScope children;
    children.spawn(wait(env, all));
    children.spawn(sleep(env));
    co_await children.joined(env);
  }
  Env& env;
  Endpoint to;
  Channel<int> channel;
  Signal signal;
  Mailbox mailbox;
  TaskScope tasks;
};

TEST_P(TasksOf, CrashWithEverythingAwaitedLeavesNothingBehind) {
  world->black_hole(one, two);
  world->keep(one, std::make_shared<Waiting>(*world, one, two));
  world->crash(one);
  world->run_for(milliseconds(20));
  world->restart(one);
  world->keep(one, std::make_shared<Waiting>(*world, one, two));
  world->run_for(milliseconds(5));
  world.reset();
}

}  // namespace
}  // namespace windtunnel::conformance
