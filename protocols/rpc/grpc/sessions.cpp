#include <windtunnel/protocols/rpc/grpc/sessions.h>

namespace windtunnel::rpc {

SessionMaker grpc_sessions(const GrpcOptions& options) {
  return [options](Side side, Instant now) -> std::unique_ptr<Session> {
    return std::make_unique<GrpcSession>(side, options, now);
  };
}

}  // namespace windtunnel::rpc
