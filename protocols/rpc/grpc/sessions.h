// gRPC as the protocol of servers and channels.
#pragma once

#include <windtunnel/protocols/rpc/connection.h>
#include <windtunnel/protocols/rpc/grpc/session.h>

namespace windtunnel::rpc {

SessionMaker grpc_sessions(const GrpcOptions& options);

}  // namespace windtunnel::rpc
