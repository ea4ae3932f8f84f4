// What the words of a record mean: names, types and a sentence for each kind. The simulator's kinds
// are a table here; those of observations come from the run's dictionary. The C++ side says records
// in words with it, and the report's page gets it as JSON, so that both say the same.
#pragma once

#include <windtunnel/sim/trace/dictionary.h>
#include <windtunnel/sim/trace/record.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace windtunnel::reports {

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
  std::string_view name = {};  // "vote-granted"; of the simulator's kinds it is name_of(kind)
  Weight weight = Weight::state;
};

// Those of the simulator, by kind; observations are what the run's protocols say they are.
std::span<const KindSpec> simulator_kinds() noexcept;

class Vocabulary {
 public:
  // The dictionary must outlive it.
  explicit Vocabulary(const Dictionary& dictionary);

  // For a kind that nobody knows, a spec that shows the plain words.
  const KindSpec& spec_of(const Record& record) const;
  // Those of one service, by kind.
  const std::vector<KindSpec>& words_of(std::size_t service) const { return words_[service]; }

 private:
  const Dictionary& dictionary_;
  std::vector<std::vector<KindSpec>> words_;  // by service
  std::vector<KindSpec> common_;              // for groups that are nobody's
};

// "send", "vote-granted".
std::string_view name_of(const KindSpec& spec) noexcept;

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
// True for kinds that are about a message, whose word c carries its class.
constexpr bool has_message_type(RecordKind kind) {
  const auto number = static_cast<unsigned>(kind);
  return number >= 1 && number <= 7;
}
constexpr std::uint8_t message_type(const Record& record) {
  return static_cast<std::uint8_t>(record.c & 0xff);
}
// Who sent that message.
constexpr NodeId sender_of(const Record& record) {
  if (record.kind != RecordKind::deliver) return record.node;
  return NodeId{static_cast<std::uint32_t>(record.b >> 16)};
}

}  // namespace windtunnel::reports
