// EDN (https://github.com/edn-format/edn): a reader that takes one form at a time from a text in
// UTF-8, and a writer. Sets, lists, characters, tagged literals, comments and `#_` are understood;
// numbers that do not fit int64 keep their text. Nesting is bounded by kMaxDepth. Of what Clojure
// prints beyond EDN, integers in another base are integers, `#"x"` is `#regex "x"`, `#'x` a symbol,
// and metadata is skipped.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/protocols/base/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

inline constexpr int kMaxDepth = 64;

// Reads the forms of a text in order. The text must outlive the reader. After an error the reader
// stays where it is, and every further call fails.
//
// The text may be the beginning of a longer one. Where it then ends too early to tell what it says,
// the reader is `cut()`, and what the call returned means nothing: it is to be made again, on more
// of the text. An error without a cut is one, whatever follows.
class EdnReader {
 public:
  explicit EdnReader(std::string_view text) { restart(text, true); }
  EdnReader() = default;
  // Begins anew, with another text; what the reader holds for its work is kept. `whole`: nothing
  // follows the text.
  void restart(std::string_view text, bool whole);

  // Skips blanks, comments and discarded forms; false when a form follows.
  bool at_end();
  // The next form; false on an error or at the end of the text.
  bool read(Value& out);

  bool cut() const { return cut_; }
  bool failed() const { return !reason_.empty(); }
  // It failed at the end of the text: the form there may be one whose end is missing.
  bool ran_out() const { return failed() && ran_out_; }
  ReadError error() const;
  // How much of the text was read; after a cut of `at_end`, how much need not be read again.
  std::size_t position() const { return at_; }

 private:
  bool fail(std::string reason);
  bool out_of_text();
  bool check_utf8(std::size_t start);
  bool check_odd(std::size_t start);
  bool skip_blanks(int depth);
  bool read_form(Value& out, int depth);
  bool read_items(char closing, Value::Kind kind, Value& out, int depth);
  bool read_dispatch(Value& out, int depth);
  bool read_behind_metadata(Value& out, int depth);
  bool read_string(Value& out);
  bool read_escape(std::string& into);
  bool read_unit(std::uint32_t& unit);
  bool read_unicode(std::string& into);
  bool read_character(Value& out);
  bool read_token(Value& out);
  std::string_view take_token();

  std::string_view text_;
  std::size_t at_ = 0;
  bool whole_ = true;
  bool cut_ = false;
  bool ran_out_ = false;
  std::string reason_;
  std::vector<Value> items_;  // of the collections that are open, those of the innermost last
};

// Whether a keyword can have that name. EDN has no other way to write one.
bool is_plain_name(std::string_view name);

// The text of a value as EDN. Deterministic. A keyword that EDN cannot write, as a JSON text may
// have named a process, becomes a string.
std::string to_edn(const Value& value);
void append_edn(const Value& value, std::string& out);

// Appends one code point as UTF-8.
void append_utf8(std::uint32_t code, std::string& out);

}  // namespace windtunnel::checkers
