#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/rpc/grpc/callbacks.h>
#include <windtunnel/protocols/rpc/grpc/session.h>
#include <windtunnel/protocols/rpc/timeout.h>

#include <algorithm>

namespace windtunnel::rpc {

GrpcSession::Call& GrpcSession::take_slot() {
  const std::uint32_t slot = calls_.acquire();
  slots_ = std::max(slots_, slot + 1);
  Call& call = calls_[slot];
  call.id = {slot, call.id.life + 1};
  return call;
}

GrpcSession::Call* GrpcSession::find(CallId id) {
  if (id.slot >= slots_) return nullptr;
  Call& call = calls_[id.slot];
  return call.id == id && call.is_known ? &call : nullptr;
}

void GrpcSession::free_if_done(Call& call) {
  if (call.is_known || call.is_on_wire) return;
  deadlines_.remove(call.id.slot);
  forget_partial(call);
  static_cast<Books&>(call) = Books();
  call.head.clear();
  call.trailers.clear();
  call.status.message.clear();
  call.sent_trailers.clear();
  call.outgoing.clear();
  // What a large message has left.
  if (call.outgoing.capacity() > options_.send_buffer_bytes * 2) call.outgoing = Bytes();
  calls_.release(call.id.slot);
}

void GrpcSession::forget_partial(Call& call) {
  partial_bytes_ -= call.incoming.arrived();
  call.incoming.clear();
  if (call.incoming.message().capacity() > options_.send_buffer_bytes) {
    call.incoming.message() = Bytes();
  }
}

Result<CallId> GrpcSession::start(std::string_view method, const Metadata& metadata,
                                  Instant deadline, Instant now) {
  WT_ASSERT(!is_server(), "a client starts calls");
  now_ = now;
  if (is_closed_ || is_closing_ || is_going_away_) return make_error_code(Errc::closed);
  if (calls_.live() >= options_.max_calls) return make_error_code(Errc::overloaded);
  Call& call = take_slot();
  call.is_known = true;
  call.reach = Reach::nowhere;
  ++known_calls_;
  call.deadline = deadline;
  if (deadline <= now) {
    end(call, StatusCode::deadline_exceeded, "Deadline Exceeded");
    return call.id;
  }
  const TimeoutText timeout(deadline - now);
  fields_.clear();
  fields_.add_literal(":method", "POST");
  fields_.add_literal(":scheme", "http");
  fields_.add(":path", method);
  fields_.add(":authority", options_.authority);
  fields_.add_literal("te", "trailers");
  if (deadline != kEndOfTime) fields_.add_unique("grpc-timeout", timeout.view());
  fields_.add_literal("content-type", "application/grpc");
  fields_.add("user-agent", options_.user_agent);
  fields_.add(metadata);
  nghttp2_data_provider source;
  source.source.ptr = &call;
  source.read_callback = &Callbacks::read;
  const auto& fields = fields_.view();
  const std::int32_t stream =
      nghttp2_submit_request(http2_, nullptr, fields.data(), fields.size(), &source, &call);
  if (stream < 0) {
    const CallId id = call.id;
    cancel(id);
    is_going_away_ = true;  // no stream is left, or no memory
    return make_error_code(Errc::closed);
  }
  call.stream = stream;
  call.is_on_wire = true;
  deadlines_.add(call.id.slot, deadline);
  return call.id;
}

void GrpcSession::send_head(CallId id, const Metadata& metadata) {
  Call* const call = find(id);
  if (call == nullptr || call->has_ended) return;
  WT_ASSERT(is_server() && !call->has_head_sent, "a server sends one head");
  call->has_head_sent = true;
  fields_.clear();
  fields_.add_literal(":status", "200");
  fields_.add_literal("content-type", "application/grpc");
  fields_.add(metadata);
  nghttp2_data_provider source;
  source.source.ptr = call;
  source.read_callback = &Callbacks::read;
  const auto& fields = fields_.view();
  (void)nghttp2_submit_response(http2_, call->stream, fields.data(), fields.size(), &source);
}

Result<void> GrpcSession::send_message(CallId id, BytesView message) {
  WT_ASSERT(message.size() <= UINT32_MAX, "the prefix of a message has 32 bits for its length");
  Call* const call = find(id);
  if (call == nullptr || call->has_ended || call->is_half_closed) {
    return make_error_code(Errc::closed);
  }
  if (call->outgoing.size() - call->outgoing_begin >= options_.send_buffer_bytes) {
    call->is_writable_wanted = true;
    return make_error_code(Errc::would_block);
  }
  if (is_server() && !call->has_head_sent) send_head(id, Metadata());
  append_message_prefix(call->outgoing, message.size(), false);
  call->outgoing.insert(call->outgoing.end(), message.begin(), message.end());
  resume(*call);
  return {};
}

void GrpcSession::half_close(CallId id) {
  Call* const call = find(id);
  if (call == nullptr || call->has_ended || call->is_half_closed) return;
  WT_ASSERT(!is_server(), "a server finishes");
  call->is_half_closed = true;
  resume(*call);
}

void GrpcSession::finish(CallId id, const Status& status, const Metadata& trailers) {
  WT_ASSERT(is_server(), "a client half-closes");
  Call* const call = find(id);
  if (call == nullptr) return;
  if (!call->has_ended) {
    call->has_ended = true;
    call->status = status;
    call->sent_trailers = trailers;
    deadlines_.remove(id.slot);
    respond(*call);
  }
  cancel(id);
}

void GrpcSession::cancel(CallId id) {
  Call* const call = find(id);
  if (call == nullptr) return;
  call->is_known = false;
  --known_calls_;
  deadlines_.remove(id.slot);
  forget_partial(*call);
  if (!call->has_ended && call->is_on_wire && !is_closed_) {
    call->has_ended = true;
    reset_stream(*call, NGHTTP2_CANCEL);
  }
  free_if_done(*call);
}

void GrpcSession::consume(CallId id, std::uint32_t credit) {
  Call* const call = find(id);
  if (call == nullptr || is_closed_) return;
  WT_ASSERT(call->unconsumed > 0, "each message is consumed once");
  --call->unconsumed;
  (void)nghttp2_session_consume_stream(http2_, call->stream, credit);
  pay_early(*call);
}

void GrpcSession::end(Call& call, StatusCode code, std::string_view message) {
  if (call.has_ended) return;
  call.has_ended = true;
  call.status.code = code;
  call.status.message = message;
  deadlines_.remove(call.id.slot);
  forget_partial(call);
  if (call.is_known) events_.push(Event::Kind::ended, call.id);
}

// A server answers with the status, but for a deadline: nobody waits for the answer.
void GrpcSession::fail_call(Call& call, StatusCode code, std::string_view message) {
  if (call.has_ended) return;
  end(call, code, message);
  if (!call.is_on_wire) return;
  if (is_server() && code != StatusCode::deadline_exceeded) return respond(call);
  reset_stream(call, NGHTTP2_CANCEL);
}

// Client: END_STREAM has arrived.
void GrpcSession::end_of_response(Call& call) {
  const Head& trailers = call.trailers;
  const bool is_late = now_ >= call.deadline;
  if (call.has_ended) return;
  if (!trailers.status) {
    const bool is_http_error = trailers.http_status != 0 && trailers.http_status != 200;
    const StatusCode code =
        is_http_error ? status_of_http(trailers.http_status) : StatusCode::internal;
    end(call, code, "the response has no grpc-status");
  } else if (*trailers.status == StatusCode::ok && call.incoming.arrived() > 0) {
    end(call, StatusCode::internal, "the response ended within a message");
  } else if (*trailers.status == StatusCode::cancelled && is_late) {
    end(call, StatusCode::deadline_exceeded, "Deadline Exceeded");
  } else {
    end(call, *trailers.status, trailers.message);
  }
  // The server wants no more.
  if (nghttp2_session_get_stream_local_close(http2_, call.stream) == 0) {
    reset_stream(call, NGHTTP2_CANCEL);
  }
}

void GrpcSession::on_stream_closed(Call& call, std::uint32_t error) {
  call.is_on_wire = false;
  if (!call.has_ended) {
    StatusCode code = is_server() ? StatusCode::cancelled : status_of_reset(error);
    if (code == StatusCode::cancelled && now_ >= call.deadline) {
      code = StatusCode::deadline_exceeded;
    }
    const bool is_refused = error == NGHTTP2_REFUSED_STREAM;
    if (is_refused && call.reach == Reach::application) call.reach = Reach::library;
    end(call, code, std::string("the stream was reset: ") + nghttp2_http2_strerror(error));
  }
  free_if_done(call);
}

// Server: the status goes out after what waits to be sent.
void GrpcSession::respond(Call& call) {
  if (!call.is_on_wire || is_closed_) return;
  call.is_half_closed = true;
  if (call.has_head_sent) {
    call.is_finishing = true;
    return resume(call);
  }
  fields_.clear();
  fields_.add_literal(":status", "200");
  fields_.add_literal("content-type", "application/grpc");
  fields_.add(call.status);
  fields_.add(call.sent_trailers);
  const auto& fields = fields_.view();
  (void)nghttp2_submit_response(http2_, call.stream, fields.data(), fields.size(), nullptr);
}

void GrpcSession::submit_trailers(Call& call) {
  fields_.clear();
  fields_.add(call.status);
  fields_.add(call.sent_trailers);
  const auto& fields = fields_.view();
  (void)nghttp2_submit_trailer(http2_, call.stream, fields.data(), fields.size());
}

void GrpcSession::resume(Call& call) {
  if (!call.is_deferred) return;
  call.is_deferred = false;
  (void)nghttp2_session_resume_data(http2_, call.stream);
}

void GrpcSession::reset_stream(Call& call, std::uint32_t error) {
  (void)nghttp2_submit_rst_stream(http2_, NGHTTP2_FLAG_NONE, call.stream, error);
}

}  // namespace windtunnel::rpc
