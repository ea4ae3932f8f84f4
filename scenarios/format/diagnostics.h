// What is wrong with a scenario file, said so that a person can act on it: a stable code, the
// place, the source line with a caret, and what to write instead.
#pragma once

#include <windtunnel/faults/plan/values.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

using faults::SourceSpan;

// Stable numbers: `windtunnel explain E014`. Append only.
enum class Code : std::uint16_t {
  missing_file = 1,
  unreadable = 2,
  too_large = 3,
  not_utf8 = 4,
  syntax = 5,
  tab = 6,
  alias = 7,
  tag = 8,
  merge_key = 9,
  several_documents = 10,
  too_deep = 11,
  duplicate_key = 12,
  include = 13,
  unknown_key = 14,
  missing_key = 15,
  wrong_shape = 16,
  version = 17,
  empty_value = 18,
  needs_unit = 21,
  malformed = 22,
  out_of_range = 23,
  unknown_word = 24,
  bad_selector = 25,
  bad_pattern = 26,
  trigger = 27,
  effect = 28,
  distribution = 29,
  unknown_param = 30,
  unknown_node = 31,
  unknown_service = 32,
  unknown_option = 33,
  unknown_workload = 34,
  unknown_operation = 35,
  unknown_check = 36,
  unknown_message = 37,
  duplicate_name = 38,
  inconsistent = 39,
  too_many_nodes = 40,
  unknown_action = 41,
};

struct Diagnostic {
  Code code{};
  SourceSpan span;
  std::string message;
  std::string hint;  // beside the caret: what to write instead; may be empty
};

// A file that was read; `SourceSpan::file` is its index.
struct SourceFile {
  std::string path;
  std::string text;
};

// "E014".
std::string to_string(Code code);
// What the code means and how to mend it, for `explain` of the command of that name; nullopt when
// there is no such code ("E014" or "14").
std::optional<std::string> explain(std::string_view code, std::string_view command = "windtunnel");
// Every code, in order.
std::vector<Code> all_codes();

class Diagnostics {
 public:
  // Errors over this many are counted, not kept.
  static constexpr std::size_t kShown = 20;

  // Takes over the text; returns its index.
  std::uint32_t add_file(std::string path, std::string text);
  const std::vector<SourceFile>& files() const { return files_; }

  void error(Code code, const SourceSpan& span, std::string message, std::string hint = {});
  bool empty() const { return errors_.empty(); }
  // In the order of the files and lines.
  const std::vector<Diagnostic>& errors() const { return errors_; }
  // Further errors would not be shown.
  bool full() const { return hidden_ != 0; }
  std::size_t count() const { return errors_.size() + hidden_; }
  // 0 without errors; 66 when the scenario file itself is missing, else 65.
  int exit_code() const;

  // As rustc does it, one block an error, and a last line with their number and what to ask the
  // command.
  std::string render(std::string_view command = "windtunnel") const;

 private:
  std::vector<SourceFile> files_;
  std::vector<Diagnostic> errors_;
  std::size_t hidden_ = 0;
};

// The candidate nearest to `word` (Damerau-Levenshtein, at most 2 and less than half of its
// length); empty if none.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);
// "did you mean 'seeds'?", else "one of: a, b, c" when these are few, else nothing.
std::string suggest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace windtunnel::scenarios
