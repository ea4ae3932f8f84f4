// The scalar types of scenario files: for each, how a YAML value becomes one, how it is written
// back, and what the documentation calls it. The text decides, never YAML's guess at a type.
#pragma once

#include <windtunnel/scenarios/format/spec.h>
#include <windtunnel/scenarios/format/yaml_document.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

// The kinds of values, as the JSON Schema and the documentation tell them apart.
enum class ValueKind : std::uint8_t {
  duration,
  duration_range,
  size,
  rate,
  bandwidth,
  probability,
  decimal,
  integer,
  integer_range,
  boolean,
  text,
  word,
  seeds,
  selector,
  sides,
  pattern,
  object,
  list,
  map,
};
// "duration", "one of", ...
std::string_view name_of(ValueKind kind);

// What a number or duration may be (in units of one, or nanoseconds).
struct Bounds {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  friend constexpr bool operator==(const Bounds&, const Bounds&) = default;
};
inline constexpr Bounds kAnySign{std::numeric_limits<std::int64_t>::min() + 1};
inline constexpr Bounds kPositive{1};

// No duration or size of a scenario is larger, so that sums of several cannot overflow.
inline constexpr Duration kLongestDuration = seconds(std::int64_t{10} * 365 * 86'400);
inline constexpr Size kLargestSize{std::uint64_t{1} << 50};

// Why a value was refused.
struct Problem {
  Code code;
  std::string message;
  std::string hint;
};
using MaybeProblem = std::optional<Problem>;

// One word for each enumerator from 0, or nothing for types that are not enumerations of words.
template <class E>
struct Words;

// The name of an option's value in a scenario, quoted where YAML or a reader could take it for
// something else.
std::string quoted_if_needed(std::string_view text);
std::string print_duration(Duration value);

// The problem of a node that is no scalar; none where it is one.
MaybeProblem not_scalar(const YamlNode& node, std::string_view expected);
// For messages: untrusted text, cut.
std::string shown(std::string_view text);

MaybeProblem parse(const YamlNode& node, const Bounds& bounds, Duration& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, DurationRange& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, Size& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, Rate& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, PerMillion& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, Decimal& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, std::uint32_t& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, std::uint64_t& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, IntegerRange& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, bool& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, std::string& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, Seeds& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, Selector& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, faults::Sides& value);
MaybeProblem parse(const YamlNode& node, const Bounds& bounds, faults::Pattern& value);
// A bandwidth in bytes a second: "100Mbit/s", "10MB/s".
MaybeProblem parse_bandwidth(const YamlNode& node, Size& value);
// The index of the word.
MaybeProblem parse_word(const YamlNode& node, const std::vector<std::string_view>& words,
                        std::size_t& index);

std::string print(Duration value);
std::string print(const DurationRange& value);
std::string print(Size value);
std::string print(Rate value);
std::string print(PerMillion value);
std::string print(Decimal value);
std::string print(std::uint32_t value);
std::string print(std::uint64_t value);
std::string print(const IntegerRange& value);
std::string print(bool value);
std::string print(const std::string& value);
std::string print(const Seeds& value);
std::string print(const Selector& value);
std::string print(const faults::Sides& value);
std::string print(const faults::Pattern& value);
std::string print_bandwidth(Size value);

template <class T>
inline constexpr ValueKind kKindOf = ValueKind::object;
template <>
inline constexpr ValueKind kKindOf<Duration> = ValueKind::duration;
template <>
inline constexpr ValueKind kKindOf<DurationRange> = ValueKind::duration_range;
template <>
inline constexpr ValueKind kKindOf<Size> = ValueKind::size;
template <>
inline constexpr ValueKind kKindOf<Rate> = ValueKind::rate;
template <>
inline constexpr ValueKind kKindOf<PerMillion> = ValueKind::probability;
template <>
inline constexpr ValueKind kKindOf<Decimal> = ValueKind::decimal;
template <>
inline constexpr ValueKind kKindOf<std::uint32_t> = ValueKind::integer;
template <>
inline constexpr ValueKind kKindOf<std::uint64_t> = ValueKind::integer;
template <>
inline constexpr ValueKind kKindOf<IntegerRange> = ValueKind::integer_range;
template <>
inline constexpr ValueKind kKindOf<bool> = ValueKind::boolean;
template <>
inline constexpr ValueKind kKindOf<std::string> = ValueKind::text;
template <>
inline constexpr ValueKind kKindOf<Seeds> = ValueKind::seeds;
template <>
inline constexpr ValueKind kKindOf<Selector> = ValueKind::selector;
template <>
inline constexpr ValueKind kKindOf<faults::Sides> = ValueKind::sides;
template <>
inline constexpr ValueKind kKindOf<faults::Pattern> = ValueKind::pattern;

}  // namespace windtunnel::scenarios
