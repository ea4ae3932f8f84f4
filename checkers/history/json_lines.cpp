#include <windtunnel/checkers/history/json_lines.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/quoted.h>

#include <fmt/format.h>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace windtunnel::checkers {
namespace {

using boost::json::error_code;
using Text = boost::json::string_view;

// Makes values of what the parser meets. The nesting is bounded by the parser.
struct ValueBuilder {
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  std::vector<Value>& items;
  std::string& part;

  bool add(Value value) {
    items.push_back(std::move(value));
    return true;
  }
  bool add_text(Text last, Value::Kind kind) {
    if (part.empty()) return add({kind, std::string_view(last.data(), last.size())});
    part.append(last.data(), last.size());
    add({kind, part});
    part.clear();
    return true;
  }
  bool add_part(Text text) {
    part.append(text.data(), text.size());
    return true;
  }
  // The last `count` items become one.
  bool close(Value::Kind kind, std::size_t count) {
    const auto begin = items.end() - static_cast<std::ptrdiff_t>(count);
    Value value(kind, std::vector<Value>(std::make_move_iterator(begin),
                                         std::make_move_iterator(items.end())));
    items.erase(begin, items.end());
    return add(std::move(value));
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t count, error_code&) { return close(Value::Kind::vector, count); }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t count, error_code&) { return close(Value::Kind::map, 2 * count); }
  bool on_string_part(Text text, std::size_t, error_code&) { return add_part(text); }
  bool on_string(Text text, std::size_t, error_code&) {
    return add_text(text, Value::Kind::string);
  }
  bool on_key_part(Text text, std::size_t, error_code&) { return add_part(text); }
  bool on_key(Text text, std::size_t, error_code&) { return add_text(text, Value::Kind::string); }
  bool on_number_part(Text text, error_code&) { return add_part(text); }
  bool on_int64(std::int64_t number, Text, error_code&) {
    part.clear();
    return add(number);
  }
  bool on_uint64(std::uint64_t, Text text, error_code&) {
    return add_text(text, Value::Kind::number);
  }
  bool on_double(double, Text text, error_code&) { return add_text(text, Value::Kind::number); }
  bool on_bool(bool truth, error_code&) { return add(Value::boolean(truth)); }
  bool on_null(error_code&) { return add({}); }
  bool on_comment_part(Text, error_code&) { return true; }
  bool on_comment(Text, error_code&) { return true; }
};

// The grammar of JSON (RFC 8259, section 6), with an exponent that readers can hold.
bool is_json_number(std::string_view text) {
  const auto skip_digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leading_zero = text.starts_with('0');
  const std::size_t whole = skip_digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    constexpr std::size_t kMostDigits = 9;  // An int of 32 bits in Boost.JSON.
    const std::size_t digits = skip_digits();
    if (digits == 0 || digits > kMostDigits) return false;
  }
  return text.empty();
}

void append_array(const Value& value, std::string& out) {
  out += '[';
  for (const Value& item : value.items()) {
    if (&item != value.items().data()) out += ',';
    append_json(item, out);
  }
  out += ']';
}

void append_object(const Value& value, std::string& out) {
  out += '{';
  const std::vector<Value>& items = value.items();
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (i > 0) out += ',';
    append_quoted(items[i].is_name() ? std::string(items[i].text()) : to_edn(items[i]), out);
    out += ':';
    append_json(items[i + 1], out);
  }
  out += '}';
}

// JSON has no ratio, `N`, `M`, ##NaN or leading plus: such a number is written as a string.
void append_number(std::string_view text, std::string& out) {
  if (is_json_number(text))
    out += text;
  else
    append_quoted(text, out);
}

}  // namespace

JsonReader::Result JsonReader::read(std::string_view text, Value& out) {
  const Result result = try_to_read(text);
  if (result == Result::value) out = std::move(items_.back());
  if (result != Result::wrong) return result;
  // How far the parser says it came depends on how much text lies behind that. The shortest
  // beginning that is wrong does not.
  std::size_t good = 0;
  std::size_t wrong = text.size();
  while (wrong - good > 1) {
    const std::size_t middle = good + (wrong - good) / 2;
    (try_to_read(text.substr(0, middle)) == Result::wrong ? wrong : good) = middle;
  }
  try_to_read(text.substr(0, wrong));
  position_ = wrong - 1;
  return result;
}

JsonReader::Result JsonReader::try_to_read(std::string_view text) {
  items_.clear();
  part_.clear();
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::basic_parser<ValueBuilder> parser(options, ValueBuilder{items_, part_});
  error_code failed;
  // As if there were more, so that what ends too early is told from what is wrong.
  position_ = parser.write_some(true, text.data(), text.size(), failed);
  if (failed) {
    reason_ = fmt::format("JSON: {}", failed.message());
    return Result::wrong;
  }
  if (!parser.done()) {
    reason_ = "JSON: the text ends inside a value";
    return Result::ran_out;
  }
  return Result::value;
}

void append_json(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Value::Kind::nil: out += "null"; break;
    case Value::Kind::boolean: out += value.truth() ? "true" : "false"; break;
    case Value::Kind::integer: out += std::to_string(value.integer()); break;
    case Value::Kind::number: append_number(value.text(), out); break;
    case Value::Kind::string:
    case Value::Kind::keyword:
    case Value::Kind::symbol:
    case Value::Kind::character: append_quoted(value.text(), out); break;
    case Value::Kind::list:
    case Value::Kind::vector:
    case Value::Kind::set: append_array(value, out); break;
    case Value::Kind::map: append_object(value, out); break;
    case Value::Kind::tagged:
      out += '{';
      append_quoted(fmt::format("#{}", value.text()), out);
      out += ':';
      append_json(value.items().front(), out);
      out += '}';
      break;
  }
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(value, out);
  return out;
}

}  // namespace windtunnel::checkers
