// Messages inside streams: what a program writes is cut into the frames of its service, so that
// rules act on whole ones, as they do on messages that travel alone.
#include <windtunnel/sim/net/stream_layer.h>

#include <algorithm>

namespace windtunnel {
namespace {

// A frame that waits until it is whole is kept: a header and the largest message.
constexpr std::size_t kLargestFrame = kMaxMessageBytes + 4096;

}  // namespace

void StreamLayer::take(StreamEnd& end, BytesView bytes, std::uint64_t record) {
  FrameCut& frames = end.frames;
  if (!end.node->messages().frame || frames.is_senseless) {
    wire_.pass_unread(end.local.node, end.remote.node);
    return append(end, bytes, record);
  }
  const auto passing = static_cast<std::size_t>(std::min<std::uint64_t>(frames.left, bytes.size()));
  append(end, bytes.first(passing), record);
  frames.left -= passing;
  const BytesView rest = bytes.subspan(passing);
  frames.head.insert(frames.head.end(), rest.begin(), rest.end());
  cut_frames(end, record);
}

// Takes whole frames off the head, and sends as much of the last as need not wait.
void StreamLayer::cut_frames(StreamEnd& end, std::uint64_t record) {
  Bytes& head = end.frames.head;
  BytesView rest(head);
  while (!rest.empty() && cut_frame(end, rest, record)) {
  }
  head.erase(head.begin(), head.end() - static_cast<std::ptrdiff_t>(rest.size()));
}

// False when the frame with which `rest` begins needs more bytes.
bool StreamLayer::cut_frame(StreamEnd& end, BytesView& rest, std::uint64_t record) {
  FrameCut& frames = end.frames;
  const auto send = [&](std::size_t count) {
    if (count > frames.head_sent) append(end, rest.first(count).subspan(frames.head_sent), record);
    frames.head_sent = count;
  };
  const auto go_on = [&](std::size_t count) {
    rest = rest.subspan(count);
    frames.head_sent = 0;
    return true;
  };
  if (frames.head_sent == 0) frames.waits = wire_.has_rules(end.local.node, end.remote.node);
  const StreamFrame frame = end.node->messages().frame(service_port(end.local, end.remote), rest);
  const bool is_there = frame.size != 0 && frame.size <= rest.size();
  frames.is_senseless = frame.malformed || (!is_there && rest.size() > kLargestFrame);
  if (frames.is_senseless) wire_.pass_unread(end.local.node, end.remote.node);
  if (is_there && frames.waits && !frame.malformed) {
    judge(end, rest.first(frame.size), frame.header, record);
    return go_on(frame.size);
  }
  if (!is_there && frames.waits && !frames.is_senseless) return false;
  send(is_there ? frame.size : rest.size());
  if (frame.size == 0 && !frames.is_senseless) return false;
  if (!is_there && !frames.is_senseless) frames.left = frame.size - rest.size();
  return go_on(frames.head_sent);
}

// A whole frame, before the rules of its link.
void StreamLayer::judge(StreamEnd& end, BytesView frame, std::size_t header, std::uint64_t record) {
  WT_ASSERT(header <= frame.size(), "a frame holds its header");
  const std::uint32_t slot = packets_.acquire(frame);
  Packet& packet = packets_[slot];
  packet.from = end.local;
  packet.to = end.remote;
  packet.is_segment = false;
  packet.is_frame = true;
  packet.message_at = header;
  packet.kind = class_of(*end.node, end.local, end.remote, packet.message());
  packet.incarnation = end.node->incarnation();
  packet.link = wire_.link_index(end.local.node, end.remote.node);
  packet.number = wire_.number_message();
  packet.digest = hash_bytes(packet.message());
  packet.record = record;
  packet.entity = hash_combine(end.entity, 4);
  packet.ordinal = end.frames.judged++;
  packet.header = SegmentHeader{};
  packet.header.from = end.id;
  const Wire::FrameFate fate = wire_.judge_frame(slot);
  for (std::uint32_t i = 0; i < fate.passing; ++i) append(end, packets_[slot].bytes, record);
  if (fate.passing != 0) packets_.release(slot);
  end.frames.kept_back += fate.waiting;
}

// One that was kept back may go on.
void StreamLayer::on_frame(std::uint32_t slot) {
  const Packet& packet = packets_[slot];
  StreamEnd* end = find(packet.header.from);
  if (end == nullptr || end->state == State::failed) {
    wire_.record_drop(packet, DropReason::no_listener);
  } else {
    sim_.set_cause(packet.record);
    append(*end, packet.bytes, packet.record);
    --end->frames.kept_back;
    pump(*end);
  }
  packets_.release(slot);
}

void StreamLayer::on_frame_lost(StreamId id) {
  StreamEnd* end = find(id);
  if (end == nullptr || end->state == State::failed) return;
  --end->frames.kept_back;
  pump(*end);
}

}  // namespace windtunnel
