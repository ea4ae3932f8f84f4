#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/quoted.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

void append_items(const Value& value, char opening, char closing, std::string& out) {
  out += opening;
  const std::vector<Value>& items = value.items();
  const bool pairs = value.kind() == Value::Kind::map;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += pairs && i % 2 == 0 ? ", " : " ";
    append_edn(items[i], out);
  }
  out += closing;
}

void append_character(std::string_view text, std::string& out) {
  out += '\\';
  if (text == "\n")
    out += "newline";
  else if (text == " ")
    out += "space";
  else if (text == "\t")
    out += "tab";
  else if (text == "\r")
    out += "return";
  else if (text == "\b")
    out += "backspace";
  else if (text == "\f")
    out += "formfeed";
  else
    out += text;
}

void append_keyword(std::string_view name, std::string& out) {
  if (!is_plain_name(name)) return append_quoted(name, out);
  out += ':';
  out += name;
}

}  // namespace

void append_edn(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Value::Kind::nil: out += "nil"; break;
    case Value::Kind::boolean: out += value.truth() ? "true" : "false"; break;
    case Value::Kind::integer: out += fmt::format_int(value.integer()).c_str(); break;
    case Value::Kind::number:
    case Value::Kind::symbol: out += value.text(); break;
    case Value::Kind::string: append_quoted(value.text(), out); break;
    case Value::Kind::keyword: append_keyword(value.text(), out); break;
    case Value::Kind::character: append_character(value.text(), out); break;
    case Value::Kind::list: append_items(value, '(', ')', out); break;
    case Value::Kind::vector: append_items(value, '[', ']', out); break;
    case Value::Kind::map: append_items(value, '{', '}', out); break;
    case Value::Kind::set:
      out += '#';
      append_items(value, '{', '}', out);
      break;
    case Value::Kind::tagged:
      out += '#';
      out += value.text();
      out += ' ';
      append_edn(value.items().front(), out);
      break;
  }
}

std::string to_edn(const Value& value) {
  std::string out;
  append_edn(value, out);
  return out;
}

}  // namespace windtunnel::checkers
