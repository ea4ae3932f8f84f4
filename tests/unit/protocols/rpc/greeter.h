// helloworld.Greeter, the example of every gRPC, with its messages made by hand; and calls that do
// what tests need. The same code in both worlds.
#pragma once

#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/rpc/channel.h>
#include <windtunnel/protocols/rpc/grpc/sessions.h>
#include <windtunnel/protocols/rpc/server.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace windtunnel::rpc::testing {

inline constexpr Port kGreeterPort = 5051;
inline constexpr std::string_view kSayHello = "/helloworld.Greeter/SayHello";

// A message whose field 1 is a string shorter than 128 bytes (protobuf encoding.md).
inline Bytes hello_message(std::string_view text) {
  std::string bytes = {'\x0a', static_cast<char>(text.size())};
  return to_bytes(bytes + std::string(text));
}
inline std::optional<std::string> text_of_hello(BytesView message) {
  const std::string_view text = as_text(message);
  if (text.size() < 2 || text[0] != '\x0a' || text.size() != 2U + static_cast<unsigned>(text[1])) {
    return std::nullopt;
  }
  return std::string(text.substr(2));
}

// Handlers that are under way, on all nodes of a test.
struct Handlers {
  int alive = 0;
  int begun = 0;
};
class Present {
 public:
  explicit Present(Handlers& handlers) : handlers_(handlers) {
    ++handlers_.alive;
    ++handlers_.begun;
  }
  ~Present() { --handlers_.alive; }
  Present(const Present&) = delete;
  Present& operator=(const Present&) = delete;

 private:
  Handlers& handlers_;
};

inline Task<Status> say_hello(Env&, ServerCall& call) {
  Bytes request;
  co_await call.read(request);
  const std::optional<std::string> name = text_of_hello(request);
  if (!name) co_return Status{StatusCode::invalid_argument, "not a HelloRequest"};
  const Bytes reply = hello_message("Hello, " + *name + "!");
  co_await call.write(reply);
  co_return Status();
}

// Everything back, one by one; with the metadata.
inline Task<Status> echo(Env&, ServerCall& call) {
  call.send_head(call.metadata());
  Bytes message;
  while (co_await call.read(message)) {
    co_await call.write(message);
  }
  call.trailers() = call.metadata();
  co_return Status();
}

// Says nothing for an hour.
inline Task<Status> sleep(Env& env, ServerCall&, Handlers& handlers) {
  const Present present(handlers);
  co_await sleep_for(env, seconds(3600));
  co_return Status();
}

// How many messages came, after all have.
inline Task<Status> count(Env&, ServerCall& call) {
  Bytes message;
  std::size_t messages = 0;
  std::size_t bytes = 0;
  while (co_await call.read(message)) {
    ++messages;
    bytes += message.size();
  }
  const std::string text = std::to_string(messages) + " of " + std::to_string(bytes);
  co_await call.write(as_bytes(text));
  co_return Status();
}

inline Task<Status> refuse(Env&, ServerCall& call) {
  call.trailers().add("why-bin", std::string_view("\x00\x01", 2));
  co_return Status{StatusCode::permission_denied, "not you: 100% \xe2\x98\xba"};
}

class Greeter final : public Service {
 public:
  Greeter(Env& env, Handlers& handlers, SessionMaker sessions = grpc_sessions({}))
      : server(env, std::move(sessions)) {
    server.handle(std::string(kSayHello), say_hello);
    server.handle("/test.Test/Echo", echo);
    server.handle("/test.Test/Count", count);
    server.handle("/test.Test/Refuse", refuse);
    server.handle("/test.Test/Sleep",
                  [&handlers](Env& of, ServerCall& call) { return sleep(of, call, handlers); });
  }
  void start() override {
    const Result<void> listening = server.listen(kGreeterPort);
    WT_ASSERT(listening.has_value(), "the port is free");
  }
  Server server;
};

// How a call ended, and what came back.
struct Answer {
  std::optional<Status> status;
  std::string text;
  Instant at;
};

inline Task<void> greet(Env& env, Channel& channel, CallOptions options, Answer& answer) {
  const Bytes request = hello_message("World");
  Bytes reply;
  answer.status = co_await call_unary(env, channel, kSayHello, request, reply, options);
  answer.text = text_of_hello(reply).value_or("");
  answer.at = env.clock.now();
}

// Any method, with one message there.
inline Task<void> ask(Env& env, Channel& channel, std::string method, CallOptions options,
                      Answer& answer) {
  Bytes reply;
  answer.status = co_await call_unary(env, channel, method, as_bytes("x"), reply, options);
  answer.text = as_text(reply);
  answer.at = env.clock.now();
}

// A node that calls. What it does, tests add to `tasks`.
class Caller final : public Service {
 public:
  Caller(Env& own, Endpoint to, SessionMaker sessions = grpc_sessions({}))
      : env(own), channel(own, to, std::move(sessions)) {}
  void start() override {}
  Env& env;
  Channel channel;
  TaskScope tasks;
};

}  // namespace windtunnel::rpc::testing
