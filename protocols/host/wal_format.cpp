#include <windtunnel/protocols/host/wal_format.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/raft/message_codec.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace windtunnel::wal {
namespace {

constexpr std::uint32_t kMagic = 0x4c415757U;
constexpr std::byte kSentinel{0xa5};
constexpr std::size_t kNameDigits = 8;
constexpr std::string_view kSuffix = ".log";

enum class RecordKind : std::uint8_t { entries = 1, truncate = 2, hard_state = 3, base = 4 };

struct Header {
  std::uint32_t magic = 0;
  std::uint32_t segment = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t previous = 0;
  std::uint32_t body_checksum = 0;
  std::uint32_t checksum = 0;
};

// The header at `offset`; nullopt where it is damaged or belongs to another place.
std::optional<Header> header_at(BytesView segment, std::uint32_t number, std::size_t offset) {
  if (segment.size() - offset < kHeaderBytes) return std::nullopt;
  const BytesView bytes = segment.subspan(offset, kHeaderBytes);
  Reader reader(bytes);
  Header header;
  header.magic = reader.fixed<std::uint32_t>();
  header.segment = reader.fixed<std::uint32_t>();
  header.offset = reader.fixed<std::uint32_t>();
  header.length = reader.fixed<std::uint32_t>();
  header.previous = reader.fixed<std::uint32_t>();
  header.body_checksum = reader.fixed<std::uint32_t>();
  header.checksum = reader.fixed<std::uint32_t>();
  const bool whole = header.magic == kMagic && header.segment == number &&
                     header.offset == offset && header.length > 0 &&
                     header.checksum == crc32c(bytes.first(kHeaderBytes - 4));
  return whole ? std::optional<Header>(header) : std::nullopt;
}

bool body_is_whole(BytesView segment, const Header& header) {
  const std::size_t start = header.offset + kHeaderBytes;
  if (segment.size() - start < header.length) return false;
  return crc32c(segment.subspan(start, header.length)) == header.body_checksum;
}

// Whether a whole frame starts after `offset`.
bool frame_follows(BytesView segment, std::uint32_t number, std::size_t offset) {
  for (std::size_t i = offset + 1; i + kHeaderBytes <= segment.size(); ++i) {
    if (segment[i] != static_cast<std::byte>(kMagic & 0xff)) continue;
    const std::optional<Header> header = header_at(segment, number, i);
    if (header && body_is_whole(segment, *header)) return true;
  }
  return false;
}

// Whether all that [begin, end) has of some sector is zeros: that sector may never have been
// written.
bool misses_a_sector(BytesView segment, std::size_t begin, std::size_t end) {
  while (begin < end) {
    const std::size_t stop = std::min(end, (begin / kSectorBytes + 1) * kSectorBytes);
    const BytesView part = segment.subspan(begin, stop - begin);
    const auto is_zero = [](std::byte b) { return b == std::byte{0}; };
    if (std::all_of(part.begin(), part.end(), is_zero)) return true;
    begin = stop;
  }
  return false;
}

// Why there is no whole frame at `offset`. A write without a sync leaves a short file or lost
// sectors; what is damaged in another way, or has a whole frame behind it, was durable once: to cut
// it off would lose what was promised.
FrameState diagnose(BytesView segment, std::uint32_t number, std::size_t offset) {
  if (frame_follows(segment, number, offset)) return FrameState::corrupt;
  if (segment.size() - offset < kHeaderBytes) return FrameState::torn;
  const std::optional<Header> header = header_at(segment, number, offset);
  const std::size_t size = kHeaderBytes + (header ? header->length : 0);
  if (segment.size() - offset < size) return FrameState::torn;
  const bool lost = misses_a_sector(segment, offset, offset + size);
  return lost ? FrameState::torn : FrameState::corrupt;
}

}  // namespace

std::string segment_path(std::string_view directory, std::uint32_t segment) {
  std::string digits(kNameDigits, '0');
  for (std::size_t i = kNameDigits; i > 0; --i, segment /= 16) {
    digits[i - 1] = "0123456789abcdef"[segment % 16];
  }
  return std::string(directory) + "/" + digits + std::string(kSuffix);
}

std::optional<std::uint32_t> segment_number(std::string_view name) {
  if (name.size() != kNameDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  std::uint32_t number = 0;
  const char* end = name.data() + kNameDigits;
  const auto parsed = std::from_chars(name.data(), end, number, 16);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

namespace {

// The header's word number `place`, little-endian.
void put_word(Bytes& frame, std::size_t place, std::uint32_t word) {
  for (std::size_t i = 0; i < 4; ++i) {
    frame[4 * place + i] = static_cast<std::byte>(word >> (8 * i));
  }
}

}  // namespace

void begin_frame(Bytes& frame) { frame.assign(kHeaderBytes, std::byte{0}); }

void seal_frame(Bytes& frame, Position& position) {
  WT_ASSERT(frame.size() > kHeaderBytes, "a frame holds a record");
  frame.push_back(kSentinel);
  const auto length = static_cast<std::uint32_t>(frame.size() - kHeaderBytes);
  const std::uint32_t body_checksum = crc32c(BytesView(frame).subspan(kHeaderBytes));
  put_word(frame, 0, kMagic);
  put_word(frame, 1, position.segment);
  put_word(frame, 2, position.offset);
  put_word(frame, 3, length);
  put_word(frame, 4, position.previous);
  put_word(frame, 5, body_checksum);
  const std::uint32_t checksum = crc32c(BytesView(frame).first(kHeaderBytes - 4));
  put_word(frame, 6, checksum);
  position.offset += static_cast<std::uint32_t>(frame.size());
  position.previous = checksum;
}

std::uint32_t first_link(BytesView segment) {
  if (segment.size() < kHeaderBytes) return 0;
  Reader reader(segment.subspan(4 * sizeof(std::uint32_t)));
  return reader.fixed<std::uint32_t>();
}

Frame next_frame(BytesView segment, Position& position) {
  Frame frame;
  if (position.offset == segment.size()) return frame;
  const std::optional<Header> header = header_at(segment, position.segment, position.offset);
  if (!header || !body_is_whole(segment, *header)) {
    frame.state = diagnose(segment, position.segment, position.offset);
    return frame;
  }
  if (header->previous != position.previous) {
    frame.state = FrameState::corrupt;
    return frame;
  }
  frame.state = FrameState::whole;
  frame.records = segment.subspan(position.offset + kHeaderBytes, header->length - 1);
  frame.size = static_cast<std::uint32_t>(kHeaderBytes) + header->length;
  position.offset += frame.size;
  position.previous = header->checksum;
  return frame;
}

namespace {

void put_kind(Writer& writer, RecordKind kind, GroupId group) {
  writer.fixed(static_cast<std::uint8_t>(kind));
  writer.varint(group.value);
}

}  // namespace

void put_hard_state(Bytes& frame, GroupId group, const raft::HardState& state) {
  Writer writer(frame);
  put_kind(writer, RecordKind::hard_state, group);
  writer.varint(state.term.value);
  writer.fixed(state.voted_for.value);
}

void put_base(Bytes& frame, GroupId group, const raft::LogBase& base, bool discard) {
  Writer writer(frame);
  put_kind(writer, RecordKind::base, group);
  writer.varint(base.index.value);
  writer.varint(base.term.value);
  writer.fixed(base.hash);
  writer.boolean(discard);
}

void put_write(Bytes& frame, GroupId group, const raft::Write& write) {
  Writer writer(frame);
  if (write.snapshot) {
    const raft::SnapshotMeta& snapshot = *write.snapshot;
    put_base(frame, group, {snapshot.index, snapshot.term, snapshot.hash}, write.discard_log);
  }
  if (write.truncate_from != raft::LogIndex{}) {
    put_kind(writer, RecordKind::truncate, group);
    writer.varint(write.truncate_from.value);
  }
  if (write.hard_state) put_hard_state(frame, group, *write.hard_state);
  if (write.entries.empty()) return;
  put_kind(writer, RecordKind::entries, group);
  writer.varint(write.first.value);
  writer.varint(write.entries.size());
  for (std::size_t i = 0; i < write.entries.size(); ++i) encode(writer, write.entries[i]);
}

GroupLog& Replay::group(GroupId id) {
  const auto before = [](const GroupLog& log, GroupId wanted) { return log.group < wanted; };
  auto found = std::lower_bound(groups_.begin(), groups_.end(), id, before);
  if (found == groups_.end() || found->group != id) {
    found = groups_.insert(found, GroupLog{});
    found->group = id;
  }
  return *found;
}

Result<void> Replay::add(BytesView records) {
  items_.clear();
  Reader reader(records);
  while (reader.ok() && reader.remaining() > 0) {
    const auto kind = static_cast<RecordKind>(reader.fixed<std::uint8_t>());
    GroupLog& log = group(GroupId{static_cast<std::uint32_t>(reader.varint())});
    switch (kind) {
      case RecordKind::entries: {
        const raft::LogIndex first{reader.varint()};
        scratch_.clear();
        for (std::uint64_t left = reader.varint(); left > 0 && reader.ok(); --left) {
          scratch_.push_back(raft::decode_entry(reader));
        }
        if (reader.ok() && first.value > 0) take_entries(log, first, scratch_);
        break;
      }
      case RecordKind::truncate: truncate(log, raft::LogIndex{reader.varint()}); break;
      case RecordKind::hard_state:
        log.hard_state.term = raft::Term{reader.varint()};
        log.hard_state.voted_for = NodeId{reader.fixed<std::uint32_t>()};
        items_.push_back({log.group, raft::LogIndex{}, 0, log.hard_state});
        break;
      case RecordKind::base: {
        raft::LogBase base;
        base.index = raft::LogIndex{reader.varint()};
        base.term = raft::Term{reader.varint()};
        base.hash = reader.fixed<std::uint64_t>();
        const bool discard = reader.boolean();
        if (reader.ok()) rebase(log, base, discard);
        break;
      }
      default: reader.fail(); break;
    }
  }
  if (!reader.ok()) return make_error_code(Errc::corrupt);
  return {};
}

void Replay::take_entries(GroupLog& log, raft::LogIndex first, std::vector<raft::Entry>& entries) {
  truncate(log, first);
  if (first > log.last_index() + 1) {
    log.entries.clear();
    log.base = {first - 1, raft::Term{}, 0};
    log.gap = true;
  }
  for (raft::Entry& entry : entries) {
    // The base may be ahead: it was moved by what stands at the head of this segment.
    if (first > log.base.index) {
      log.entries.push_back(std::move(entry));
      items_.push_back({log.group, first, 0, {}});
    }
    ++first;
  }
}

void Replay::truncate(GroupLog& log, raft::LogIndex from) {
  if (from > log.last_index()) return;
  const std::uint64_t kept = from > log.base.index ? from - log.base.index - 1 : 0;
  log.entries.resize(kept);
}

void Replay::rebase(GroupLog& log, const raft::LogBase& base, bool discard) {
  if (discard || base.index >= log.last_index()) {
    log.entries.clear();
  } else if (base.index < log.base.index) {
    return;  // Repeated at the head of a segment; entries up to a later base are gone already.
  } else {
    const auto dropped = static_cast<std::ptrdiff_t>(base.index - log.base.index);
    log.entries.erase(log.entries.begin(), log.entries.begin() + dropped);
  }
  log.base = base;
  log.gap = false;
}

Result<std::vector<GroupLog>> Replay::finish() {
  for (GroupLog& log : groups_) {
    if (log.gap) return make_error_code(Errc::corrupt);
    std::uint64_t hash = log.base.hash;
    for (raft::Entry& entry : log.entries) {
      const std::uint64_t payload_hash = hash_bytes(entry.payload.view());
      hash = raft::chained_hash(hash, entry.term, entry.kind, payload_hash);
      entry.hash = hash;
    }
  }
  for (FrameItem& item : items_) {
    const GroupLog& log = group(item.group);
    const bool kept = item.index > log.base.index && item.index <= log.last_index();
    if (kept) item.hash = log.entries[item.index - log.base.index - 1].hash;
  }
  return std::move(groups_);
}

}  // namespace windtunnel::wal
