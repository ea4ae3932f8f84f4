// Calls as gRPC carries them over HTTP/2 (gRPC PROTOCOL-HTTP2.md), on nghttp2 without its IO: stock
// clients and servers cannot tell. In the clear and with prior knowledge (h2c).
//
// Beyond what `Session` says:
// - credit of the connection goes back as soon as bytes are read, that of a call when its messages
//   are consumed: a call that nobody reads stops itself and no other. A message that is larger than
//   half of the call's window gets its credit early, but only while no message waits before it.
// - what is not gRPC is answered by HTTP status 415, a call that this side does not understand by a
//   status, what is not HTTP/2 by the end of the connection.
// - the peer's PINGs, SETTINGS, RST_STREAMs and whatever else makes this side queue frames are
//   limited: ENHANCE_YOUR_CALM, and the connection ends.
// - keepalive is gRFC A8 and A9's: a client that pings too often is told "too_many_pings".
#pragma once

#include <windtunnel/protocols/base/slab.h>
#include <windtunnel/protocols/rpc/deadlines.h>
#include <windtunnel/protocols/rpc/event_queue.h>
#include <windtunnel/protocols/rpc/grpc/head.h>
#include <windtunnel/protocols/rpc/session.h>

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace windtunnel::rpc {

// gRFC A8. {0} as `time`: this side does not ping by itself.
struct Keepalive {
  // A ping after so long without a byte from the peer; without an answer for `timeout` the
  // connection is broken.
  Duration time;
  Duration timeout = seconds(20);
  // Also while no call is open.
  bool without_calls = false;
  // Server: pings that come sooner after one another, with nothing sent in between, are strikes;
  // more than `most_strikes` end the connection.
  Duration least_interval = seconds(300);
  unsigned most_strikes = 2;
};

struct GrpcOptions : SessionOptions {
  std::string authority = "localhost";
  std::string user_agent = "grpc-windtunnel/0.1";
  Keepalive keepalive;
};

class GrpcSession final : public Session {
 public:
  GrpcSession(Side side, const GrpcOptions& options, Instant now);
  ~GrpcSession() override;
  GrpcSession(const GrpcSession&) = delete;
  GrpcSession& operator=(const GrpcSession&) = delete;

  void feed(BytesView bytes, Instant now) override;
  void disconnected(std::string_view why, Instant now) override;
  void on_time(Instant now) override;
  Instant next_timer() const override;
  BytesView output(Instant now) override;
  void written(std::size_t count) override;
  bool wants_output() const override;
  bool next(Event& event) override;
  bool is_finished() const override { return is_closed_ && out_.size() == out_begin_; }
  void drain(Instant now) override;

  Result<CallId> start(std::string_view method, const Metadata& metadata, Instant deadline,
                       Instant now) override;
  void send_head(CallId id, const Metadata& metadata) override;
  Result<void> send_message(CallId id, BytesView message) override;
  void half_close(CallId id) override;
  void finish(CallId id, const Status& status, const Metadata& trailers) override;
  void cancel(CallId id) override;
  void consume(CallId id, std::uint32_t credit) override;
  std::size_t live_calls() const override { return calls_.live(); }

  // What one connection may make this side queue before it is ended.
  static constexpr std::size_t kMostQueuedFrames = 10'000;
  // RST_STREAMs of a client: so many at once, and so many more a second (CVE-2023-44487).
  static constexpr std::int64_t kResetBurst = 1000;
  static constexpr std::int64_t kResetsPerSecond = 33;
  // How long the first GOAWAY of a drain waits for the answer to its ping.
  static constexpr Duration kDrainPatience = seconds(5);
  // How long a peer that is being sent away has to read why. Nothing of it is read any more.
  static constexpr Duration kCalmPatience = seconds(5);

 private:
  // What a call is afresh in each life of its slot.
  struct Books {
    std::int32_t stream = 0;
    // A slot is taken until HTTP/2 has done with the stream and the user with the call.
    bool is_on_wire = false;
    bool is_known = false;
    bool has_ended = false;
    bool has_head_sent = false;     // server
    bool has_head_arrived = false;  // client
    bool is_half_closed = false;    // here: nothing more will be sent
    bool is_finishing = false;      // server: trailers follow what is in `outgoing`
    bool is_deferred = false;       // HTTP/2 waits to be told that there are bytes
    bool is_writable_wanted = false;
    std::uint32_t unconsumed = 0;  // messages
    std::uint32_t held = 0;        // credit of the bytes of the message that arrives
    Reach reach = Reach::application;
    std::size_t outgoing_begin = 0;
    Instant deadline = kEndOfTime;
  };
  struct Call : Books {
    CallId id;
    // Their memory is kept from one life to the next.
    Head head;
    Head trailers;
    Deframer incoming;
    Bytes outgoing;
    Status status;           // received, or to be sent
    Metadata sent_trailers;  // to be sent
  };
  struct Callbacks;

  // callbacks.cpp: what nghttp2 tells.
  void on_head(Call& call, bool is_end);
  void on_request(Call& call);
  void on_response(Call& call, bool is_end);
  void on_data(Call* call, std::int32_t stream, BytesView bytes);
  void on_half_closed(Call& call);
  void on_stream_closed(Call& call, std::uint32_t error);
  void on_ping(bool is_answer, BytesView payload);
  void on_goaway(std::uint32_t error, std::string_view text);
  void on_reset();
  void on_sent(const nghttp2_frame& frame);
  std::ptrdiff_t read_outgoing(Call& call, MutableBytesView into, std::uint32_t& flags);
  void deliver(Call& call);
  void pay_early(Call& call);

  // calls.cpp
  Call& take_slot();
  Call* find(CallId id);
  // Ends it for the user, who hears of it. Does nothing the second time.
  void end(Call& call, StatusCode code, std::string_view message);
  // Ends it because of what the peer did, or because of time.
  void fail_call(Call& call, StatusCode code, std::string_view message);
  void end_of_response(Call& call);
  void respond(Call& call);
  void submit_trailers(Call& call);
  void resume(Call& call);
  void reset_stream(Call& call, std::uint32_t error);
  void free_if_done(Call& call);
  void forget_partial(Call& call);

  // session.cpp
  void close(std::string_view why);
  void pump();
  // Without writing what waits.
  void abort(std::string_view why);
  // Reads nothing any more, and closes once what is queued was written, or was not in time.
  void begin_closing(std::string_view why);
  void close_calmly(std::string_view why);
  void close_if_over();
  void submit_settings();
  void ping(std::uint8_t kind);
  Instant keepalive_due() const;
  void on_keepalive();
  void finish_drain();
  bool is_server() const { return side_ == Side::server; }

  const Side side_;
  const GrpcOptions options_;
  nghttp2_session* http2_ = nullptr;
  Instant now_;
  Slab<Call, 8> calls_;
  std::uint32_t slots_ = 0;  // that were ever taken
  Deadlines deadlines_;
  EventQueue events_;
  EventQueue::Entry taken_;  // the event that `next` gave last
  Fields fields_;
  std::size_t partial_bytes_ = 0;
  std::size_t known_calls_ = 0;

  Bytes out_;
  std::size_t out_begin_ = 0;
  bool is_closed_ = false;
  bool is_closing_ = false;  // once what is queued was taken
  bool is_going_away_ = false;
  Status reason_;  // of going_away and closed

  // Keepalive.
  Instant heard_at_;
  Instant ping_deadline_ = kEndOfTime;
  Instant pinged_at_{INT64_MIN / 2};  // by the peer, the last time that was no strike
  unsigned strikes_ = 0;
  Instant drain_deadline_ = kEndOfTime;
  Instant calm_deadline_ = kEndOfTime;
  // Tokens for RST_STREAMs, in nanoseconds of refill.
  std::int64_t reset_credit_;
  Instant reset_counted_at_;
};

}  // namespace windtunnel::rpc
