#include <windtunnel/protocols/rpc/grpc/callbacks.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/timeout.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace windtunnel::rpc {
namespace {

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

bool ends_stream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

}  // namespace

nghttp2_session_callbacks* GrpcSession::Callbacks::make() {
  nghttp2_session_callbacks* made = nullptr;
  WT_ASSERT(nghttp2_session_callbacks_new(&made) == 0, "there is memory");
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(made, header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, frame_received);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, stream_closed);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, frame_sent);
  return made;
}

GrpcSession::Call* GrpcSession::Callbacks::call(GrpcSession& session, std::int32_t stream) {
  return static_cast<Call*>(nghttp2_session_get_stream_user_data(session.http2_, stream));
}

int GrpcSession::Callbacks::begin_headers(nghttp2_session*, const nghttp2_frame* frame,
                                          void* user) {
  GrpcSession& self = session(user);
  const bool is_request = self.is_server() && frame->hd.type == NGHTTP2_HEADERS &&
                          frame->headers.cat == NGHTTP2_HCAT_REQUEST;
  if (!is_request) return 0;
  Call& arrived = self.take_slot();
  arrived.stream = frame->hd.stream_id;
  arrived.is_on_wire = true;
  (void)nghttp2_session_set_stream_user_data(self.http2_, arrived.stream, &arrived);
  return 0;
}

int GrpcSession::Callbacks::header(nghttp2_session*, const nghttp2_frame* frame,
                                   const std::uint8_t* name, std::size_t name_size,
                                   const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                                   void* user) {
  GrpcSession& self = session(user);
  Call* const of = call(self, frame->hd.stream_id);
  if (of == nullptr || frame->hd.type != NGHTTP2_HEADERS) return 0;
  const bool is_first =
      self.is_server() ? frame->headers.cat == NGHTTP2_HCAT_REQUEST : !of->has_head_arrived;
  Head& head = is_first ? of->head : of->trailers;
  head.take(text_of(name, name_size), text_of(value, value_size), self.options_.max_metadata_bytes);
  return 0;
}

int GrpcSession::Callbacks::frame_received(nghttp2_session*, const nghttp2_frame* frame,
                                           void* user) {
  GrpcSession& self = session(user);
  const bool is_end = ends_stream(*frame);
  switch (frame->hd.type) {
    case NGHTTP2_HEADERS:
      if (Call* const of = call(self, frame->hd.stream_id)) self.on_head(*of, is_end);
      break;
    case NGHTTP2_DATA:
      if (Call* const of = call(self, frame->hd.stream_id); of != nullptr && is_end) {
        self.on_half_closed(*of);
      }
      break;
    case NGHTTP2_PING: {
      const bool is_answer = (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0;
      self.on_ping(is_answer, as_bytes(text_of(frame->ping.opaque_data, 8)));
      break;
    }
    case NGHTTP2_RST_STREAM: self.on_reset(); break;
    case NGHTTP2_GOAWAY: {
      const nghttp2_goaway& goaway = frame->goaway;
      self.on_goaway(goaway.error_code, text_of(goaway.opaque_data, goaway.opaque_data_len));
      break;
    }
    default: break;
  }
  return 0;
}

int GrpcSession::Callbacks::data(nghttp2_session*, std::uint8_t, std::int32_t stream,
                                 const std::uint8_t* bytes, std::size_t size, void* user) {
  GrpcSession& self = session(user);
  self.on_data(call(self, stream), stream, as_bytes(text_of(bytes, size)));
  return 0;
}

int GrpcSession::Callbacks::stream_closed(nghttp2_session*, std::int32_t stream,
                                          std::uint32_t error, void* user) {
  GrpcSession& self = session(user);
  Call* const of = call(self, stream);
  if (of != nullptr) self.on_stream_closed(*of, error);
  return 0;
}

int GrpcSession::Callbacks::frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
  session(user).on_sent(*frame);
  return 0;
}

ssize_t GrpcSession::Callbacks::read(nghttp2_session*, std::int32_t, std::uint8_t* into,
                                     std::size_t size, std::uint32_t* flags,
                                     nghttp2_data_source* source, void* user) {
  auto& of = *static_cast<Call*>(source->ptr);
  const MutableBytesView room(reinterpret_cast<std::byte*>(into), size);
  return session(user).read_outgoing(of, room, *flags);
}

void GrpcSession::on_head(Call& call, bool is_end) {
  if (is_server()) {
    if (!call.has_head_arrived) on_request(call);
    if (is_end) on_half_closed(call);
    return;
  }
  on_response(call, is_end);
}

void GrpcSession::on_request(Call& call) {
  call.has_head_arrived = true;
  const Head& head = call.head;
  call.deadline = head.timeout ? deadline_after(now_, *head.timeout) : kEndOfTime;
  const bool is_understood = head.encoding.empty() || head.encoding == "identity";
  if (head.content_type != Head::ContentType::grpc || !head.is_post) {
    // What is not gRPC would not understand a status of gRPC.
    fields_.clear();
    fields_.add_literal(":status", "415");
    const auto& fields = fields_.view();
    (void)nghttp2_submit_response(http2_, call.stream, fields.data(), fields.size(), nullptr);
    call.is_half_closed = true;
  } else if (head.bytes > options_.max_metadata_bytes) {
    fail_call(call, StatusCode::resource_exhausted, "received metadata size exceeds the limit");
  } else if (head.malformed) {
    fail_call(call, StatusCode::internal, "malformed header");
  } else if (!is_understood) {
    fail_call(call, StatusCode::unimplemented, "grpc-encoding is not supported");
  } else {
    call.is_known = true;
    ++known_calls_;
    deadlines_.add(call.id.slot, call.deadline);
    events_.push(Event::Kind::call_arrived, call.id);
  }
}

void GrpcSession::on_response(Call& call, bool is_end) {
  Head& head = call.head;
  const bool is_first = !call.has_head_arrived;
  if (is_first && head.http_status < 200) return head.clear();  // 1xx: the response is to come
  call.has_head_arrived = true;
  if (is_end) {
    // Trailers-only: what came first is the trailers.
    if (is_first) std::swap(call.head, call.trailers);
    return end_of_response(call);
  }
  if (!is_first || call.has_ended) return;
  if (head.http_status != 200) {
    const std::string text = "HTTP status " + std::to_string(head.http_status);
    return fail_call(call, status_of_http(head.http_status), text);
  }
  if (head.content_type != Head::ContentType::grpc) {
    return fail_call(call, StatusCode::unknown, "content-type is not application/grpc");
  }
  if (head.bytes > options_.max_metadata_bytes) {
    return fail_call(call, StatusCode::resource_exhausted, "received metadata is too large");
  }
  if (head.malformed) return fail_call(call, StatusCode::internal, "malformed header");
  if (!head.encoding.empty() && head.encoding != "identity") {
    return fail_call(call, StatusCode::internal, "grpc-encoding is not supported");
  }
  events_.push(Event::Kind::head, call.id);
}

void GrpcSession::on_data(Call* call, std::int32_t stream, BytesView bytes) {
  (void)nghttp2_session_consume_connection(http2_, bytes.size());
  while (call != nullptr && call->is_known && !call->has_ended) {
    const std::size_t before = bytes.size();
    const Deframer::Found found = call->incoming.take(bytes, options_.max_message_bytes);
    const std::size_t taken = before - bytes.size();
    call->held += static_cast<std::uint32_t>(taken);
    partial_bytes_ += taken;
    switch (found) {
      case Deframer::Found::nothing:
        if (partial_bytes_ > options_.max_partial_bytes) {
          fail_call(*call, StatusCode::resource_exhausted, "too many messages arrive at once");
        } else {
          pay_early(*call);
        }
        return;
      case Deframer::Found::message: deliver(*call); break;
      case Deframer::Found::too_large:
        fail_call(*call, StatusCode::resource_exhausted,
                  "received message is larger than the limit");
        break;
      case Deframer::Found::malformed:
        fail_call(*call, StatusCode::internal, "malformed message");
        break;
    }
  }
  // Nobody wants them.
  (void)nghttp2_session_consume_stream(http2_, stream, bytes.size());
}

void GrpcSession::deliver(Call& call) {
  if (call.incoming.is_compressed()) {
    return fail_call(call, StatusCode::internal, "compressed message without grpc-encoding");
  }
  partial_bytes_ -= call.incoming.arrived();
  ++call.unconsumed;
  events_.push_message(call.id, call.incoming.message(), std::exchange(call.held, 0));
  call.incoming.clear();
}

// A message that does not fit into the window would never arrive, if its credit were held until it
// is consumed.
void GrpcSession::pay_early(Call& call) {
  const bool is_large = call.incoming.expected() > options_.call_window_bytes / 2;
  if (call.unconsumed > 0 || !is_large) return;
  (void)nghttp2_session_consume_stream(http2_, call.stream, std::exchange(call.held, 0));
}

void GrpcSession::on_half_closed(Call& call) {
  if (!is_server()) return end_of_response(call);
  if (!call.is_known || call.has_ended) return;
  if (call.incoming.arrived() > 0) {
    return fail_call(call, StatusCode::internal, "the call was half-closed within a message");
  }
  events_.push(Event::Kind::half_closed, call.id);
}

void GrpcSession::on_sent(const nghttp2_frame& frame) {
  const bool is_headers = frame.hd.type == NGHTTP2_HEADERS;
  if (!is_headers && frame.hd.type != NGHTTP2_DATA) return;
  strikes_ = 0;
  pinged_at_ = Instant{INT64_MIN / 2};
  Call* const call = Callbacks::call(*this, frame.hd.stream_id);
  if (call == nullptr || !is_headers) return;
  call->reach = Reach::application;
  // The end of the call, though the client has more to say: it is told to stop.
  const bool is_early = is_server() && ends_stream(frame) &&
                        nghttp2_session_get_stream_remote_close(http2_, frame.hd.stream_id) == 0;
  if (is_early) reset_stream(*call, NGHTTP2_NO_ERROR);
}

std::ptrdiff_t GrpcSession::read_outgoing(Call& call, MutableBytesView into, std::uint32_t& flags) {
  const BytesView waiting = BytesView(call.outgoing).subspan(call.outgoing_begin);
  const std::size_t count = std::min(waiting.size(), into.size());
  if (count > 0) std::memcpy(into.data(), waiting.data(), count);
  call.outgoing_begin += count;
  const std::size_t left = waiting.size() - count;
  if (call.is_writable_wanted && left <= options_.send_buffer_bytes / 2) {
    call.is_writable_wanted = false;
    events_.push(Event::Kind::writable, call.id);
  }
  if (left > 0) return static_cast<std::ptrdiff_t>(count);
  call.outgoing.clear();
  call.outgoing_begin = 0;
  if (call.is_finishing) {
    flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    submit_trailers(call);
  } else if (call.is_half_closed) {
    flags |= NGHTTP2_DATA_FLAG_EOF;
  } else if (count == 0) {
    call.is_deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  return static_cast<std::ptrdiff_t>(count);
}

}  // namespace windtunnel::rpc
