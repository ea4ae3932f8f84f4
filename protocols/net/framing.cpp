#include <windtunnel/protocols/net/framing.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/env/transport.h>

#include <cstring>

namespace windtunnel {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr std::size_t kLengthBytes = 4;

}  // namespace

void append_frame(Bytes& out, BytesView message) {
  WT_ASSERT(message.size() <= kMaxMessageBytes, "a message has at most 16 MiB");
  const std::size_t at = out.size();
  Writer writer(out);
  writer.fixed(static_cast<std::uint32_t>(message.size()));
  const std::uint32_t check = crc32c(BytesView(out).subspan(at, kLengthBytes));
  writer.fixed(check);
  writer.raw(message);
}

StreamFrame frame_of(BytesView bytes) {
  if (bytes.size() < kFrameHeaderBytes) return {};
  Reader reader(bytes.first(kFrameHeaderBytes));
  const auto length = reader.fixed<std::uint32_t>();
  const auto check = reader.fixed<std::uint32_t>();
  if (length > kMaxMessageBytes || crc32c(bytes.first(kLengthBytes)) != check) {
    return {.malformed = true};
  }
  return {kFrameHeaderBytes + length, kFrameHeaderBytes};
}

MutableBytesView FrameReader::room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kReadBytes) buffer_.resize(end_ + kReadBytes);
  return MutableBytesView(buffer_).subspan(end_);
}

std::optional<BytesView> FrameReader::next() {
  const BytesView rest = BytesView(buffer_).subspan(begin_, end_ - begin_);
  if (malformed_) return std::nullopt;
  const StreamFrame frame = frame_of(rest);
  malformed_ = frame.malformed;
  if (malformed_ || frame.size == 0 || rest.size() < frame.size) return std::nullopt;
  begin_ += frame.size;
  return rest.first(frame.size).subspan(frame.header);
}

void FrameReader::clear() {
  begin_ = end_ = 0;
  malformed_ = false;
}

}  // namespace windtunnel
