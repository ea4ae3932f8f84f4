// The streams of all nodes: a small TCP over the same links as messages. A lost segment is sent
// again after a timeout, so that loss is delay; nothing is lost, doubled or disordered in what a
// program reads. What is simpler than TCP does not show: ports of the near end are not checked for
// reuse, segments find their end by its id, and there is no selective acknowledgement.
#pragma once

#include <windtunnel/sim/net/port_table.h>
#include <windtunnel/sim/net/stream_end.h>
#include <windtunnel/sim/net/stream_options.h>
#include <windtunnel/sim/net/wire.h>
#include <windtunnel/sim/node.h>

#include <cstdint>
#include <deque>
#include <vector>

namespace windtunnel {

// The program's handle on a listener.
class ListenerUser {
 public:
  virtual void on_acceptable(std::uint64_t cause) = 0;

 protected:
  ~ListenerUser() = default;
};

struct ListenerId {
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t generation = 0;
};

class StreamLayer final : public PacketReceiver, public EventTarget {
 public:
  StreamLayer(Simulation& sim, PacketPool& packets, Wire& wire, PortTable& ports)
      : sim_(sim), packets_(packets), wire_(wire), ports_(ports) {}
  StreamOptions& options() { return options_; }

  // --- For the handles of a program; ids are those of an end or listener that was not closed. ---
  struct Listening {
    ListenerId id;
    Port port;
  };
  Result<Listening> listen(Node& node, Port port, ListenerUser& user);
  void close_listener(ListenerId id);
  bool acceptable(ListenerId id) const { return !listeners_[id.slot].queue.empty(); }
  // The oldest connection; its user is set with `attend`. Errc::would_block when there is none.
  Result<StreamId> accept(ListenerId id);
  void attend(StreamId id, StreamUser& user) { end(id).user = &user; }

  // Errc::unreachable where no way leads there, overloaded where no ephemeral port is free.
  Result<StreamId> connect(Node& node, const Endpoint& to, StreamUser& user);
  Endpoint local(StreamId id) { return end(id).local; }
  Endpoint remote(StreamId id) { return end(id).remote; }
  Result<std::size_t> write(StreamId id, BytesView bytes);
  Result<std::size_t> read(StreamId id, MutableBytesView into);
  bool readable(StreamId id);
  bool writable(StreamId id);
  void shutdown_write(StreamId id);
  void reset(StreamId id);
  // The program lets go of the end, which may live on to send what was written.
  void close(StreamId id);

  // The node's program is gone. Its kernel closes what it had open, as `close` does: what was
  // written still arrives, then the end, or a reset where bytes were not read. After a power loss
  // the kernel is gone too, and peers hear nothing.
  void sever(NodeId node, bool power_loss);
  // Ends in the table, and packets that wait in them.
  std::size_t ends() const { return ends_.live(); }

  void on_packet(std::uint32_t slot) override;
  void on_frame_lost(StreamId id) override;
  void on_event(std::uint64_t slot, std::uint64_t generation) override;

 private:
  using Kind = SegmentHeader::Kind;
  using State = StreamEnd::State;
  struct ListenerState {
    Node* node = nullptr;
    ListenerUser* user = nullptr;
    Port port = 0;
    std::uint32_t generation = 0;
    std::uint32_t waiting = 0;  // ends that are not accepted, whether established or not
    std::deque<StreamId> queue;
  };

  // The table.
  StreamEnd& create(Node& node);
  void remove(StreamEnd& end);
  StreamEnd* find(StreamId id);
  StreamEnd& end(StreamId id);
  void fail(StreamEnd& end, Errc error, std::uint64_t cause);
  // Tells the peer; returns the number of the record.
  std::uint64_t abort(StreamEnd& end);
  void give_back(StreamEnd& end);
  void forget_listener(ListenerState& listener, std::uint32_t slot);
  void settle(StreamEnd& end);
  std::uint64_t record(RecordKind kind, const StreamEnd& end, std::uint16_t aux,
                       std::uint64_t cause, std::uint64_t c = 0, std::uint64_t d = 0);

  // Time.
  void set_timer(StreamEnd& end, Instant at);
  void stop_timer(StreamEnd& end) { end.deadline = kEndOfTime; }
  void on_timer(StreamEnd& end);

  // Opening.
  void on_syn(std::uint32_t slot);
  void on_syn_ack(StreamEnd& end, const Packet& packet);
  void establish(StreamEnd& end);
  void retry_opening(StreamEnd& end);

  // Sending.
  struct Outgoing {
    Kind kind;
    std::uint64_t sequence = 0;
    BytesView bytes{};
    std::uint64_t record = 0;
    std::uint64_t attempt = 0;
  };
  void send(StreamEnd& end, const Outgoing& segment);
  void send_acknowledgement(StreamEnd& end);
  void answer_with_reset(const Packet& packet);
  void append(StreamEnd& end, BytesView bytes, std::uint64_t record);
  void pump(StreamEnd& end);
  void retransmit(StreamEnd& end);
  void on_timeout(StreamEnd& end);
  void on_acknowledgement(StreamEnd& end, const SegmentHeader& header);
  void take_acknowledged(StreamEnd& end, std::uint64_t acknowledged);
  void measure(StreamEnd& end, Duration sample);

  // Frames (stream_frames.cpp).
  void take(StreamEnd& end, BytesView bytes, std::uint64_t record);
  void cut_frames(StreamEnd& end, std::uint64_t record);
  bool cut_frame(StreamEnd& end, BytesView& rest, std::uint64_t record);
  void judge(StreamEnd& end, BytesView frame, std::size_t header, std::uint64_t record);
  void on_frame(std::uint32_t slot);

  // Receiving. `slot` belongs to the callee.
  void on_segment(StreamEnd& end, std::uint32_t slot);
  void on_bytes(StreamEnd& end, std::uint32_t slot);
  void take_in(StreamEnd& end, const Packet& packet);
  void keep_early(StreamEnd& end, std::uint32_t slot);
  void on_reset(StreamEnd& end, const Packet& packet);

  Simulation& sim_;
  PacketPool& packets_;
  Wire& wire_;
  PortTable& ports_;
  StreamOptions options_;
  Slab<StreamEnd, 64> ends_;
  std::vector<std::vector<std::uint32_t>> by_node_;
  std::vector<ListenerState> listeners_;
  std::vector<std::uint32_t> free_listeners_;
  std::uint64_t next_number_ = 1;
};

}  // namespace windtunnel
