#include <windtunnel/checkers/history/edn.h>

#include <windtunnel/checkers/history/edn_number.h>
#include <windtunnel/protocols/base/utf8.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace windtunnel::checkers {
namespace {

// What ends a token, and what of the rest has to be looked at: no character of ASCII that shows.
enum class Class : std::uint8_t { plain, delimiter, odd };
constexpr std::array<Class, 256> kClasses = [] {
  std::array<Class, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (c < 0x20 || c >= 0x7f) classes[c] = Class::odd;
  }
  for (const char c : std::string_view(" \t\r\n\f,;\"()[]{}")) {
    classes[static_cast<unsigned char>(c)] = Class::delimiter;
  }
  return classes;
}();

Class class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }
bool delimits(char c) { return class_of(c) == Class::delimiter; }
bool is_blank(char c) { return c == ' ' || c == ',' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// How an error shows a character: noise must not reach a terminal.
std::string shown(char c) {
  const auto code = static_cast<unsigned char>(c);
  if (code < 0x20 || code >= 0x7f) return fmt::format("byte 0x{:02x}", code);
  return fmt::format("'{}'", c);
}
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 24)) out += c < 0x20 || c == 0x7f ? '?' : c;
  return out;
}

// The first byte that is no UTF-8; the size of the text when there is none.
std::size_t not_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool plain = static_cast<unsigned char>(text[at]) < 0x80;
    const std::size_t length = plain ? 1 : utf8_length(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return at;
}

bool looks_like_number(std::string_view token) {
  if (is_digit(token[0])) return true;
  return token.size() > 1 && (token[0] == '-' || token[0] == '+') && is_digit(token[1]);
}

// A regular expression knows no escape but that of the quote.
std::string pattern_of(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw.substr(i, 2) == "\\\"") ++i;
    text += raw[i];
    if (raw[i] == '\\' && i + 1 < raw.size()) text += raw[++i];
  }
  return text;
}

struct NamedCharacter {
  std::string_view name;
  char code;
};
constexpr std::array kNamedCharacters{
    NamedCharacter{"newline", '\n'},   NamedCharacter{"space", ' '},
    NamedCharacter{"tab", '\t'},       NamedCharacter{"return", '\r'},
    NamedCharacter{"backspace", '\b'}, NamedCharacter{"formfeed", '\f'}};

}  // namespace

bool EdnReader::fail(std::string reason) {
  if (reason_.empty()) reason_ = std::move(reason);
  return false;
}

ReadError EdnReader::error() const {
  const std::string_view before = text_.substr(0, std::min(at_, text_.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = start == std::string_view::npos ? at_ + 1 : at_ - start;
  return {static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(column), reason_};
}

void EdnReader::restart(std::string_view text, bool whole) {
  text_ = text;
  at_ = 0;
  whole_ = whole;
  cut_ = false;
  ran_out_ = false;
  reason_.clear();
  items_.clear();
}

bool EdnReader::out_of_text() {
  if (at_ < text_.size()) return false;
  cut_ = cut_ || !whole_;
  ran_out_ = true;
  return true;
}

// After a cut the reader is before what it could not skip whole.
bool EdnReader::skip_blanks(int depth) {
  while (!out_of_text()) {
    const std::size_t start = at_;
    const char c = text_[at_];
    if (is_blank(c)) {
      ++at_;
    } else if (c == ';') {
      at_ = std::min(text_.find('\n', at_), text_.size());
      if (!out_of_text()) continue;
      if (cut_) at_ = start;
      return !cut_;
    } else if (c == '#') {
      ++at_;
      const bool discard = !out_of_text() && text_[at_] == '_';
      at_ = start;
      if (!discard) return !cut_;
      at_ += 2;
      Value discarded;
      const bool skipped = read_form(discarded, depth + 1) && !cut_;
      if (cut_) at_ = start;
      if (!skipped) return false;
    } else {
      return true;
    }
  }
  return !cut_;
}

bool EdnReader::at_end() {
  if (failed() || !skip_blanks(0)) return true;
  return at_ == text_.size();
}

bool EdnReader::read(Value& out) {
  if (failed() || at_end()) return false;
  return read_form(out, 0);
}

bool EdnReader::read_form(Value& out, int depth) {
  if (depth > kMaxDepth) return fail(fmt::format("nested more than {} deep", kMaxDepth));
  if (!skip_blanks(depth)) return false;
  if (out_of_text()) return fail("the text ends inside a form");
  switch (const char c = text_[at_]) {
    case '(': return read_items(')', Value::Kind::list, out, depth);
    case '[': return read_items(']', Value::Kind::vector, out, depth);
    case '{': return read_items('}', Value::Kind::map, out, depth);
    case ')':
    case ']':
    case '}': return fail(fmt::format("unexpected '{}'", c));
    case '"': return read_string(out);
    case '\\': return read_character(out);
    case '#': return read_dispatch(out, depth);
    case '^': return read_behind_metadata(out, depth);
    default: return read_token(out);
  }
}

bool EdnReader::read_items(char closing, Value::Kind kind, Value& out, int depth) {
  if (depth == kMaxDepth) return fail(fmt::format("nested more than {} deep", kMaxDepth));
  const std::size_t start = at_;
  const std::size_t first = items_.size();
  ++at_;
  while (true) {
    if (!skip_blanks(depth)) return false;
    if (out_of_text()) return fail(fmt::format("the text ends before '{}'", closing));
    if (text_[at_] == closing) break;
    Value item;
    if (!read_form(item, depth + 1)) return false;
    items_.push_back(std::move(item));
  }
  if (kind == Value::Kind::map && (items_.size() - first) % 2 != 0) {
    at_ = start;
    return fail("a map with a key but no value");
  }
  ++at_;
  const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(first);
  out = Value(kind, std::vector<Value>(std::make_move_iterator(begin),
                                       std::make_move_iterator(items_.end())));
  items_.erase(begin, items_.end());
  return true;
}

// At the `^`: what Clojure prints before a form that has metadata says nothing about its value.
bool EdnReader::read_behind_metadata(Value& out, int depth) {
  ++at_;
  Value metadata;
  return read_form(metadata, depth + 1) && read_form(out, depth + 1);
}

// What begins with `#`: a set, a symbolic number such as ##NaN, a tagged form, or what Clojure
// prints beyond EDN: metadata in an older way, a regular expression, a variable.
bool EdnReader::read_dispatch(Value& out, int depth) {
  ++at_;
  if (out_of_text()) return fail("the text ends after '#'");
  if (text_[at_] == '{') return read_items('}', Value::Kind::set, out, depth);
  if (text_[at_] == '^') return read_behind_metadata(out, depth);
  if (text_[at_] == '"') {
    const std::size_t first = ++at_;
    for (; !out_of_text() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    if (out_of_text()) return fail("a regular expression without an end");
    out = Value::tagged("regex", pattern_of(text_.substr(first, at_++ - first)));
    return check_utf8(first);
  }
  const std::size_t start = at_;
  const std::string_view tag = take_token();
  if (tag.empty()) return fail(fmt::format("{} after '#'", shown(text_[at_])));
  if (!cut_ && !check_utf8(start)) return false;
  if (tag[0] == '#') {
    out = Value(Value::Kind::number, fmt::format("#{}", tag));
    return true;
  }
  if (tag[0] == '\'') {
    out = Value(Value::Kind::symbol, fmt::format("#{}", tag));
    return true;
  }
  Value form;
  if (!read_form(form, depth + 1)) return false;
  out = Value::tagged(tag, std::move(form));
  return true;
}

// What was read since `start` must be UTF-8: no other format can hold anything else.
bool EdnReader::check_utf8(std::size_t start) {
  const std::string_view read = text_.substr(start, at_ - start);
  const std::size_t wrong = not_utf8(read);
  if (wrong == read.size()) return true;
  at_ = start + wrong;
  return fail(fmt::format("{} is not UTF-8", shown(text_[at_])));
}

// A token has no control characters.
bool EdnReader::check_odd(std::size_t start) {
  if (!cut_ && !check_utf8(start)) return false;
  const std::string_view token = text_.substr(start, at_ - start);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  const auto noise = std::find_if(token.begin(), token.end(), control);
  if (noise == token.end()) return true;
  at_ = start + static_cast<std::size_t>(noise - token.begin());
  return fail(fmt::format("unexpected {}", shown(*noise)));
}

bool EdnReader::read_string(Value& out) {
  const std::size_t start = at_;
  std::string text;
  for (++at_; !out_of_text(); ++at_) {
    const std::size_t from = at_;
    while (!out_of_text() && text_[at_] != '"' && text_[at_] != '\\') ++at_;
    text += text_.substr(from, at_ - from);
    if (out_of_text()) break;
    if (text_[at_] == '"') {
      ++at_;
      out = Value(text);
      return check_utf8(start);
    }
    if (!read_escape(text)) return false;
  }
  at_ = start;
  return fail("a string without an end");
}

// At the backslash; leaves the reader on the last character of the escape.
bool EdnReader::read_escape(std::string& into) {
  ++at_;
  if (out_of_text()) return fail("the text ends inside a string");
  switch (const char c = text_[at_]) {
    case 'n': into += '\n'; return true;
    case 't': into += '\t'; return true;
    case 'r': into += '\r'; return true;
    case 'b': into += '\b'; return true;
    case 'f': into += '\f'; return true;
    case '"':
    case '\\':
    case '/': into += c; return true;
    case 'u': return read_unicode(into);
    default: return fail(fmt::format("unknown escape \\ and {}", shown(c)));
  }
}

// At the `u` of an escape or character, which four hexadecimal digits follow; leaves the reader on
// the last of them.
bool EdnReader::read_unit(std::uint32_t& unit) {
  constexpr std::size_t kLength = 5;
  const std::string_view all = text_.substr(at_, kLength);
  if (all.size() < kLength) {
    cut_ = cut_ || !whole_;
    ran_out_ = true;
  }
  const auto parsed = std::from_chars(all.data() + 1, all.data() + all.size(), unit, 16);
  if (all.size() < kLength || parsed.ptr != all.data() + kLength) {
    return fail("four hexadecimal digits must follow \\u");
  }
  at_ += kLength - 1;
  return true;
}

// As `read_unit`, but two halves of a character beyond the first 65,536 are read together.
bool EdnReader::read_unicode(std::string& into) {
  std::uint32_t code = 0;
  if (!read_unit(code)) return false;
  if (code >= 0xd800 && code < 0xe000) {
    const std::string_view next = text_.substr(at_ + 1, 2);
    if (next.size() < 2) cut_ = cut_ || !whole_;
    if (next == "\\u") at_ += 2;
    std::uint32_t low = 0;
    if (next == "\\u" && !read_unit(low)) return false;
    if (code >= 0xdc00 || low < 0xdc00 || low > 0xdfff) return fail("half a character after \\u");
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(code, into);
  return true;
}

bool EdnReader::read_character(Value& out) {
  ++at_;
  if (out_of_text()) return fail("the text ends inside a character");
  const std::size_t start = at_;
  ++at_;
  take_token();
  if (out_of_text() && cut_) return false;
  const std::string_view name = text_.substr(start, at_ - start);
  if (!check_utf8(start)) return false;
  std::string code(name);
  if (name.size() == 5 && name[0] == 'u') {
    code.clear();
    at_ = start;
    if (!read_unicode(code)) return false;
    ++at_;
  }
  for (const NamedCharacter& known : kNamedCharacters) {
    if (name == known.name) code = known.code;
  }
  out = Value(Value::Kind::character, code);
  return true;
}

std::string_view EdnReader::take_token() {
  const std::size_t start = at_;
  while (!out_of_text() && !delimits(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

bool EdnReader::read_token(Value& out) {
  const std::size_t start = at_;
  const std::string_view token = take_token();
  const auto is_odd = [](char c) { return class_of(c) == Class::odd; };
  if (std::any_of(token.begin(), token.end(), is_odd) && !check_odd(start)) return false;
  if (token == "nil") {
    out = Value();
    return true;
  }
  if (token == "true" || token == "false") {
    out = Value::boolean(token == "true");
    return true;
  }
  if (token[0] == ':' && token.size() > 1) {
    out = Value::keyword(token.substr(1));
    return true;
  }
  if (looks_like_number(token)) {
    if (parse_edn_number(token, out)) return true;
    at_ = start;
    return fail(fmt::format("'{}' is not a number", shown(token)));
  }
  const auto c = static_cast<unsigned char>(token[0]);
  if (token[0] == ':' || token[0] == '^' || token[0] == '@' || token[0] == '`' || c >= 0x80) {
    at_ = start;
    return fail(fmt::format("unexpected {}", shown(token[0])));
  }
  out = Value(Value::Kind::symbol, token);
  return true;
}

bool is_plain_name(std::string_view name) {
  const auto wrong = [](char c) {
    return delimits(c) || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  return !name.empty() && std::none_of(name.begin(), name.end(), wrong);
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

}  // namespace windtunnel::checkers
