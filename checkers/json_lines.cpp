#include "checkers/json_lines.h"

#include "checkers/edn.h"
#include "checkers/quoted.h"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <iterator>

namespace windtunnel::checkers {
namespace {

Value from_json(const boost::json::value& json);

Value from_array(const boost::json::array& array) {
  std::vector<Value> items;
  items.reserve(array.size());
  for (const boost::json::value& item : array) items.push_back(from_json(item));
  return Value::vector(std::move(items));
}

Value from_object(const boost::json::object& object) {
  std::vector<Value> items;
  items.reserve(object.size() * 2);
  for (const auto& member : object) {
    items.emplace_back(std::string_view(member.key().data(), member.key().size()));
    items.push_back(from_json(member.value()));
  }
  return {Value::Kind::map, std::move(items)};
}

// The nesting was bounded by the parser.
Value from_json(const boost::json::value& json) {
  switch (json.kind()) {
    case boost::json::kind::null: return {};
    case boost::json::kind::bool_: return Value::boolean(json.get_bool());
    case boost::json::kind::int64: return json.get_int64();
    case boost::json::kind::uint64: return {Value::Kind::number, std::to_string(json.get_uint64())};
    case boost::json::kind::double_:
      return {Value::Kind::number, fmt::format("{}", json.get_double())};
    case boost::json::kind::string:
      return std::string_view(json.get_string().data(), json.get_string().size());
    case boost::json::kind::array: return from_array(json.get_array());
    case boost::json::kind::object: return from_object(json.get_object());
  }
  return {};
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
  const auto plain = [](char c) {
    return std::string_view("0123456789+-.eE").find(c) != std::string_view::npos;
  };
  const bool is_json = std::all_of(text.begin(), text.end(), plain) && !text.starts_with('+') &&
                       !text.ends_with('.') && text.find(".e") == std::string_view::npos;
  if (is_json)
    out += text;
  else
    append_quoted(text, out);
}

}  // namespace

bool read_json(std::string_view text, Value& out, ReadError& error) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::json::parser parser({}, options);
  boost::json::error_code failed;
  const std::size_t consumed = parser.write_some(text.data(), text.size(), failed);
  const bool rest = !failed && text.find_first_not_of(" \t\r", consumed) != std::string_view::npos;
  if (failed || rest) {
    error.column = static_cast<std::uint32_t>(consumed + 1);
    error.reason =
        rest ? "extra data after the JSON value" : fmt::format("JSON: {}", failed.message());
    return false;
  }
  out = from_json(parser.release());
  return true;
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
