#include <windtunnel/protocols/host/wal_format.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace windtunnel::wal {
namespace {

using raft::EntryKind;
using raft::LogBase;
using raft::LogIndex;
using raft::Term;

constexpr GroupId kGroup{3};

raft::Write entries_write(std::uint64_t first, std::uint64_t term,
                          const std::vector<std::string>& payloads) {
  raft::SliceBuilder builder;
  builder.clear();
  for (const std::string& payload : payloads) {
    builder.add(Term{term}, EntryKind::command, Payload(as_bytes(payload)));
  }
  raft::Write write;
  write.first = LogIndex{first};
  write.entries = builder.slice();
  return write;
}

// A segment made of frames, and where each begins.
struct Segment {
  Bytes bytes;
  Position position{1, 0, 0};
  std::vector<std::size_t> starts;

  void add(const raft::Write& write) {
    Bytes frame;
    begin_frame(frame);
    put_write(frame, kGroup, write);
    add(frame);
  }
  void add(Bytes frame) {
    starts.push_back(position.offset);
    seal_frame(frame, position);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
};

Segment three_frames() {
  Segment segment;
  segment.add(entries_write(1, 1, {"one", std::string(700, 'x')}));
  segment.add(entries_write(3, 1, {"three"}));
  segment.add(entries_write(4, 2, {"four", "five"}));
  return segment;
}

struct Scan {
  FrameState state = FrameState::end;
  std::size_t frames = 0;
  std::vector<GroupLog> groups;
};

Scan scan(BytesView bytes) {
  Scan result;
  Replay replay;
  Position position{1, 0, 0};
  for (;;) {
    const Frame frame = next_frame(bytes, position);
    result.state = frame.state;
    if (frame.state != FrameState::whole) break;
    EXPECT_TRUE(replay.add(frame.records));
    ++result.frames;
  }
  result.groups = *replay.finish();
  return result;
}

TEST(WalFormat, WhatWasWrittenIsReadBack) {
  const Segment segment = three_frames();
  const Scan result = scan(segment.bytes);
  EXPECT_EQ(result.state, FrameState::end);
  ASSERT_EQ(result.groups.size(), 1U);
  const GroupLog& log = result.groups[0];
  EXPECT_EQ(log.group, kGroup);
  ASSERT_EQ(log.entries.size(), 5U);
  EXPECT_EQ(as_text(log.entries[4].payload.view()), "five");
  EXPECT_EQ(log.entries[4].term, Term{2});
  raft::Log reference;
  for (const raft::Entry& entry : log.entries) {
    reference.append(entry.term, entry.kind, entry.payload, hash_bytes(entry.payload.view()));
  }
  EXPECT_EQ(log.entries[4].hash, reference.last_hash());
}

TEST(WalFormat, ATornTailAtEveryByteLeavesTheFramesBeforeIt) {
  const Segment segment = three_frames();
  for (std::size_t length = 0; length < segment.bytes.size(); ++length) {
    const Scan result = scan(BytesView(segment.bytes).first(length));
    const auto starts = segment.starts;
    const auto whole =
        std::upper_bound(starts.begin() + 1, starts.end(), length) - starts.begin() - 1;
    const bool between = std::find(starts.begin(), starts.end(), length) != starts.end();
    EXPECT_EQ(result.frames, static_cast<std::size_t>(whole)) << length;
    EXPECT_EQ(result.state, between ? FrameState::end : FrameState::torn) << length;
  }
}

TEST(WalFormat, ALostSectorOfTheLastFrameIsATornTail) {
  Segment segment = three_frames();
  segment.add(entries_write(6, 2, {std::string(3000, 'y')}));
  const std::size_t start = segment.starts.back();
  for (std::size_t sector = start / kSectorBytes; sector * kSectorBytes < segment.bytes.size();
       ++sector) {
    Bytes damaged = segment.bytes;
    const std::size_t from = std::max(start, sector * kSectorBytes);
    const std::size_t to = std::min(damaged.size(), (sector + 1) * kSectorBytes);
    std::fill(damaged.begin() + from, damaged.begin() + to, std::byte{0});
    const Scan result = scan(damaged);
    EXPECT_EQ(result.state, FrameState::torn) << "sector " << sector;
    EXPECT_EQ(result.frames, 3U);
  }
}

TEST(WalFormat, ALostSectorBeforeAWholeFrameIsRefused) {
  const Segment segment = three_frames();
  ASSERT_LT(kSectorBytes, segment.starts[1]);
  Bytes damaged = segment.bytes;
  std::fill(damaged.begin() + kSectorBytes, damaged.begin() + segment.starts[1], std::byte{0});
  EXPECT_EQ(scan(damaged).state, FrameState::corrupt) << "the frame was synced before the next";
}

TEST(WalFormat, AFlippedBitIsRefusedWhereverItIs) {
  const Segment segment = three_frames();
  for (std::size_t i = 0; i < segment.bytes.size(); ++i) {
    Bytes damaged = segment.bytes;
    damaged[i] ^= std::byte{0x40};
    const bool last = i >= segment.starts.back();
    const Scan result = scan(damaged);
    if (!last) {
      EXPECT_EQ(result.state, FrameState::corrupt) << "byte " << i;
    } else {
      EXPECT_NE(result.state, FrameState::end) << "byte " << i;
    }
  }
}

TEST(WalFormat, ABitOfTheLastFrameIsNoTornTail) {
  const Segment segment = three_frames();
  Bytes damaged = segment.bytes;
  damaged[segment.starts.back() + kHeaderBytes + 6] ^= std::byte{1};
  EXPECT_EQ(scan(damaged).state, FrameState::corrupt)
      << "no sector is missing: it was durable once";
}

TEST(WalFormat, AFrameIsValidInItsOwnPlaceOnly) {
  const Segment segment = three_frames();
  Bytes moved(segment.bytes.begin() + segment.starts[1], segment.bytes.end());
  EXPECT_EQ(scan(moved).frames, 0U);
  Position other{2, 0, 0};
  EXPECT_NE(next_frame(segment.bytes, other).state, FrameState::whole) << "another segment";
}

TEST(WalFormat, LaterRecordsOverwriteEarlierOnes) {
  Segment segment;
  segment.add(entries_write(1, 1, {"a", "b", "c"}));
  raft::Write write = entries_write(2, 2, {"B"});
  write.truncate_from = LogIndex{2};
  write.hard_state = raft::HardState{Term{2}, NodeId{1}};
  segment.add(write);
  const GroupLog log = scan(segment.bytes).groups.at(0);
  ASSERT_EQ(log.entries.size(), 2U);
  EXPECT_EQ(as_text(log.entries[1].payload.view()), "B");
  EXPECT_EQ(log.hard_state, (raft::HardState{Term{2}, NodeId{1}}));
}

TEST(WalFormat, ABaseDropsWhatIsBeforeIt) {
  for (const bool discard : {false, true}) {
    Segment segment;
    segment.add(entries_write(1, 1, {"a", "b", "c"}));
    Bytes frame;
    begin_frame(frame);
    put_base(frame, kGroup, LogBase{LogIndex{2}, Term{1}, 77}, discard);
    segment.add(frame);
    const GroupLog log = scan(segment.bytes).groups.at(0);
    EXPECT_EQ(log.base, (LogBase{LogIndex{2}, Term{1}, 77}));
    EXPECT_EQ(log.entries.size(), discard ? 0U : 1U);
  }
}

TEST(WalFormat, AGapThatNoBaseCoversIsRefused) {
  Replay replay;
  Bytes frame;
  begin_frame(frame);
  put_write(frame, kGroup, entries_write(10, 1, {"ten"}));
  ASSERT_TRUE(replay.add(BytesView(frame).subspan(kHeaderBytes)));
  Replay covered = replay;
  EXPECT_FALSE(replay.finish());
  begin_frame(frame);
  put_base(frame, kGroup, LogBase{LogIndex{9}, Term{1}, 5}, false);
  ASSERT_TRUE(covered.add(BytesView(frame).subspan(kHeaderBytes)));
  const auto groups = covered.finish();
  ASSERT_TRUE(groups);
  EXPECT_EQ(groups->at(0).last_index(), LogIndex{10});
}

TEST(WalFormat, SegmentNamesSortByNumber) {
  EXPECT_EQ(segment_path("wal", 0x1f), "wal/0000001f.log");
  EXPECT_EQ(segment_number("0000001f.log"), 0x1fU);
  EXPECT_EQ(segment_number("0000001f.tmp"), std::nullopt);
  EXPECT_EQ(segment_number("000000zz.log"), std::nullopt);
}

}  // namespace
}  // namespace windtunnel::wal
