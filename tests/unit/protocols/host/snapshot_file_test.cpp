#include <windtunnel/protocols/host/snapshot_file.h>

#include <windtunnel/protocols/base/hash.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace windtunnel {
namespace {

SnapshotHead make_head() {
  SnapshotHead head;
  head.group = GroupId{3};
  head.meta.index = raft::LogIndex{1000};
  head.meta.term = raft::Term{7};
  head.meta.hash = 0x1234567890abcdefULL;
  head.meta.configuration = raft::Configuration::of_voters({NodeId{0}, NodeId{1}, NodeId{2}});
  return head;
}

Bytes make_file(std::string_view state) {
  Bytes file;
  append_snapshot_head(file, make_head());
  const Bytes body = to_bytes(state);
  file.insert(file.end(), body.begin(), body.end());
  const std::uint32_t crc = crc32c(file);
  append_snapshot_end(file, crc);
  return file;
}

// The state that comes out when the file goes in by pieces of `size`; nullopt where it is refused.
std::optional<std::string> parse(BytesView file, std::size_t size) {
  SnapshotParser parser;
  std::string state;
  while (!file.empty()) {
    const std::size_t count = std::min(size, file.size());
    const Result<BytesView> part = parser.take(file.first(count));
    if (!part) return std::nullopt;
    state += as_text(*part);
    file = file.subspan(count);
  }
  const Result<SnapshotHead> head = parser.finish();
  if (!head || head->group != GroupId{3} || head->meta != make_head().meta) return std::nullopt;
  return state;
}

TEST(SnapshotFile, IsReadInPiecesOfAnySize) {
  const std::string state = "a state of some length, and then some";
  const Bytes file = make_file(state);
  for (std::size_t size = 1; size <= file.size(); ++size) {
    ASSERT_EQ(parse(file, size), state) << "pieces of " << size;
  }
  EXPECT_EQ(parse(make_file(""), 1), "");
}

TEST(SnapshotFile, IsRefusedWhereABitIsWrongOrAByteMissing) {
  const Bytes good = make_file("state");
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes damaged = good;
    damaged[i] ^= std::byte{4};
    ASSERT_FALSE(parse(damaged, 8).has_value()) << "byte " << i;
    ASSERT_FALSE(parse(BytesView(good).first(i), 8).has_value()) << "cut off at " << i;
  }
  Bytes longer = good;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(parse(longer, 8).has_value());
}

TEST(SnapshotFile, WithoutAHeadIsRefusedBeforeItIsHeldWhole) {
  const Bytes zeros(std::size_t{1} << 20);
  SnapshotParser parser;
  Result<BytesView> part = parser.take(BytesView(zeros).first(100));
  for (std::size_t at = 100; part && at < zeros.size(); at += 100) {
    ASSERT_LT(at, 10'000U);
    part = parser.take(BytesView(zeros).subspan(at, 100));
  }
  EXPECT_FALSE(part.has_value());
}

}  // namespace
}  // namespace windtunnel
