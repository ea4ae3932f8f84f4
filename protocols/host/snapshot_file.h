// The bytes of a snapshot file: magic, group, what it stands for, the state, and a checksum of all
// that. Written and read in pieces; a file goes to another node as it is.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/raft/types.h>

#include <cstdint>
#include <optional>

namespace windtunnel {

struct SnapshotHead {
  GroupId group;
  raft::SnapshotMeta meta;
};
void append_snapshot_head(Bytes& out, const SnapshotHead& head);
// Appends the checksum of a file whose bytes before it have the CRC-32C `crc`.
void append_snapshot_end(Bytes& out, std::uint32_t crc);

// Takes a snapshot file apart as its bytes come.
class SnapshotParser {
 public:
  // The bytes of the state among those that have come; good until the next call. Errc::corrupt
  // where the file does not begin as one does.
  Result<BytesView> take(BytesView bytes);
  // Once all has come. Errc::corrupt where it is not a whole, undamaged file.
  Result<SnapshotHead> finish() const;

 private:
  bool parse_head(BytesView bytes);

  Bytes rest_;             // what may be the checksum, or is not enough for the head
  std::size_t taken_ = 0;  // of it, by the last call
  std::size_t start_ = 0;  // of the state in it
  std::uint32_t crc_ = 0;
  std::optional<SnapshotHead> head_;
};

}  // namespace windtunnel
