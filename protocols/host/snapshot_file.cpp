#include <windtunnel/protocols/host/snapshot_file.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/raft/message_codec.h>

namespace windtunnel {
namespace {

constexpr std::uint32_t kMagic = 0x50534e54U;
constexpr std::size_t kChecksumBytes = 4;
// More than any configuration takes.
constexpr std::size_t kMostHeadBytes = 4096;

}  // namespace

void append_snapshot_head(Bytes& out, const SnapshotHead& head) {
  Writer writer(out);
  writer.fixed(kMagic);
  writer.fixed(head.group.value);
  encode(writer, head.meta);
}

void append_snapshot_end(Bytes& out, std::uint32_t crc) {
  Writer writer(out);
  writer.fixed(crc);
}

Result<BytesView> SnapshotParser::take(BytesView bytes) {
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(taken_));
  rest_.insert(rest_.end(), bytes.begin(), bytes.end());
  taken_ = 0;
  start_ = 0;
  if (rest_.size() <= kChecksumBytes) return BytesView{};
  const BytesView sure = BytesView(rest_).first(rest_.size() - kChecksumBytes);
  if (!head_ && !parse_head(sure)) {
    if (sure.size() > kMostHeadBytes) return make_error_code(Errc::corrupt);
    return BytesView{};
  }
  crc_ = crc32c(sure, crc_);
  taken_ = sure.size();
  return sure.subspan(start_);
}

bool SnapshotParser::parse_head(BytesView bytes) {
  Reader reader(bytes);
  const auto magic = reader.fixed<std::uint32_t>();
  SnapshotHead head;
  head.group = GroupId{reader.fixed<std::uint32_t>()};
  head.meta = raft::decode_snapshot_meta(reader);
  if (!reader.ok() || magic != kMagic) return false;
  start_ = bytes.size() - reader.remaining();
  head_ = head;
  return true;
}

Result<SnapshotHead> SnapshotParser::finish() const {
  const BytesView checksum = BytesView(rest_).subspan(taken_);
  Reader reader(checksum);
  const auto crc = reader.fixed<std::uint32_t>();
  if (!head_ || !reader.done() || crc != crc_) return make_error_code(Errc::corrupt);
  return *head_;
}

}  // namespace windtunnel
