// Calls in a framing of our own, between our nodes: no HTTP/2, no HPACK, no copy of a message but
// into and out of the connection's buffers. The same interface as gRPC's, several times cheaper.
//
// A frame is 24 bytes, little-endian, and a payload:
//
//   size of the payload u32 | slot u32 | life u32 | kind u8 | flags u8 | 0 u16 | word u64
//
// A call is named by the client's slot and its life in it. Kinds and their words:
//
//   call 1       nanoseconds that are left, 0: no deadline; method, metadata
//   head 2       metadata
//   message 3    the message
//   half_close 4
//   end 5        status code; flag 1: the application has not seen the call; text, metadata
//   cancel 6
//   credit 7     bytes
//   going_away 8
//
// Flow control: a side sends messages of a call while fewer bytes than the window are without
// credit, and a message is sent whole; so that no message needs credit for its parts.
#pragma once

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/slab.h>
#include <windtunnel/protocols/rpc/connection.h>
#include <windtunnel/protocols/rpc/deadlines.h>
#include <windtunnel/protocols/rpc/event_queue.h>
#include <windtunnel/protocols/rpc/session.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::rpc {

inline constexpr std::size_t kNativeHeaderBytes = 24;

class NativeSession final : public Session {
 public:
  NativeSession(Side side, const SessionOptions& options, Instant now);

  void feed(BytesView bytes, Instant now) override;
  void disconnected(std::string_view why, Instant now) override;
  void on_time(Instant now) override;
  Instant next_timer() const override { return is_closed_ ? kEndOfTime : deadlines_.first(); }
  BytesView output(Instant now) override;
  void written(std::size_t count) override;
  bool wants_output() const override { return out_begin_ < out_.size(); }
  bool next(Event& event) override;
  bool is_finished() const override { return is_closed_ && !wants_output(); }
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

  // What may wait to be written before the peer is held to read nothing.
  static constexpr std::size_t kMostOutput = std::size_t{16} << 20;

 private:
  enum class Kind : std::uint8_t {
    call = 1,
    head = 2,
    message = 3,
    half_close = 4,
    end = 5,
    cancel = 6,
    credit = 7,
    going_away = 8,
  };
  struct Frame {
    std::uint32_t size = 0;
    std::uint32_t slot = 0;
    std::uint32_t life = 0;
    Kind kind = Kind::call;
    std::uint8_t flags = 0;
    std::uint64_t word = 0;
  };
  // What a call is afresh in each life of its slot.
  struct Books {
    bool is_known = false;  // the slot is taken while it is
    bool has_ended = false;
    bool is_half_closed = false;          // here
    bool is_half_closed_by_peer = false;  // server
    bool is_writable_wanted = false;
    std::uint32_t peer_slot = 0;  // server: the names on the wire
    std::uint32_t peer_life = 0;
    std::size_t sent = 0;        // without credit
    std::size_t unconsumed = 0;  // received, likewise
    Reach reach = Reach::application;
    Instant deadline = kEndOfTime;
  };
  struct Call : Books {
    CallId id;
    std::string method;
    Metadata head;
    Metadata trailers;
    Status status;
  };

  static Frame header_of(BytesView bytes);
  Call* find(CallId id);
  // The call that a frame is of; null: it is over.
  Call* find(const Frame& frame);
  Call& take_slot();
  void end(Call& call, StatusCode code, std::string_view message);
  void close(std::string_view why);
  void close_if_drained();
  // False: the peer has broken the protocol.
  bool on_frame(const Frame& frame, BytesView payload);
  bool on_call(const Frame& frame, BytesView payload);
  bool on_message(Call& call, BytesView payload);
  bool on_end(Call& call, const Frame& frame, BytesView payload);
  void on_credit(Call& call, std::uint64_t bytes);
  void wake_writers();
  // Appends the header of a frame of `call`; its payload follows, and `end_frame`.
  std::size_t begin_frame(const Call& call, Kind kind, std::uint64_t word, std::uint8_t flags = 0);
  void end_frame(std::size_t begin);
  // Leaves out what may not travel.
  void append(const Metadata& metadata);
  void send(const Call& call, Kind kind, std::uint64_t word = 0);
  void send_end(const Call& call, const Status& status, const Metadata& trailers,
                std::uint8_t flags = 0);
  bool is_server() const { return side_ == Side::server; }

  const Side side_;
  const SessionOptions options_;
  Instant now_;
  Slab<Call, 8> calls_;
  std::uint32_t slots_ = 0;
  std::vector<std::uint32_t> by_peer_slot_;  // server: our slot + 1
  Deadlines deadlines_;
  EventQueue events_;
  EventQueue::Entry taken_;
  Bytes in_;  // the frame that arrives, as far as it has
  Bytes out_;
  std::size_t out_begin_ = 0;
  bool is_closed_ = false;
  bool is_going_away_ = false;
  Status reason_;
};

SessionMaker native_sessions(const SessionOptions& options);

}  // namespace windtunnel::rpc
