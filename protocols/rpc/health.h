// Whether the services of a server can be called: grpc.health.v1.Health, Check and Watch (gRPC
// health-checking.md). The name "" stands for the whole server.
#pragma once

#include <windtunnel/protocols/env/channel.h>
#include <windtunnel/protocols/rpc/server.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace windtunnel::rpc {

class Health {
 public:
  // The numbers are those of the wire.
  enum class Serving : std::uint8_t { unknown = 0, yes = 1, no = 2, service_unknown = 3 };

  explicit Health(Env& env) : changed_(env) {}

  // Handles the service's methods; it must outlive the server.
  void serve_on(Server& server);
  // Those who watch are told.
  void set(std::string_view service, Serving serving);

 private:
  Task<Status> check(Env& env, ServerCall& call);
  Task<Status> watch(Env& env, ServerCall& call);
  // service_unknown where nothing was set.
  Serving find(std::string_view service) const;

  std::map<std::string, Serving, std::less<>> services_;
  Signal changed_;
};

}  // namespace windtunnel::rpc
