#include <windtunnel/checkers/history/edn_number.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace windtunnel::checkers {
namespace {

// An integer as Clojure reads it in another base, as 0x5b1f and 36rZZ; where it fits int64 or not.
// False when it is none.
bool parse_in_base(std::string_view token, Value& out) {
  const bool minus = token[0] == '-';
  std::string_view digits = minus || token[0] == '+' ? token.substr(1) : token;
  if (digits.ends_with('N')) digits.remove_suffix(1);
  int base = 16;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.remove_prefix(2);
  } else {
    const std::size_t mark = digits.find_first_of("rR");
    if (mark == 0 || mark > 2) return false;
    const auto read = std::from_chars(digits.data(), digits.data() + mark, base);
    if (read.ptr != digits.data() + mark || base < 2 || base > 36) return false;
    digits.remove_prefix(mark + 1);
  }
  std::uint64_t number = 0;
  const auto end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number, base);
  if (digits.empty() || parsed.ptr != end) return false;
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  if (parsed.ec == std::errc() && number <= kMost) {
    out = minus ? -static_cast<std::int64_t>(number) : static_cast<std::int64_t>(number);
  } else {
    out = Value(Value::Kind::number, token);
  }
  return true;
}

// Takes digits off the beginning; false where there are none.
bool take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count > 0;
}
bool take_one_of(std::string_view& text, std::string_view choice) {
  if (text.empty() || choice.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// 17N, 22/7, 1.5, 1.M, -1e400.
bool is_number(std::string_view text) {
  take_one_of(text, "+-");
  if (!take_digits(text)) return false;
  if (text == "N") return true;
  if (take_one_of(text, "/")) return take_digits(text) && text.empty();
  if (take_one_of(text, ".")) take_digits(text);
  if (take_one_of(text, "eE")) {
    take_one_of(text, "+-");
    if (!take_digits(text)) return false;
  }
  return text.empty() || text == "M";
}

}  // namespace

bool parse_edn_number(std::string_view token, Value& out) {
  std::string_view digits = token[0] == '+' ? token.substr(1) : token;
  if (digits.ends_with('N')) digits.remove_suffix(1);
  std::int64_t number = 0;
  const auto end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number);
  if (parsed.ec == std::errc() && parsed.ptr == end) {
    out = number;
    return true;
  }
  if (!is_number(token)) return parse_in_base(token, out);
  out = Value(Value::Kind::number, token);
  return true;
}

}  // namespace windtunnel::checkers
