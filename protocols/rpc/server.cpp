#include <windtunnel/protocols/rpc/server.h>

#include <windtunnel/protocols/env/race.h>

#include <utility>

namespace windtunnel::rpc {

ServerCall::ServerCall(Env& env, const Event& arrived)
    : OpenCall(env), method_(arrived.method), deadline_(arrived.deadline) {
  head_ = *arrived.metadata;
}

void ServerCall::send_head(const Metadata& metadata) {
  if (connection_ != nullptr) connection_->session().send_head(id_, metadata);
}

void ServerCall::finish(const Status& status) {
  if (connection_ == nullptr) return;
  connection_->session().finish(id_, status, trailers_);
  connection_->detach(*this);
}

Server::Server(Env& env, SessionMaker sessions, const ServerOptions& options)
    : env_(env), sessions_(std::move(sessions)), options_(options) {}

Server::~Server() = default;

void Server::handle(std::string method, Handler handler) {
  handlers_.insert_or_assign(std::move(method), std::move(handler));
}

Result<void> Server::listen(Port port) {
  Result<std::unique_ptr<Listener>> listener = env_.transport.listen(port);
  if (!listener) return listener.error();
  listener_ = std::move(*listener);
  listener_->when_acceptable(acceptable_);
  return {};
}

void Server::on_acceptable() {
  for (;;) {
    Result<std::unique_ptr<Stream>> stream = listener_->accept();
    if (!stream) break;
    if (connections_.size() < options_.max_connections) adopt(std::move(*stream));
  }
  listener_->when_acceptable(acceptable_);
}

void Server::adopt(std::unique_ptr<Stream> stream) {
  const Instant now = env_.clock.now();
  Connection::Owner& own = *this;
  Connection& made =
      connections_.emplace_back(env_, own, std::move(stream), sessions_(Side::server, now));
  made.start();
}

void Server::drain() {
  acceptable_.disarm();
  listener_.reset();
  for (Connection& connection : connections_) connection.drain();
}

void Server::on_call(Connection& connection, const Event& event) {
  const auto found = handlers_.find(event.method);
  if (found == handlers_.end()) {
    const Status unknown{StatusCode::unimplemented, "unknown method " + std::string(event.method)};
    connection.session().finish(event.call, unknown, Metadata());
    return connection.flush_soon();
  }
  auto call = std::make_unique<ServerCall>(env_, event);
  connection.attach(*call, event.call);
  tasks_.spawn(serve(env_, found->second, std::move(call)));
}

void Server::on_closed(Connection&) {
  if (!reap_.armed()) env_.executor.post(reap_);
}

void Server::reap() {
  connections_.remove_if([](const Connection& connection) { return connection.is_over(); });
}

Task<void> Server::serve(Env& env, const Handler& handler, std::unique_ptr<ServerCall> call) {
  Task<Status> work = handler(env, *call);
  OpenCall::End end(*call);
  if (co_await any_of(work, end) != 0) co_return;
  const Status status = work.result();
  call->finish(status);
}

}  // namespace windtunnel::rpc
