// Serves calls at a port: one session a connection, one task a call.
//
//   Server server(env, grpc_sessions({}));
//   server.handle("/helloworld.Greeter/SayHello", say_hello);
//   Result<void> listening = server.listen(50051);
//
//   Task<Status> say_hello(Env& env, ServerCall& call) {
//     Bytes request;
//     co_await call.read(request);
//     const Bytes reply = answer_to(request);
//     co_await call.write(reply);
//     co_return Status();
//   }
//
// A handler that is not needed any more, because the call was cancelled, its deadline has passed or
// its connection is gone, is destroyed with all that it waits for.
#pragma once

#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/rpc/connection.h>

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace windtunnel::rpc {

class ServerCall final : public OpenCall {
 public:
  ServerCall(Env& env, const Event& arrived);

  std::string_view method() const { return method_; }
  const Metadata& metadata() const { return head_; }
  // kEndOfTime: none. Calls that are made for this one have no later one.
  Instant deadline() const { return deadline_; }
  // Before the first message, at most once; left out, an empty head goes ahead.
  void send_head(const Metadata& metadata);
  // Sent with the status.
  Metadata& trailers() { return trailers_; }

 private:
  friend class Server;
  void finish(const Status& status);

  std::string method_;
  Instant deadline_;
};

using Handler = std::function<Task<Status>(Env& env, ServerCall& call)>;

struct ServerOptions {
  // More are refused: accepted, and closed.
  std::size_t max_connections = 10'000;
};

class Server final : private Connection::Owner {
 public:
  Server(Env& env, SessionMaker sessions, const ServerOptions& options = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before `listen`. "/package.Service/Method"; calls of others end with UNIMPLEMENTED.
  void handle(std::string method, Handler handler);
  Result<void> listen(Port port);
  // Accepts nothing any more; connections end when their calls have.
  void drain();
  std::size_t connections() const { return connections_.size(); }
  std::size_t open_calls() const { return tasks_.size(); }

 private:
  void on_acceptable();
  void adopt(std::unique_ptr<Stream> stream);
  void on_call(Connection& connection, const Event& event) override;
  void on_going_away(Connection&, const Status&) override {}
  void on_closed(Connection& connection) override;
  void reap();
  Task<void> serve(Env& env, const Handler& handler, std::unique_ptr<ServerCall> call);

  Env& env_;
  SessionMaker sessions_;
  ServerOptions options_;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::unique_ptr<Listener> listener_;
  std::list<Connection> connections_;
  TaskScope tasks_;  // below the connections: goes first
  MemberWaiter<Server, &Server::on_acceptable> acceptable_{*this};
  MemberWaiter<Server, &Server::reap> reap_{*this};
};

}  // namespace windtunnel::rpc
