// Servers and channels on sockets: between our nodes, and against stock gRPC (Debian's
// python3-grpcio; without it those tests are skipped).
#include <windtunnel/protocols/asio/asio_env.h>
#include "tests/unit/protocols/rpc/greeter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace windtunnel::rpc {
namespace {

using testing::Answer;
using testing::Caller;
using testing::Greeter;
using testing::Handlers;
using ::testing::HasSubstr;
using testing::kGreeterPort;

constexpr NodeId kServer{1};
constexpr NodeId kClient{2};

class Sockets : public ::testing::Test {
 protected:
  Sockets() {
    std::string name = (std::filesystem::temp_directory_path() / "windtunnel-XXXXXX").string();
    WT_ASSERT(::mkdtemp(name.data()) != nullptr, "the temporary directory is writable");
    directory = name;
  }
  ~Sockets() override {
    client.reset();
    server.reset();
    if (python > 0) {
      ::kill(python, SIGKILL);
      ::waitpid(python, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }

  // Serves at a free port of loopback; returns its address.
  std::string serve() {
    AsioOptions chosen;
    chosen.id = kServer;
    chosen.open_ports[kGreeterPort] = "127.0.0.1:0";
    server = open(chosen);
    server->start([&](Env& env) {
      auto made = std::make_unique<Greeter>(env, handlers);
      greeter = made.get();
      return made;
    });
    return "127.0.0.1:" + std::to_string(server->tcp_port(kGreeterPort));
  }
  Caller& call(const std::string& address) {
    AsioOptions chosen;
    chosen.id = kClient;
    chosen.strangers[Endpoint{kServer, kGreeterPort}] = address;
    client = open(chosen);
    Caller* caller = nullptr;
    client->start([&](Env& env) {
      auto made = std::make_unique<Caller>(env, Endpoint{kServer, kGreeterPort});
      caller = made.get();
      return made;
    });
    return *caller;
  }
  std::unique_ptr<AsioNode> open(const AsioOptions& options) {
    Result<std::unique_ptr<AsioNode>> opened = AsioNode::open(loop, options);
    WT_ASSERT(opened.has_value(), "a node opens on loopback");
    return std::move(*opened);
  }
  // The loop asks after events only.
  bool run_until(const std::function<bool()>& done, Duration limit = seconds(20)) {
    for (Duration spent; spent < limit; spent = spent + milliseconds(10)) {
      if (loop.run_until(done, milliseconds(10))) return true;
    }
    return done();
  }

  static bool has_grpcio() {
    return std::system("/usr/bin/python3 -c 'import grpc' >/dev/null 2>&1") == 0;
  }
  // Starts a script; what it prints goes to a file.
  void start_python(const std::string& script, const std::string& argument) {
    const std::string path = (directory / "script.py").string();
    std::ofstream(path) << script;
    output = (directory / "output").string();
    python = ::fork();
    if (python != 0) return;
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execl("/usr/bin/python3", "python3", path.c_str(), argument.c_str(), nullptr);
    ::_exit(127);
  }
  std::string printed() const {
    std::ostringstream text;
    text << std::ifstream(output).rdbuf();
    return text.str();
  }
  // Runs the loop until the script has ended; returns what it printed.
  std::string finish_python() {
    int status = 0;
    const bool ended =
        run_until([&] { return ::waitpid(python, &status, WNOHANG) == python; }, seconds(60));
    if (ended) python = 0;
    EXPECT_TRUE(ended && status == 0);
    return printed();
  }

  std::filesystem::path directory;
  std::string output;
  pid_t python = 0;
  AsioLoop loop;
  Handlers handlers;
  Greeter* greeter = nullptr;
  std::unique_ptr<AsioNode> server;
  std::unique_ptr<AsioNode> client;
};

TEST_F(Sockets, OurClientCallsOurServer) {
  Caller& caller = call(serve());
  Answer answer;
  caller.tasks.spawn(testing::greet(caller.env, caller.channel, {}, answer));
  ASSERT_TRUE(run_until([&] { return answer.status.has_value(); }));
  EXPECT_TRUE(answer.status->ok()) << answer.status->message;
  EXPECT_EQ(answer.text, "Hello, World!");
}

TEST_F(Sockets, NobodyListens) {
  Caller& caller = call("127.0.0.1:1");
  Answer answer;
  caller.tasks.spawn(testing::greet(caller.env, caller.channel, {}, answer));
  ASSERT_TRUE(run_until([&] { return answer.status.has_value(); }));
  EXPECT_EQ(answer.status->code, StatusCode::unavailable);
}

// Messages as bytes: what protobuf would make of them is not what is tested.
constexpr const char* kPythonClient = R"(
import grpc, sys, time
channel = grpc.insecure_channel(sys.argv[1])
def method(kind, name):
    return getattr(channel, kind)(name, request_serializer=bytes, response_deserializer=bytes)
def error_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
hello = method('unary_unary', '/helloworld.Greeter/SayHello')
reply = hello(b'\x0a\x05World', timeout=10)
print('said', reply[2:].decode())
for i in range(200):
    assert hello(b'\x0a\x05World', timeout=10) == reply
futures = [hello.future(b'\x0a\x05World', timeout=10) for i in range(300)]
assert all(f.result() == reply for f in futures)
print('many')
echo = method('stream_stream', '/test.Test/Echo')
sizes = [0, 1, 1000, 100000, 4 * 1024 * 1024 - 100]
call = echo((b'x' * n for n in sizes), metadata=[('k', 'v'), ('k-bin', b'\x00\xff')], timeout=20)
print('echo', [len(m) for m in call] == sizes)
print('head', [(k, v) for k, v in call.initial_metadata() if k.startswith('k')])
print('trailers', [(k, v) for k, v in call.trailing_metadata() if k.startswith('k')])
print('count', method('stream_unary', '/test.Test/Count')(iter([b'ab'] * 5000), timeout=20))
error = error_of(lambda: method('unary_unary', '/test.Test/Refuse')(b''))
print('refused', error.code(), error.details() == 'not you: 100% \u263a', error.trailing_metadata())
error = error_of(lambda: method('unary_unary', '/no.Such/Method')(b''))
print('unknown', error.code())
begin = time.time()
error = error_of(lambda: method('unary_unary', '/test.Test/Sleep')(b'', timeout=0.3))
print('late', error.code(), 0.25 < time.time() - begin < 3)
error = error_of(lambda: hello(b'x' * (4 * 1024 * 1024 + 1)))
print('large', error.code())
sleeping = method('unary_unary', '/test.Test/Sleep').future(b'')
time.sleep(0.2)
sleeping.cancel()
print('cancelled', sleeping.cancelled())
print('still', hello(b'\x0a\x05World', timeout=10) == reply)
channel.close()
)";

TEST_F(Sockets, AStockClientCallsOurServer) {
  if (!has_grpcio()) GTEST_SKIP() << "python3-grpcio is not installed";
  start_python(kPythonClient, serve());
  const std::string printed = finish_python();
  EXPECT_THAT(printed, HasSubstr("said Hello, World!\nmany\necho True\n"));
  EXPECT_THAT(printed, HasSubstr("head [('k', 'v'), ('k-bin', b'\\x00\\xff')]"));
  EXPECT_THAT(printed, HasSubstr("trailers [('k', 'v'), ('k-bin', b'\\x00\\xff')]"));
  EXPECT_THAT(printed, HasSubstr("count b'5000 of 10000'"));
  EXPECT_THAT(printed, HasSubstr("refused StatusCode.PERMISSION_DENIED True"));
  EXPECT_THAT(printed, HasSubstr("why-bin"));
  EXPECT_THAT(printed, HasSubstr("unknown StatusCode.UNIMPLEMENTED"));
  EXPECT_THAT(printed, HasSubstr("late StatusCode.DEADLINE_EXCEEDED True"));
  EXPECT_THAT(printed, HasSubstr("large StatusCode.RESOURCE_EXHAUSTED"));
  EXPECT_THAT(printed, HasSubstr("cancelled True\nstill True"));
  ASSERT_TRUE(run_until([&] { return greeter->server.connections() == 0; }));
  EXPECT_EQ(handlers.alive, 0);
  EXPECT_EQ(handlers.begun, 2);
}

constexpr const char* kPythonServer = R"(
import grpc, sys, time
from concurrent import futures
def hello(request, context):
    return b'\x0a\x0d' + b'Hello, ' + request[2:] + b'!'
def echo(requests, context):
    for request in requests:
        yield request
def refuse(request, context):
    context.set_trailing_metadata([('why-bin', b'\x00\x01')])
    context.abort(grpc.StatusCode.PERMISSION_DENIED, 'not you: 100% \u263a')
def sleep(request, context):
    time.sleep(2)
    return b''
rpc = lambda kind, f: getattr(grpc, kind + '_rpc_method_handler')(f)
server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
server.add_generic_rpc_handlers([
    grpc.method_handlers_generic_handler('helloworld.Greeter', {
        'SayHello': rpc('unary_unary', hello)}),
    grpc.method_handlers_generic_handler('test.Test', {
        'Echo': rpc('stream_stream', echo), 'Refuse': rpc('unary_unary', refuse),
        'Sleep': rpc('unary_unary', sleep)})])
print('port', server.add_insecure_port('127.0.0.1:0'), flush=True)
server.start()
print('ready', flush=True)
server.wait_for_termination(60)
)";

Task<void> echo_all(Env& env, Channel& channel, std::string& said, std::optional<Status>& status) {
  ClientCall call(env, channel);
  const Metadata none;
  CallOptions options;
  if (!co_await call.start(env, "/test.Test/Echo", none, options)) co_return;
  Bytes reply;
  for (const std::size_t size : {0UL, 1UL, 1000UL, 100'000UL, 4'000'000UL}) {
    const Bytes message(size, std::byte{1});
    co_await call.write(message);
    if (!co_await call.read(reply)) break;
    said += std::to_string(reply.size()) + " ";
  }
  call.half_close();
  status = co_await call.finish(env);
}

TEST_F(Sockets, OurClientCallsAStockServer) {
  if (!has_grpcio()) GTEST_SKIP() << "python3-grpcio is not installed";
  start_python(kPythonServer, "");
  ASSERT_TRUE(run_until([&] { return printed().find("ready") != std::string::npos; }));
  const std::string words = printed();
  Caller& caller = call("127.0.0.1:" + words.substr(5, words.find('\n') - 5));
  Env& env = caller.env;
  std::vector<Answer> answers(100);
  for (Answer& answer : answers) {
    caller.tasks.spawn(testing::greet(env, caller.channel, {}, answer));
  }
  Answer refused;
  caller.tasks.spawn(testing::ask(env, caller.channel, "/test.Test/Refuse", {}, refused));
  Answer unknown;
  caller.tasks.spawn(testing::ask(env, caller.channel, "/no.Such/Method", {}, unknown));
  Answer late;
  const Instant deadline = env.clock.now() + milliseconds(300);
  caller.tasks.spawn(
      testing::ask(env, caller.channel, "/test.Test/Sleep", {.deadline = deadline}, late));
  std::string said;
  std::optional<Status> status;
  caller.tasks.spawn(echo_all(env, caller.channel, said, status));
  ASSERT_TRUE(run_until([&] { return caller.tasks.size() == 0; }));
  for (const Answer& answer : answers) EXPECT_EQ(answer.text, "Hello, World!");
  EXPECT_EQ(*refused.status, (Status{StatusCode::permission_denied, "not you: 100% \xe2\x98\xba"}));
  EXPECT_EQ(unknown.status->code, StatusCode::unimplemented);
  EXPECT_EQ(late.status->code, StatusCode::deadline_exceeded);
  EXPECT_EQ(said, "0 1 1000 100000 4000000 ");
  EXPECT_TRUE(status && status->ok()) << (status ? status->message : "");
}

}  // namespace
}  // namespace windtunnel::rpc
