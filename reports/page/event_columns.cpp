#include <windtunnel/reports/page/event_columns.h>

#include <windtunnel/protocols/base/codec.h>

namespace windtunnel::reports {
namespace {

constexpr std::size_t kRowsPerOffset = 64;
constexpr std::uint16_t kNobody = 0xffff;

// Bits of the flags column.
constexpr std::uint8_t kSecondCopy = 1;

// Bits of the byte before a row's words.
constexpr unsigned kAsOrigin = 16;  // a, c and d are those of the origin
constexpr unsigned kOwnCause = 32;  // the cause is not the row in the cause column
constexpr unsigned kHasGroup = 64;
constexpr unsigned kHasLife = 128;

std::uint16_t narrow(std::uint64_t node) {
  return node < kNobody ? static_cast<std::uint16_t>(node) : kNobody;
}

bool has_origin(RecordKind kind) {
  switch (kind) {
    case RecordKind::deliver:
    case RecordKind::drop:
    case RecordKind::duplicate:
    case RecordKind::corrupt:
    case RecordKind::hold:
    case RecordKind::release:
    case RecordKind::stream_receive: return true;
    default: return false;
  }
}

}  // namespace

EventColumns::EventColumns(const RecordedRun& run, const Selection& selection,
                           const Narrator& narrator, PageKinds& kinds)
    : trace_(run.trace),
      selection_(selection),
      narrator_(narrator),
      kinds_(kinds),
      rows_(run.trace.records.size(), 0),
      delivered_(run.trace.records.size(), false) {
  for (std::size_t row = 0; row < selection.rows.size(); ++row) {
    rows_[selection.rows[row] - 1] = static_cast<std::uint32_t>(row + 1);
  }
  for (const std::uint32_t number : selection.rows) add_row(number);
  for (std::size_t i = 0; i < trace_.records.size(); ++i) {
    const Record& record = trace_.records[i];
    if (record.kind != RecordKind::link) continue;
    std::size_t child = i;
    while (child > 0 && trace_.records[child - 1].kind == RecordKind::link) --child;
    const std::uint32_t row = row_of(child);
    const std::uint32_t parent = row_of(record.a);
    if (row == 0 || parent == 0 || parent >= row) continue;
    link_row_.push_back(row - 1);
    link_parent_.push_back(parent - 1);
  }
}

std::uint32_t EventColumns::row_of(std::uint64_t number) const {
  return number == 0 || number > rows_.size() ? 0 : rows_[number - 1];
}

// The send (or stream write) that this record is about: the nearest one on its chain of causes.
std::uint32_t EventColumns::origin_of(std::uint32_t number) {
  const Record& record = trace_.records[number - 1];
  if (!has_origin(record.kind)) return 0;
  const bool stream = record.kind == RecordKind::stream_receive;
  const RecordKind wanted = stream ? RecordKind::stream_send : RecordKind::send;
  std::uint64_t at = cause_of(trace_, number);
  for (int steps = 0; at != 0 && steps < 4; ++steps) {
    const Record& candidate = trace_.records[at - 1];
    if (candidate.kind == wanted) {
      return stream || candidate.a == record.a ? static_cast<std::uint32_t>(at) : 0;
    }
    at = cause_of(trace_, at);
  }
  return 0;
}

// The nearest record on the chain of causes that the page shows.
std::uint32_t EventColumns::shown_cause(std::uint32_t number) const {
  std::uint64_t at = cause_of(trace_, number);
  while (at != 0 && row_of(at) == 0) at = cause_of(trace_, at);
  return row_of(at);
}

void EventColumns::add_row(std::uint32_t number) {
  const Record& record = trace_.records[number - 1];
  time_.push_back(static_cast<double>(record.time.ns));
  kind_.push_back(kinds_.number_of(record));
  aux_.push_back(record.aux);
  node_.push_back(record.node == kNoNode ? kNobody : narrow(record.node.value));
  peer_.push_back(has_peer(record.kind) ? narrow(record.b >> 16) : kNobody);
  type_.push_back(kinds_.type_of(record));
  cause_.push_back(shown_cause(number));
  const std::uint32_t origin = origin_of(number);
  origin_.push_back(row_of(origin));
  std::uint8_t flags = 0;
  if (record.kind == RecordKind::deliver && origin != 0) {
    if (delivered_[origin - 1]) flags |= kSecondCopy;
    delivered_[origin - 1] = true;
  }
  flags_.push_back(flags);
  add_words(number, row_of(origin) == 0 ? 0 : origin);
}

void EventColumns::add_words(std::uint32_t number, std::uint32_t origin) {
  if ((cause_.size() - 1) % kRowsPerOffset == 0) {
    words_at_.push_back(static_cast<std::uint32_t>(words_bytes_.size()));
  }
  const Record& record = trace_.records[number - 1];
  const std::uint64_t words[] = {record.a, record.b, record.c, record.d};
  unsigned mask = 0;
  if (origin != 0) {
    const Record& sent = trace_.records[origin - 1];
    if (sent.a == record.a && sent.c == record.c && sent.d == record.d) mask |= kAsOrigin;
  }
  for (unsigned i = 0; i < 4; ++i) {
    const bool derived = (mask & kAsOrigin) != 0 && i != 1;
    if (words[i] != 0 && !derived) mask |= 1U << i;
  }
  const std::uint64_t cause = cause_of(trace_, number);
  if (row_of(cause) != cause_.back()) mask |= kOwnCause;
  if (record.group.value != 0) mask |= kHasGroup;
  if (record.incarnation.value != 0) mask |= kHasLife;

  Bytes buffer;
  Writer writer(buffer);
  writer.fixed(static_cast<std::uint8_t>(mask));
  for (unsigned i = 0; i < 4; ++i) {
    if ((mask >> i & 1) != 0) writer.varint(words[i]);
  }
  if ((mask & kOwnCause) != 0) writer.varint(cause);
  if ((mask & kHasGroup) != 0) writer.varint(record.group.value);
  if ((mask & kHasLife) != 0) writer.varint(record.incarnation.value);
  for (const std::byte byte : buffer) words_bytes_.push_back(std::to_integer<std::uint8_t>(byte));
}

void EventColumns::write(ColumnWriter& columns, TextTable& texts) const {
  using Coding = ColumnWriter::Coding;
  columns.add_packed("time", "Float64Array", Coding::delta, time_);
  // Without links and gaps, row r is record r + 1, and no column need say so.
  const bool dense = selection_.rows.empty() || selection_.rows.back() == selection_.rows.size();
  if (!dense) columns.add_packed("number", "Uint32Array", Coding::delta, selection_.rows);
  columns.add("kind", kind_);
  columns.add_packed("aux", "Uint16Array", Coding::plain, aux_);
  columns.add_packed("node", "Uint16Array", Coding::plain, node_);
  columns.add_packed("peer", "Uint16Array", Coding::plain, peer_);
  columns.add("type", type_);
  columns.add("flags", flags_);
  columns.add_packed("cause", "Uint32Array", Coding::back, cause_);
  columns.add_packed("origin", "Uint32Array", Coding::back, origin_);
  columns.add("words", words_bytes_);
  columns.add("words_at", words_at_);
  columns.add("link_row", link_row_);
  columns.add("link_parent", link_parent_);

  std::vector<std::uint32_t> content_row, content_text;
  for (const auto& [number, bytes] : trace_.bytes) {
    const std::uint32_t row = row_of(number);
    const std::string text = row == 0 ? std::string() : narrator_.content(number);
    if (text.empty()) continue;
    content_row.push_back(row - 1);
    content_text.push_back(texts.add(text));
  }
  columns.add("content_row", content_row);
  columns.add("content_text", content_text);
}

}  // namespace windtunnel::reports
