// Messages in a byte stream: the length, a check of the length, the bytes. What damages a header is
// noticed before a wrong length makes everything after it senseless; the bytes of a message are
// checked by whoever understands them.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/env/message_classes.h>

#include <cstddef>
#include <optional>

namespace windtunnel {

inline constexpr std::size_t kFrameHeaderBytes = 8;

// Appends `message`, of at most kMaxMessageBytes, with its header.
void append_frame(Bytes& out, BytesView message);

// The frame that begins `bytes`, for faults and traces (MessageClasses::frame).
StreamFrame frame_of(BytesView bytes);

// Takes a stream apart. The buffer grows with what has arrived, not with what a header promises,
// and is kept.
class FrameReader {
 public:
  // Where the next bytes of the stream go; never empty. Views that `next` returned are void.
  MutableBytesView room();
  void filled(std::size_t count) { end_ += count; }
  // The next whole message, or nothing. After a header that no writer made: nothing, for ever.
  std::optional<BytesView> next();
  bool malformed() const { return malformed_; }
  // For a new stream.
  void clear();

 private:
  Bytes buffer_;
  std::size_t begin_ = 0;  // of what was not returned yet
  std::size_t end_ = 0;
  bool malformed_ = false;
};

}  // namespace windtunnel
