#include <windtunnel/protocols/rpc/policy/config_fields.h>

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <utility>

namespace windtunnel::rpc {
namespace {

constexpr int kNanosecondDigits = 9;
constexpr std::size_t kLongestFound = 40;  // of a text that a problem shows

std::string described(const Value* value) {
  if (value == nullptr) return "nothing";
  switch (value->kind()) {
    case Value::Kind::nil: return "null";
    case Value::Kind::boolean: return value->truth() ? "true" : "false";
    case Value::Kind::integer: return std::to_string(value->integer());
    case Value::Kind::number: return std::string(value->text().substr(0, kLongestFound));
    case Value::Kind::string:
    case Value::Kind::keyword:
    case Value::Kind::symbol:
    case Value::Kind::character:
      return '"' + std::string(value->text().substr(0, kLongestFound)) + '"';
    case Value::Kind::list:
    case Value::Kind::vector:
    case Value::Kind::set: return "a list of " + std::to_string(value->items().size());
    case Value::Kind::map: return "an object";
    case Value::Kind::tagged: return "a tagged value";
  }
  return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits in front off.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Appends the digits to the number.
bool append_digits(std::string_view digits, std::int64_t& number) {
  for (const char digit : digits) {
    if (__builtin_mul_overflow(number, 10, &number)) return false;
    if (__builtin_add_overflow(number, digit - '0', &number)) return false;
  }
  return true;
}

// An exponent, which is all of the text behind an `e`; large ones are cut.
std::optional<int> parse_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (!take_char(text, 'e') && !take_char(text, 'E')) return std::nullopt;
  const bool negative = take_char(text, '-');
  if (!negative) take_char(text, '+');
  const std::string_view digits = take_digits(text);
  if (digits.empty() || !text.empty()) return std::nullopt;
  std::int64_t value = 0;
  if (!append_digits(digits, value)) value = INT64_MAX;
  const auto size = static_cast<int>(std::min<std::int64_t>(value, 1000));
  return negative ? -size : size;
}

}  // namespace

std::string to_string(const ConfigProblem& problem) {
  return problem.field + ": found " + problem.found + ", expected " + problem.expected;
}

std::optional<std::int64_t> parse_decimal(std::string_view text, int digits) {
  const bool negative = take_char(text, '-');
  std::string all(take_digits(text));
  if (all.empty()) return std::nullopt;
  auto point = static_cast<int>(all.size());  // where it stands in `all`
  if (take_char(text, '.')) {
    const std::string_view fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
    all += fraction;
  }
  const std::optional<int> exponent = parse_exponent(text);
  if (!exponent) return std::nullopt;
  point += *exponent + digits;
  if (all.find_first_not_of('0') == std::string::npos) return 0;
  if (point <= 0) return 0;
  all.resize(static_cast<std::size_t>(point), '0');
  std::int64_t value = 0;
  if (!append_digits(all, value)) return std::nullopt;
  return negative ? -value : value;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.empty() || text.back() != 's') return std::nullopt;
  text.remove_suffix(1);
  if (text.find_first_of("eE") != std::string_view::npos) return std::nullopt;
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos && text.size() - point - 1 > kNanosecondDigits) {
    return std::nullopt;
  }
  const std::optional<std::int64_t> ns = parse_decimal(text, kNanosecondDigits);
  if (!ns) return std::nullopt;
  return Duration{*ns};
}

ConfigFields::ConfigFields(const Value& object, std::string path,
                           std::vector<ConfigProblem>& problems)
    : object_(&object), path_(std::move(path)), problems_(&problems) {
  if (object.kind() == Value::Kind::map) return;
  object_ = nullptr;
  problem("", &object, "an object");
}

const Value* ConfigFields::find(std::string_view name) {
  const Value* const value = object_ == nullptr ? nullptr : object_->find(name);
  return value == nullptr || value->is_nil() ? nullptr : value;
}

const Value* ConfigFields::required(std::string_view name, std::string_view expected) {
  const Value* const value = find(name);
  if (value == nullptr && object_ != nullptr) problem(name, nullptr, std::string(expected));
  return value;
}

std::optional<std::int64_t> ConfigFields::integer(std::string_view name, std::int64_t low,
                                                  std::int64_t high) {
  const Value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_integer() && value->integer() >= low && value->integer() <= high) {
    return value->integer();
  }
  const std::string upto = high == INT64_MAX ? " or more" : " to " + std::to_string(high);
  problem(name, value, "an integer, " + std::to_string(low) + upto);
  return std::nullopt;
}

std::optional<std::int64_t> ConfigFields::decimal(std::string_view name, int digits,
                                                  std::int64_t low) {
  const Value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  const bool number = value->is_integer() || value->kind() == Value::Kind::number;
  std::optional<std::int64_t> units;
  if (number) {
    units = parse_decimal(
        value->is_integer() ? std::to_string(value->integer()) : std::string(value->text()),
        digits);
  }
  if (units && *units >= low) return units;
  const std::string least = low <= 0 ? "0" : "0." + std::string(digits - 1, '0') + "1";
  problem(name, value, "a number, at least " + least);
  return std::nullopt;
}

std::optional<Duration> ConfigFields::duration(std::string_view name, Duration low) {
  const Value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  std::optional<Duration> duration;
  if (value->kind() == Value::Kind::string) duration = parse_duration(value->text());
  if (duration && *duration >= low) return duration;
  problem(name, value,
          std::string("a duration as \"1.5s\", ") +
              (low > Duration{} ? "greater than 0" : "not negative"));
  return std::nullopt;
}

std::optional<bool> ConfigFields::boolean(std::string_view name) {
  const Value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->kind() == Value::Kind::boolean) return value->truth();
  problem(name, value, "true or false");
  return std::nullopt;
}

std::optional<StatusSet> ConfigFields::status_codes(std::string_view name) {
  if (find(name) == nullptr) return std::nullopt;
  StatusSet codes;
  std::size_t index = 0;
  for (const Value& value : list(name)) {
    std::optional<StatusCode> code;
    if (value.kind() == Value::Kind::string) code = status_code_named(value.text());
    if (value.is_integer() && value.integer() >= 0 && value.integer() < kStatusCodes) {
      code = static_cast<StatusCode>(value.integer());
    }
    if (code) {
      codes.insert(*code);
    } else {
      problem(std::string(name) + "[" + std::to_string(index) + "]", &value,
              "a status code, 0 to 16 or as \"UNAVAILABLE\"");
    }
    ++index;
  }
  return codes;
}

std::optional<ConfigFields> ConfigFields::object(std::string_view name) {
  const Value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  return ConfigFields(*value, path_to(name), *problems_);
}

std::vector<Value> ConfigFields::list(std::string_view name) {
  const Value* const value = find(name);
  if (value == nullptr) return {};
  if (value->is_sequence()) return value->items();
  problem(name, value, "a list");
  return {};
}

ConfigFields ConfigFields::element(std::string_view name, std::size_t index,
                                   const Value& value) const {
  return {value, path_to(name) + "[" + std::to_string(index) + "]", *problems_};
}

void ConfigFields::problem(std::string_view name, const Value* found, std::string expected) {
  problems_->push_back({path_to(name), described(found), std::move(expected)});
}

std::string ConfigFields::path_to(std::string_view name) const {
  if (name.empty()) return path_.empty() ? "the configuration" : path_;
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

}  // namespace windtunnel::rpc
