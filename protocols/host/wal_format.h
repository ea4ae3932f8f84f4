// The bytes of the write-ahead log, as pure functions: frames in segments, records in frames.
//
// A segment is a file of frames. A frame is one batch: it was written by one write and made durable
// by one sync before the next frame was written, so only the last frame of the last segment can be
// incomplete.
//
//   frame  = magic, segment, offset, length, previous, body checksum, header checksum (u32 each),
//   body body   = records, kSentinel record = kind (1 byte), group (varint), fields
//
// `offset` is where the frame starts and `previous` the header checksum of the frame before it, so
// that a frame is valid in its own place only. A body ends in a byte that is not zero, a frame
// begins with one: where a lost sector reads as zeros, it shows.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/raft/ready.h>
#include <windtunnel/protocols/raft/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::wal {

inline constexpr std::size_t kHeaderBytes = 28;
inline constexpr std::size_t kSectorBytes = 512;

// Where the next frame goes, and what it follows.
struct Position {
  std::uint32_t segment = 0;
  std::uint32_t offset = 0;
  std::uint32_t previous = 0;
};

std::string segment_path(std::string_view directory, std::uint32_t segment);
// The number in a file name; nullopt for another file.
std::optional<std::uint32_t> segment_number(std::string_view name);

// A frame under construction begins with room for its header; records are appended to it.
void begin_frame(Bytes& frame);
// Completes the frame for `position`, and moves that behind it.
void seal_frame(Bytes& frame, Position& position);

enum class FrameState : std::uint8_t {
  whole,
  end,      // the segment ends here
  torn,     // incomplete in the way that a write without a sync may be
  corrupt,  // damaged in another way, or followed by a whole frame: it was durable once
};
struct Frame {
  FrameState state = FrameState::end;
  BytesView records;
  std::uint32_t size = 0;  // of all of it, where whole
};
// What the first frame of a segment follows: where the segments before it were removed, only it can
// say. 0 where its header is damaged.
std::uint32_t first_link(BytesView segment);
// The frame at `position`, which moves behind it where it is whole.
Frame next_frame(BytesView segment, Position& position);

// --- Records ---
void put_write(Bytes& frame, GroupId group, const raft::Write& write);
void put_hard_state(Bytes& frame, GroupId group, const raft::HardState& state);
// The log begins after `base` from now on. Where `discard`, no entry survives; else those after it
// do.
void put_base(Bytes& frame, GroupId group, const raft::LogBase& base, bool discard);

// What the log holds for one group.
struct GroupLog {
  GroupId group;
  raft::HardState hard_state;
  raft::LogBase base;
  std::vector<raft::Entry> entries;  // hashes are those of the chain from base.hash
  // Entries are missing before the first one; a later base must cover the gap.
  bool gap = false;

  raft::LogIndex last_index() const { return base.index + entries.size(); }
};

// Names what one frame wrote: for observations.
struct FrameItem {
  GroupId group;
  raft::LogIndex index;  // 0: term and vote
  std::uint64_t hash = 0;
  raft::HardState hard_state;
};

// Rebuilds the state of all groups from frames in order.
class Replay {
 public:
  // Errc::corrupt where the records are malformed (which a whole frame never is).
  Result<void> add(BytesView records);
  // What the last frame wrote.
  const std::vector<FrameItem>& last_frame() const { return items_; }
  // Computes the hashes. Errc::corrupt where a group's log has a gap.
  Result<std::vector<GroupLog>> finish();

 private:
  GroupLog& group(GroupId id);
  void take_entries(GroupLog& log, raft::LogIndex first, std::vector<raft::Entry>& entries);
  static void truncate(GroupLog& log, raft::LogIndex from);
  static void rebase(GroupLog& log, const raft::LogBase& base, bool discard);

  std::vector<GroupLog> groups_;  // sorted by id
  std::vector<FrameItem> items_;
  std::vector<raft::Entry> scratch_;
};

}  // namespace windtunnel::wal
