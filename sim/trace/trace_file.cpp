#include <windtunnel/sim/trace/trace_file.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/protocols/base/codec.h>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace windtunnel {
namespace {

constexpr std::string_view kMagic = "WTTRACE1";
constexpr std::uint64_t kLargestTrace = std::uint64_t{8} << 30;

void put_chunk(Bytes& out, std::string_view type, const Bytes& payload) {
  Writer writer(out);
  writer.raw(as_bytes(type));
  writer.fixed<std::uint32_t>(0);
  writer.fixed<std::uint64_t>(payload.size());
  writer.raw(payload);
  writer.fixed<std::uint32_t>(crc32c(payload));
}

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

// Digests do not shrink as varints; a varint of a small number does.
void put_record(Writer& writer, const Record& r, std::int64_t& time, std::uint64_t number) {
  writer.varint(static_cast<std::uint64_t>(r.kind));
  writer.varint(zigzag(r.time.ns - time));
  time = r.time.ns;
  writer.varint(zigzag(static_cast<std::int64_t>(number - r.cause)));
  writer.varint(r.aux);
  writer.varint(std::uint64_t{r.node.value} + 1);
  writer.varint(r.incarnation.value);
  writer.varint(r.group.value);
  for (const std::uint64_t word : {r.a, r.b, r.c, r.d}) writer.varint(word);
}

Record get_record(Reader& reader, std::int64_t& time, std::uint64_t number) {
  Record r;
  r.kind = static_cast<RecordKind>(reader.varint());
  // A run begins at 0.
  if (__builtin_add_overflow(time, unzigzag(reader.varint()), &time) || time < 0) reader.fail();
  r.time = Instant{time};
  r.cause = number - static_cast<std::uint64_t>(unzigzag(reader.varint()));
  r.aux = static_cast<std::uint16_t>(reader.varint());
  r.node = NodeId{static_cast<std::uint32_t>(reader.varint() - 1)};
  r.incarnation = Incarnation{static_cast<std::uint32_t>(reader.varint())};
  r.group = GroupId{static_cast<std::uint32_t>(reader.varint())};
  r.a = reader.varint();
  r.b = reader.varint();
  r.c = reader.varint();
  r.d = reader.varint();
  return r;
}

void put_log(Bytes& out, const std::vector<LogLine>& log) {
  if (log.empty()) return;
  Bytes payload;
  Writer writer(payload);
  writer.varint(log.size());
  for (const LogLine& line : log) {
    writer.varint(line.after);
    writer.varint(line.cause);
    writer.varint(zigzag(line.time.ns));
    writer.varint(std::uint64_t{line.node.value} + 1);
    writer.varint(line.incarnation.value);
    writer.varint(static_cast<std::uint64_t>(line.level));
    writer.text(line.text);
  }
  put_chunk(out, "LOGS", payload);
}

// A line stands behind a record that the file has.
LogLine get_log_line(Reader& reader, std::uint64_t records) {
  LogLine line;
  line.after = reader.varint();
  line.cause = reader.varint();
  line.time = Instant{unzigzag(reader.varint())};
  line.node = NodeId{static_cast<std::uint32_t>(reader.varint() - 1)};
  line.incarnation = Incarnation{static_cast<std::uint32_t>(reader.varint())};
  const std::uint64_t level = reader.varint();
  line.level = static_cast<LogLevel>(level);
  line.text = std::string(reader.text());
  const bool known = level <= static_cast<std::uint64_t>(LogLevel::debug);
  if (!known || line.after > records || line.cause > records || line.time.ns < 0) reader.fail();
  return line;
}

void put_digest(Writer& writer, const Digest& digest) {
  writer.fixed(digest.high);
  writer.fixed(digest.low);
}
Digest get_digest(Reader& reader) {
  Digest digest;
  digest.high = reader.fixed<std::uint64_t>();
  digest.low = reader.fixed<std::uint64_t>();
  return digest;
}

void put_records(Bytes& out, const TraceData& data) {
  std::int64_t time = 0;
  for (std::size_t first = 0; first < data.records.size(); first += kRecordsPerChunk) {
    const std::size_t count = std::min<std::size_t>(kRecordsPerChunk, data.records.size() - first);
    Bytes payload;
    Writer writer(payload);
    writer.varint(count);
    for (std::size_t i = first; i < first + count; ++i) {
      put_record(writer, data.records[i], time, i + 1);
    }
    put_chunk(out, "RECS", payload);
  }
}

// One chunk's payload into `data`. False when it does not decode.
bool take_chunk(std::string_view type, BytesView payload, std::int64_t& time, TraceData& data) {
  Reader reader(payload);
  if (type == "META") {
    data.meta = std::string(as_text(payload));
    return true;
  }
  if (type == "WORD") return data.dictionary.decode(reader) && reader.done();
  constexpr std::string_view kLists[] = {"NODE", "NAME", "RECS", "LOGS", "BYTS", "HASH"};
  if (std::find(std::begin(kLists), std::end(kLists), type) == std::end(kLists)) return true;
  if (type == "HASH") data.hash = get_digest(reader);
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    if (type == "NODE") {
      data.nodes.emplace_back(reader.text());
    } else if (type == "NAME") {
      const auto hash = reader.fixed<std::uint64_t>();
      data.names.push_back({hash, std::string(reader.text())});
    } else if (type == "RECS") {
      data.records.push_back(get_record(reader, time, data.records.size() + 1));
    } else if (type == "LOGS") {
      data.log.push_back(get_log_line(reader, data.records.size()));
    } else if (type == "BYTS") {
      const std::uint64_t number = reader.varint();
      data.bytes[number] = to_bytes(reader.bytes());
    } else {
      data.checkpoints.push_back(get_digest(reader));
    }
  }
  return reader.done();
}

FileError damaged(const std::string& path, std::size_t offset, const char* what) {
  return {make_error_code(Errc::corrupt), "'" + path + "' is not a whole trace file: " + what +
                                              " at byte " + std::to_string(offset)};
}

auto key_of(const Record& r) {
  return std::tuple(r.time, r.cause, r.kind, r.aux, r.node, r.incarnation, r.group, r.a, r.b, r.c,
                    r.d);
}

}  // namespace

std::string_view TraceData::text_of(std::uint64_t key) const {
  const auto found = std::lower_bound(
      names.begin(), names.end(), key,
      [](const Trace::Name& name, std::uint64_t want) { return name.hash < want; });
  return found == names.end() || found->hash != key ? std::string_view() : found->text;
}

TraceData snapshot_of(const Trace& trace, std::vector<std::string> nodes, std::string meta,
                      Dictionary dictionary) {
  WT_ASSERT(trace.level() == TraceLevel::full, "only a full trace can be written");
  TraceData data;
  data.meta = std::move(meta);
  data.nodes = std::move(nodes);
  data.dictionary = std::move(dictionary);
  data.names = trace.names();
  data.records.reserve(trace.size());
  for (std::uint64_t number = 1; number <= trace.size(); ++number) {
    data.records.push_back(*trace.find(number));
    const BytesView bytes = trace.bytes_of(number);
    if (!bytes.empty()) data.bytes[number] = to_bytes(bytes);
  }
  data.log = trace.log_lines();
  data.checkpoints = trace.checkpoints();
  data.hash = trace.hash();
  return data;
}

Bytes encode_trace(const TraceData& data) {
  Bytes out = to_bytes(kMagic);
  put_chunk(out, "META", to_bytes(data.meta));
  Bytes payload;
  Writer writer(payload);
  writer.varint(data.nodes.size());
  for (const std::string& node : data.nodes) writer.text(node);
  put_chunk(out, "NODE", payload);
  payload.clear();
  data.dictionary.encode(writer);
  put_chunk(out, "WORD", payload);
  payload.clear();
  writer.varint(data.names.size());
  for (const Trace::Name& name : data.names) {
    writer.fixed(name.hash);
    writer.text(name.text);
  }
  put_chunk(out, "NAME", payload);
  put_records(out, data);
  put_log(out, data.log);
  payload.clear();
  writer.varint(data.bytes.size());
  for (const auto& [number, bytes] : data.bytes) {
    writer.varint(number);
    writer.bytes(bytes);
  }
  put_chunk(out, "BYTS", payload);
  payload.clear();
  put_digest(writer, data.hash);
  writer.varint(data.checkpoints.size());
  for (const Digest& digest : data.checkpoints) put_digest(writer, digest);
  put_chunk(out, "HASH", payload);
  put_chunk(out, "END.", {});
  return out;
}

FileResult<TraceData> decode_trace(BytesView bytes, const std::string& path) {
  if (bytes.size() < kMagic.size() || as_text(bytes.first(kMagic.size())) != kMagic) {
    return damaged(path, 0, "no trace header");
  }
  TraceData data;
  std::int64_t time = 0;
  Reader reader(bytes.subspan(kMagic.size()));
  for (;;) {
    const std::size_t offset = bytes.size() - reader.remaining();
    const std::string type(as_text(reader.raw(4)));
    reader.fixed<std::uint32_t>();
    const auto length = reader.fixed<std::uint64_t>();
    if (!reader.ok() || length > reader.remaining()) return damaged(path, offset, "a cut chunk");
    const BytesView payload = reader.raw(length);
    const auto crc = reader.fixed<std::uint32_t>();
    if (!reader.ok()) return damaged(path, offset, "a cut chunk");
    if (crc != crc32c(payload)) return damaged(path, offset, "a wrong checksum");
    if (type == "END.") {
      const std::size_t groups = data.dictionary.group_count();
      const bool has_room = data.nodes.size() <= kMostStandings / (groups + 1);
      return has_room ? FileResult<TraceData>(std::move(data))
                      : damaged(path, offset, "too many nodes and groups");
    }
    if (!take_chunk(type, payload, time, data)) return damaged(path, offset, "a malformed chunk");
  }
}

FileResult<void> write_trace_file(const std::string& path, const TraceData& data) {
  return write_file_atomically(path, encode_trace(data));
}

FileResult<TraceData> read_trace_file(const std::string& path) {
  const FileResult<Bytes> bytes = read_whole_file(path, kLargestTrace);
  if (!bytes) return bytes.error();
  return decode_trace(*bytes, path);
}

std::uint64_t first_difference(const TraceData& a, const TraceData& b) {
  const std::size_t common = std::min(a.records.size(), b.records.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (key_of(a.records[i]) != key_of(b.records[i])) return i + 1;
  }
  return a.records.size() == b.records.size() ? 0 : common + 1;
}

}  // namespace windtunnel
