// What the words of a record mean, as one table: names, types and a sentence for each kind. The C++
// side says records in words with it, and the report's page gets it as JSON, so that both say the
// same.
#pragma once

#include <windtunnel/sim/trace/record.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace windtunnel::reports {

// How a word is read. The names in the comments are those of the page's table.
enum class FieldType : std::uint8_t {
  number,         // "number"
  hex,            // "hex": a digest
  name,           // "name": the hash of a registered text
  node,           // "node"
  voter,          // "voter": node + 1, or 0 for none
  endpoint,       // "endpoint": node << 16 | port
  duration,       // "duration": ns
  offset,         // "offset": signed ns
  signed_number,  // "signed"
  role,           // "role"
  outcome,        // "outcome"
  drop,           // "drop"
  crash,          // "crash"
  error,          // "error": Errc
  extent,         // "extent": file << 40 | length
  message,        // "message": first byte of a message, named by the service
  event,          // "event": number of a record
  nodes,          // "nodes": bit set
  truth,          // "truth"
  phase,          // "phase"
};
std::string_view name_of(FieldType type) noexcept;

// Where a field lies in its record.
enum class FieldSource : std::uint8_t { a, b, c, d, aux, c_low_byte, c_rest };

struct FieldSpec {
  std::string_view name;
  FieldSource source = FieldSource::a;
  FieldType type = FieldType::number;
};

// What a kind is about: it decides the shape and the colour in which it is drawn, and what is kept
// when a trace is too large to show whole.
enum class Category : std::uint8_t {
  message,
  stream,
  time,
  disk,
  node,
  fault,
  client,
  property,
  state,
  detail
};
std::string_view name_of(Category category) noexcept;

struct KindSpec {
  std::uint16_t kind = 0;  // RecordKind
  Category category = Category::detail;
  std::string_view sentence;          // "sends {type} to {to}": fields in braces
  std::array<FieldSpec, 5> fields{};  // those with a name
};

// The spec of a kind; for one that nobody knows, a spec that shows the plain words.
const KindSpec& spec_of(RecordKind kind) noexcept;

// All specs, by kind.
struct KindRange {
  const KindSpec* first;
  const KindSpec* last;
  const KindSpec* begin() const { return first; }
  const KindSpec* end() const { return last; }
};
KindRange all_kinds() noexcept;

constexpr std::uint64_t word_of(const Record& record, FieldSource source) {
  switch (source) {
    case FieldSource::a: return record.a;
    case FieldSource::b: return record.b;
    case FieldSource::c: return record.c;
    case FieldSource::d: return record.d;
    case FieldSource::aux: return record.aux;
    case FieldSource::c_low_byte: return record.c & 0xff;
    case FieldSource::c_rest: return record.c >> 8;
  }
  return 0;
}

// True for kinds whose word b is the endpoint at the other side.
constexpr bool has_peer(RecordKind kind) {
  const auto number = static_cast<unsigned>(kind);
  return number >= 1 && number <= 17;
}
// True for kinds whose word c carries the first byte of a message.
constexpr bool has_message_type(RecordKind kind) {
  const auto number = static_cast<unsigned>(kind);
  return number >= 1 && number <= 7;
}

}  // namespace windtunnel::reports
