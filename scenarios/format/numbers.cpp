// Numbers and quantities with units.
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/scenarios/format/scalars.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace windtunnel::scenarios {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A bare number where a unit is needed.
bool is_bare_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Digits, perhaps with a point and digits, and one of these units: what is refused of this form is
// refused for its size.
bool is_quantity(std::string_view text, const std::vector<std::string_view>& units) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, end);
  const std::size_t point = number.find('.');
  const bool whole = is_digits(number.substr(0, point));
  const bool fraction = point == std::string_view::npos || is_digits(number.substr(point + 1));
  const bool known = std::find(units.begin(), units.end(), text.substr(end)) != units.end();
  return whole && fraction && known;
}

Problem malformed_quantity(std::string_view text, std::string_view what,
                           const std::vector<std::string_view>& units) {
  std::string hint = "write ";
  if (!is_bare_number(text)) {
    hint = "for example ";
    text = "10";
  }
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (i != 0) hint += i + 1 == units.size() ? " or " : ", ";
    hint += fmt::format("{}{}", shown(text), units[i]);
  }
  return Problem{Code::needs_unit, fmt::format("{} needs a number and a unit", what), hint};
}

// Decimal digits with a sign and up to six digits after the point, in millionths.
std::optional<std::int64_t> parse_millionths(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (!is_digits(whole) || whole.size() > 12 || fraction.size() > 6) return std::nullopt;
  if (point != std::string_view::npos && !is_digits(fraction)) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  for (std::size_t i = 0; i < 6; ++i) {
    value = value * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  return negative ? -value : value;
}

std::string print_millionths(std::int64_t millionths) {
  const std::int64_t size = millionths < 0 ? -millionths : millionths;
  std::string text = fmt::format("{}{}", millionths < 0 ? "-" : "", size / kMillion);
  if (size % kMillion == 0) return text;
  text += fmt::format(".{:06}", size % kMillion);
  while (text.back() == '0') text.pop_back();
  return text;
}

MaybeProblem check_bounds(std::int64_t value, const Bounds& bounds,
                          std::string (*show)(std::int64_t)) {
  if (value < bounds.min) {
    return Problem{
        Code::out_of_range, fmt::format("the least that is allowed is {}", show(bounds.min)), {}};
  }
  if (value > bounds.max) {
    return Problem{
        Code::out_of_range, fmt::format("the most that is allowed is {}", show(bounds.max)), {}};
  }
  return std::nullopt;
}

std::string show_integer(std::int64_t value) { return std::to_string(value); }
std::string show_duration(std::int64_t value) { return print_duration(Duration{value}); }

MaybeProblem parse_duration_text(std::string_view text, const Bounds& bounds, Duration& value) {
  static const std::vector<std::string_view> kUnits{"s", "ms", "us"};
  const std::optional<Duration> parsed = parse_duration(text);
  if (!parsed || *parsed > kLongestDuration || *parsed < -kLongestDuration) {
    if (is_quantity(text, {"ns", "us", "ms", "s", "m", "h"})) {
      const Duration least = std::max(Duration{bounds.min}, -kLongestDuration);
      return Problem{Code::out_of_range,
                     fmt::format("the duration {} is out of range", shown(text)),
                     fmt::format("{} to {} (10 years), at most 9 digits after the point",
                                 print_duration(least), print_duration(kLongestDuration))};
    }
    return malformed_quantity(text, "a duration", kUnits);
  }
  value = *parsed;
  return check_bounds(value.ns, bounds, show_duration);
}

MaybeProblem parse_integer_text(std::string_view text, const Bounds& bounds, std::int64_t& value) {
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
  if (!is_digits(digits)) {
    return Problem{Code::malformed, fmt::format("'{}' is not a whole number", shown(text)), {}};
  }
  if (digits.size() > 1 && digits.front() == '0') {
    return Problem{Code::malformed, "a number has no leading zeros", "numbers are decimal"};
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) {
    return Problem{Code::out_of_range, fmt::format("'{}' is too large a number", shown(text)), {}};
  }
  return check_bounds(value, bounds, show_integer);
}

MaybeProblem parse_integer(const YamlNode& node, const Bounds& bounds, std::int64_t& value) {
  if (MaybeProblem problem = not_scalar(node, "a number")) return problem;
  return parse_integer_text(node.text, bounds, value);
}

// Splits "a..b"; both are the whole text when there is no "..".
std::pair<std::string_view, std::string_view> split_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return {text, text};
  return {text.substr(0, dots), text.substr(dots + 2)};
}

const Problem kEmptyRange{Code::inconsistent, "the range is empty", "the smaller end comes first"};

struct BandwidthUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr BandwidthUnit kBandwidthUnits[] = {
    {"kbit/s", 125},  {"Mbit/s", 125'000},  {"Gbit/s", 125'000'000},
    {"KiB/s", 1'024}, {"MiB/s", 1'048'576}, {"GiB/s", 1'073'741'824},
    {"kB/s", 1'000},  {"MB/s", 1'000'000},  {"GB/s", 1'000'000'000},
    {"B/s", 1},
};

}  // namespace

MaybeProblem not_scalar(const YamlNode& node, std::string_view expected) {
  if (node.is_scalar()) return std::nullopt;
  const Code code = node.kind == YamlNode::Kind::null ? Code::empty_value : Code::wrong_shape;
  return Problem{
      code, fmt::format("{} is expected here, not {}", expected, describe_kind(node.kind)), {}};
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string cut(text.substr(0, kShown));
  if (text.size() > kShown) cut.append("...");
  return cut;
}

std::string print_duration(Duration value) {
  struct Unit {
    std::string_view name;
    std::int64_t ns;
  };
  static constexpr Unit kUnits[] = {{"h", 3'600'000'000'000},
                                    {"m", 60'000'000'000},
                                    {"s", 1'000'000'000},
                                    {"ms", 1'000'000},
                                    {"us", 1'000}};
  if (value.ns == 0) return "0s";
  for (const Unit& unit : kUnits) {
    if (value.ns % unit.ns == 0) return fmt::format("{}{}", value.ns / unit.ns, unit.name);
  }
  return fmt::format("{}ns", value.ns);
}

MaybeProblem parse(const YamlNode& node, const Bounds& bounds, Duration& value) {
  if (MaybeProblem problem = not_scalar(node, "a duration")) return problem;
  return parse_duration_text(node.text, bounds, value);
}

MaybeProblem parse(const YamlNode& node, const Bounds& bounds, DurationRange& value) {
  if (MaybeProblem problem = not_scalar(node, "a duration")) return problem;
  const auto [low, high] = split_range(node.text);
  if (MaybeProblem problem = parse_duration_text(low, bounds, value.min)) return problem;
  if (MaybeProblem problem = parse_duration_text(high, bounds, value.max)) return problem;
  if (value.max < value.min) return kEmptyRange;
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds&, Size& value) {
  static const std::vector<std::string_view> kUnits{"B", "KiB", "MiB"};
  if (MaybeProblem problem = not_scalar(node, "a size")) return problem;
  const std::optional<std::uint64_t> bytes = parse_size(node.text);
  const bool fits = bytes && *bytes <= kLargestSize.bytes;
  if (!fits && is_quantity(node.text, {"B", "kB", "MB", "GB", "KiB", "MiB", "GiB"})) {
    const std::string text = fmt::format("the size {} is out of range", shown(node.text));
    return Problem{Code::out_of_range, text, "0B to 1048576GiB, at most 9 digits after the point"};
  }
  if (!bytes) return malformed_quantity(node.text, "a size", kUnits);
  value.bytes = *bytes;
  return std::nullopt;
}

MaybeProblem parse_bandwidth(const YamlNode& node, Size& value) {
  static const std::vector<std::string_view> kUnits{"Mbit/s", "MB/s"};
  if (MaybeProblem problem = not_scalar(node, "a bandwidth")) return problem;
  const std::string_view text = node.text;
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::optional<std::int64_t> number = parse_millionths(text.substr(0, end));
  for (const BandwidthUnit& unit : kBandwidthUnits) {
    if (!is_quantity(text, {unit.name}) || text.front() == '-') continue;
    const auto bytes = static_cast<unsigned __int128>(number.value_or(0)) * unit.bytes / kMillion;
    if (bytes == 0 || bytes > kLargestSize.bytes) {
      return Problem{Code::out_of_range,
                     fmt::format("the bandwidth {} is out of range", shown(text)),
                     "1B/s to 1048576GiB/s, at most 6 digits after the point"};
    }
    value.bytes = static_cast<std::uint64_t>(bytes);
    return std::nullopt;
  }
  return malformed_quantity(text, "a bandwidth", kUnits);
}

MaybeProblem parse(const YamlNode& node, const Bounds&, Rate& value) {
  static const std::vector<std::string_view> kUnits{"/s", "/ms", "/m"};
  if (MaybeProblem problem = not_scalar(node, "a rate")) return problem;
  const std::string_view text = node.text;
  if (!is_quantity(text, kUnits)) return malformed_quantity(text, "a rate", kUnits);
  const std::size_t slash = text.find('/');
  const std::string_view unit = text.substr(slash);
  const std::optional<std::int64_t> number = parse_millionths(text.substr(0, slash));
  auto rate = static_cast<__int128>(number.value_or(0));
  if (unit == "/ms") rate *= 1'000;
  if (unit == "/m") rate /= 60;
  if (rate <= 0 || rate > 1'000'000'000 * kMillion) {
    return Problem{Code::out_of_range, fmt::format("the rate {} is out of range", shown(text)),
                   "above 0 and at most 1000000000/s, with at most 6 digits after the point"};
  }
  value.millionths_per_second = static_cast<std::uint64_t>(rate);
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds&, PerMillion& value) {
  if (MaybeProblem problem = not_scalar(node, "a probability")) return problem;
  const std::optional<std::int64_t> number = parse_millionths(node.text);
  if (!number) {
    return Problem{Code::malformed, fmt::format("'{}' is not a probability", shown(node.text)),
                   "a number from 0 to 1 with at most 6 digits after the point"};
  }
  if (*number < 0 || *number > kMillion) {
    return Problem{Code::out_of_range, "a probability is a number from 0 to 1", {}};
  }
  value.value = static_cast<std::uint32_t>(*number);
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds&, Decimal& value) {
  if (MaybeProblem problem = not_scalar(node, "a number")) return problem;
  const std::optional<std::int64_t> number = parse_millionths(node.text);
  if (!number || *number <= 0) {
    return Problem{Code::malformed, fmt::format("'{}' is not a positive number", shown(node.text)),
                   "at most 6 digits after the point"};
  }
  value.millionths = *number;
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds& bounds, std::uint32_t& value) {
  std::int64_t number = 0;
  Bounds narrow = bounds;
  narrow.max = std::min<std::int64_t>(bounds.max, std::numeric_limits<std::uint32_t>::max());
  if (MaybeProblem problem = parse_integer(node, narrow, number)) return problem;
  value = static_cast<std::uint32_t>(number);
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds& bounds, std::uint64_t& value) {
  std::int64_t number = 0;
  if (MaybeProblem problem = parse_integer(node, bounds, number)) return problem;
  value = static_cast<std::uint64_t>(number);
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds& bounds, IntegerRange& value) {
  if (MaybeProblem problem = not_scalar(node, "a number or a range of them")) return problem;
  const auto [low, high] = split_range(node.text);
  if (MaybeProblem problem = parse_integer_text(low, bounds, value.min)) return problem;
  if (MaybeProblem problem = parse_integer_text(high, bounds, value.max)) return problem;
  if (value.max < value.min) return kEmptyRange;
  return std::nullopt;
}

std::string print(Duration value) { return print_duration(value); }
std::string print(const DurationRange& value) {
  if (value.min == value.max) return print_duration(value.min);
  return print_duration(value.min) + ".." + print_duration(value.max);
}
std::string print(Size value) {
  constexpr std::uint64_t kMiB = 1'048'576;
  if (value.bytes != 0 && value.bytes % kMiB == 0) return fmt::format("{}MiB", value.bytes / kMiB);
  if (value.bytes != 0 && value.bytes % 1'024 == 0)
    return fmt::format("{}KiB", value.bytes / 1'024);
  return fmt::format("{}B", value.bytes);
}
std::string print_bandwidth(Size value) {
  if (value.bytes % 125'000 == 0) return fmt::format("{}Mbit/s", value.bytes / 125'000);
  return fmt::format("{}B/s", value.bytes);
}
std::string print(Rate value) {
  return print_millionths(static_cast<std::int64_t>(value.millionths_per_second)) + "/s";
}
std::string print(PerMillion value) { return print_millionths(value.value); }
std::string print(Decimal value) { return print_millionths(value.millionths); }
std::string print(std::uint32_t value) { return std::to_string(value); }
std::string print(std::uint64_t value) { return std::to_string(value); }
std::string print(const IntegerRange& value) {
  if (value.min == value.max) return std::to_string(value.min);
  return fmt::format("{}..{}", value.min, value.max);
}

}  // namespace windtunnel::scenarios
