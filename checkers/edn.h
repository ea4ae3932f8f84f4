// EDN (https://github.com/edn-format/edn): a reader that takes one form at a time from a text, and
// a writer. Sets, lists, characters, tagged literals, comments and `#_` are understood; numbers
// that do not fit int64 keep their text. Nesting is bounded by kMaxDepth.
#pragma once

#include "checkers/history.h"
#include "checkers/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::checkers {

inline constexpr int kMaxDepth = 64;

// Reads the forms of a text in order. The text must outlive the reader. After an error the reader
// stays where it is, and every further call fails.
class EdnReader {
 public:
  explicit EdnReader(std::string_view text) : text_(text) {}

  // Skips blanks, comments and discarded forms; true when a form follows. Consumes `opening` (one
  // of `[` and `(`) where it is the next character, so that a huge vector can be read item by item.
  bool at_end();
  bool open_sequence();
  // True after consuming the closing bracket of the sequence opened before.
  bool close_sequence();

  // The next form; false on an error or at the end of the text.
  bool read(Value& out);

  bool failed() const { return !reason_.empty(); }
  ReadError error() const;
  // The line of the form that starts next, from 1. Call after `at_end`.
  std::uint32_t line();

 private:
  bool fail(std::string reason);
  bool skip_blanks(int depth);
  bool read_form(Value& out, int depth);
  bool read_items(char closing, Value::Kind kind, Value& out, int depth);
  bool read_dispatch(Value& out, int depth);
  bool read_string(Value& out);
  bool read_escape(std::string& into);
  bool read_unicode(std::string& into);
  bool read_character(Value& out);
  bool read_token(Value& out);
  std::string_view take_token();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t counted_to_ = 0;  // newlines before here are in lines_
  std::uint32_t lines_ = 0;
  char sequence_end_ = 0;
  std::string reason_;
};

// The text of a value as EDN. Deterministic.
std::string to_edn(const Value& value);
void append_edn(const Value& value, std::string& out);

// Appends one code point as UTF-8.
void append_utf8(std::uint32_t code, std::string& out);

}  // namespace windtunnel::checkers
