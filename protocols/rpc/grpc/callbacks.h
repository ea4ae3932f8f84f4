// Private to this folder: the functions that nghttp2 calls while it reads and writes for a session.
#pragma once

#include <windtunnel/protocols/rpc/grpc/session.h>

#include <nghttp2/nghttp2.h>

#include <cstdint>

namespace windtunnel::rpc {

struct GrpcSession::Callbacks {
  // To be deleted by whoever asked.
  static nghttp2_session_callbacks* make();

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t flags, void* user);
  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user);
  static int data(nghttp2_session*, std::uint8_t flags, std::int32_t stream,
                  const std::uint8_t* bytes, std::size_t size, void* user);
  static int stream_closed(nghttp2_session*, std::int32_t stream, std::uint32_t error, void* user);
  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user);
  // Of a call's bytes; `source` is the call.
  static ssize_t read(nghttp2_session*, std::int32_t stream, std::uint8_t* into, std::size_t size,
                      std::uint32_t* flags, nghttp2_data_source* source, void* user);

  static GrpcSession& session(void* user) { return *static_cast<GrpcSession*>(user); }
  // The call of a stream; null where there is none any more.
  static Call* call(GrpcSession& session, std::int32_t stream);
};

}  // namespace windtunnel::rpc
