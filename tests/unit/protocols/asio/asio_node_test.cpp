// What only the real world has: strangers on the network, addresses, signals, limits.
#include <windtunnel/protocols/asio/asio_env.h>
#include <windtunnel/protocols/asio/run_service.h>
#include <windtunnel/protocols/asio/wire.h>
#include <windtunnel/protocols/env/await.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <regex>
#include <string>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace windtunnel {
namespace {

class Counting final : public MessageSink {
 public:
  void on_message(const Endpoint& from, BytesView message) override {
    ++count;
    sender = from;
    last = to_bytes(message);
  }
  int count = 0;
  Endpoint sender;
  Bytes last;
};

// A TCP connection that knows nothing of Windtunnel.
class Stranger {
 public:
  explicit Stranger(std::uint16_t port)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Stranger() { ::close(socket_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  void say(BytesView bytes) {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  // Reads what is there; true once the other side has hung up.
  bool hung_up() {
    char buffer[256];
    ssize_t count = 0;
    do {
      count = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
    } while (count > 0);
    return count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }

 private:
  int socket_;
};

class AsioNodeOn : public ::testing::Test {
 protected:
  std::unique_ptr<AsioNode> open(std::uint32_t id, bool listens = true) {
    AsioOptions options;
    options.id = NodeId{id};
    if (listens) options.listen = "127.0.0.1:0";
    options.send_queue_limit = std::size_t{1} << 20;
    options.connect_timeout = milliseconds(200);
    Result<std::unique_ptr<AsioNode>> node = AsioNode::open(loop, options);
    EXPECT_TRUE(node.has_value());
    return std::move(*node);
  }
  static std::string address_of(const AsioNode& node) {
    return "127.0.0.1:" + std::to_string(node.tcp_port());
  }
  static std::unique_ptr<MessageSocket> bound(AsioNode& node, Port port, MessageSink& sink) {
    return *node.env().transport.bind(port, sink);
  }
  bool hangs_up_on(BytesView bytes) {
    Stranger stranger(server->tcp_port());
    stranger.say(bytes);
    return loop.run_until([&] { return stranger.hung_up(); }, seconds(2));
  }
  // The node still serves others.
  bool serves() {
    const int before = received.count;
    const std::unique_ptr<AsioNode> client = open(9, false);
    EXPECT_TRUE(client->set_peer(NodeId{1}, address_of(*server)).has_value());
    Counting answers;
    const std::unique_ptr<MessageSocket> socket = bound(*client, 0, answers);
    EXPECT_TRUE(socket->send({NodeId{1}, 7}, as_bytes("x")).has_value());
    return loop.run_until([&] { return received.count > before; }, seconds(2));
  }

  AsioLoop loop;
  std::unique_ptr<AsioNode> server = open(1);
  Counting received;
  std::unique_ptr<MessageSocket> port = bound(*server, 7, received);
};

Bytes greeting_from(std::uint32_t node, std::uint32_t to) {
  wire::Greeting greeting;
  greeting.kind = wire::Kind::messages;
  greeting.from.node = NodeId{node};
  greeting.to.node = NodeId{to};
  Bytes bytes;
  wire::encode(greeting, bytes);
  return bytes;
}

TEST_F(AsioNodeOn, GarbageClosesItsConnectionOnly) {
  EXPECT_TRUE(hangs_up_on(as_bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")));
  EXPECT_TRUE(serves());
}

TEST_F(AsioNodeOn, OversizeFrameClosesItsConnectionOnly) {
  Bytes bytes = greeting_from(5, 1);
  wire::encode(wire::FrameHeader{UINT32_MAX, 7, 7}, bytes);
  EXPECT_TRUE(hangs_up_on(bytes));
  EXPECT_EQ(received.count, 0);
  EXPECT_TRUE(serves());
}

TEST_F(AsioNodeOn, GreetingForAnotherNodeIsHungUpOn) {
  EXPECT_TRUE(hangs_up_on(greeting_from(5, 2)));
  EXPECT_TRUE(serves());
}

TEST_F(AsioNodeOn, FrameInPiecesIsDeliveredWhole) {
  Stranger stranger(server->tcp_port());
  Bytes bytes = greeting_from(5, 1);
  wire::encode(wire::FrameHeader{5, 3, 7}, bytes);
  const Bytes text = to_bytes("whole");
  bytes.insert(bytes.end(), text.begin(), text.end());
  for (const std::byte& byte : bytes) {
    stranger.say({&byte, 1});
    loop.run_until([] { return false; }, microseconds(200));
  }
  ASSERT_TRUE(loop.run_until([&] { return received.count == 1; }, seconds(2)));
  EXPECT_EQ(as_text(received.last), "whole");
  EXPECT_EQ(received.sender, (Endpoint{NodeId{5}, 3}));
}

TEST_F(AsioNodeOn, SilentStrangersDoNotKeepOthersOut) {
  std::vector<std::unique_ptr<Stranger>> strangers;
  for (int i = 0; i < 300; ++i) {
    strangers.push_back(std::make_unique<Stranger>(server->tcp_port()));
    loop.run_until([] { return false; }, microseconds(100));
  }
  EXPECT_TRUE(serves());
}

TEST_F(AsioNodeOn, ClientWithoutAListenerIsAnsweredOverItsOwnConnection) {
  const std::unique_ptr<AsioNode> client = open(0x80000001U, false);
  EXPECT_EQ(client->tcp_port(), 0);
  ASSERT_TRUE(client->set_peer(NodeId{1}, address_of(*server)).has_value());
  Counting answers;
  const std::unique_ptr<MessageSocket> socket = bound(*client, 0, answers);
  ASSERT_TRUE(socket->send({NodeId{1}, 7}, as_bytes("question")).has_value());
  ASSERT_TRUE(loop.run_until([&] { return received.count == 1; }, seconds(2)));
  ASSERT_TRUE(port->send(received.sender, as_bytes("answer")).has_value());
  ASSERT_TRUE(loop.run_until([&] { return answers.count == 1; }, seconds(2)));
  EXPECT_EQ(as_text(answers.last), "answer");
}

TEST_F(AsioNodeOn, MessagesOverTheQueueLimitAreDropped) {
  const std::unique_ptr<AsioNode> peer = open(2);
  Counting at_peer;
  const std::unique_ptr<MessageSocket> socket = bound(*peer, 7, at_peer);
  ASSERT_TRUE(server->set_peer(NodeId{2}, address_of(*peer)).has_value());
  const Bytes message(std::size_t{100} << 10);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(port->send({NodeId{2}, 7}, message).has_value());
  ASSERT_TRUE(loop.run_until([&] { return at_peer.count > 0; }, seconds(2)));
  loop.run_until([] { return false; }, milliseconds(100));
  EXPECT_EQ(at_peer.count, 10);
}

TEST_F(AsioNodeOn, SendReconnectsAfterThePeerCameBack) {
  std::unique_ptr<AsioNode> peer = open(2);
  const std::string address = address_of(*peer);
  ASSERT_TRUE(server->set_peer(NodeId{2}, address).has_value());
  peer.reset();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(port->send({NodeId{2}, 7}, as_bytes("lost")).has_value());
    loop.run_until([] { return false; }, milliseconds(5));
  }
  AsioOptions options;
  options.id = NodeId{2};
  options.listen = address;
  Result<std::unique_ptr<AsioNode>> again = AsioNode::open(loop, options);
  ASSERT_TRUE(again.has_value());
  Counting at_peer;
  const std::unique_ptr<MessageSocket> socket = bound(**again, 7, at_peer);
  for (int i = 0; i < 300 && at_peer.count == 0; ++i) {
    ASSERT_TRUE(port->send({NodeId{2}, 7}, as_bytes("again")).has_value());
    loop.run_until([&] { return at_peer.count > 0; }, milliseconds(10));
  }
  EXPECT_GT(at_peer.count, 0);
}

TEST_F(AsioNodeOn, TakenAddressIsAnError) {
  AsioOptions options;
  options.id = NodeId{2};
  options.listen = address_of(*server);
  EXPECT_FALSE(AsioNode::open(loop, options).has_value());
}

TEST_F(AsioNodeOn, MalformedAddressIsAnError) {
  for (const char* address : {"", "localhost", "127.0.0.1:notaport", "127.0.0.1:99999"}) {
    EXPECT_FALSE(server->set_peer(NodeId{2}, address).has_value()) << address;
  }
}

Task<void> sleep_a_little(Env& env, int& woke) {
  co_await sleep_for(env, milliseconds(2));
  ++woke;
}

TEST(AsioRun, TaskRunsToItsEnd) {
  int woke = 0;
  const std::function<Task<void>(Env&)> start = [&](Env& env) { return sleep_a_little(env, woke); };
  const Result<Ended> ended = run_task({}, start);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->reason, ExitReason::finished);
  EXPECT_EQ(woke, 1);
}

Task<void> nothing(Env&) { co_return; }

TEST(AsioRun, TaskThatEndsAtOnceEndsTheRun) {
  const Result<Ended> ended = run_task({}, [](Env& env) { return nothing(env); });
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->reason, ExitReason::finished);
}

// Raises a signal as its first step.
class Raising final : public Service {
 public:
  Raising(int signal, bool& destroyed) : signal_(signal), destroyed_(destroyed) {}
  ~Raising() override { destroyed_ = true; }
  void start() override { ::raise(signal_); }

 private:
  int signal_;
  bool& destroyed_;
};

TEST(AsioRun, SignalsEndTheServiceCleanly) {
  for (const int signal : {SIGTERM, SIGINT}) {
    bool destroyed = false;
    AsioOptions options;
    options.listen = "127.0.0.1:0";
    std::uint16_t port = 0;
    const ProgramFactory factory = [&](Env&) {
      return std::make_unique<Raising>(signal, destroyed);
    };
    const Result<Ended> ended =
        run_service(options, factory, [&](std::uint16_t tcp_port) { port = tcp_port; });
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->reason, signal == SIGTERM ? ExitReason::terminated : ExitReason::interrupted);
    EXPECT_TRUE(destroyed);
    EXPECT_NE(port, 0);
  }
}

TEST(AsioRun, ClientIdsAreInTheUpperHalf) {
  for (int i = 0; i < 100; ++i) EXPECT_GE(draw_client_id().value, 0x80000000U);
}

TEST(AsioNode, LogsToStandardErrorWithTimeNodeAndLevel) {
  AsioLoop loop;
  AsioOptions options;
  options.id = NodeId{7};
  options.name = "n7";
  Result<std::unique_ptr<AsioNode>> node = AsioNode::open(loop, options);
  ASSERT_TRUE(node.has_value());
  testing::internal::CaptureStderr();
  WT_LOG((*node)->env(), warning, "slow\x1b disk\nfor {} ms", 12);
  WT_LOG((*node)->env(), debug, "nobody wants this");
  const std::string said = testing::internal::GetCapturedStderr();
  const std::regex expected(
      "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z n7 warning slow  disk\n"
      "[0-9T:.Z-]+ n7 warning for 12 ms\n");
  EXPECT_TRUE(std::regex_match(said, expected)) << said;
}

}  // namespace
}  // namespace windtunnel
