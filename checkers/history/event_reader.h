// The events of a history, one at a time, in memory that the history's length does not change. EDN
// (maps, or one vector or list of maps) and JSON (objects, or one array of them) are told apart by
// their content.
#pragma once

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/json_lines.h>
#include <windtunnel/checkers/history/text_window.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace windtunnel::checkers {

class EventReader {
 public:
  // The text must outlive the reader.
  explicit EventReader(std::string_view text, const WindowSize& size = {}) : window_(text, size) {}
  // The source must outlive the reader.
  explicit EventReader(ByteSource& source, const WindowSize& size = {}) : window_(source, size) {}

  // The next event, as it stands: whether it fits those before is for `History::add` or `Pairing`
  // to say. False at the end of the history and on an error, after which every call fails.
  bool next(Event& out);

  // A text that ends inside an event, or before its history is closed, is read up to there when
  // something was read: the process that wrote it was ended. Unless this is asked for it is an
  // error.
  void let_end_early() { may_end_early_ = true; }
  // Where and how it ended early, if it did.
  const std::optional<ReadError>& ended_early() const { return ended_early_; }

  bool failed() const { return !error_.reason.empty(); }
  // Errors of the source have line 0.
  const ReadError& error() const { return error_; }

 private:
  enum class Format : std::uint8_t { unknown, edn, json };
  // `unknown` before the first form, which tells it.
  enum class Layout : std::uint8_t { unknown, lines, sequence, after_sequence };

  bool refuse(ReadError error);
  // The text ends at a place of the view: refused, or the end of what is read.
  bool end_early(ReadError in_view);
  bool is_damaged() const;
  bool read_more();
  bool find_format();
  // The next form and its line.
  bool next_edn(Value& form, std::uint32_t& line);
  bool next_json(Value& form, std::uint32_t& line);
  // To the next form, over blanks and the brackets around the history.
  bool skip_to_form();
  bool skip_blanks();
  bool skip_json_blanks();
  bool skip_metadata();
  bool take_bracket();
  bool take_comma();

  TextWindow window_;
  Format format_ = Format::unknown;
  Layout layout_ = Layout::unknown;
  char sequence_end_ = 0;
  bool wants_comma_ = false;  // in an array of JSON
  bool has_read_ = false;     // an event
  bool may_end_early_ = false;
  std::optional<ReadError> ended_early_;
  EdnReader edn_;
  JsonReader json_;
  ReadError error_;
};

}  // namespace windtunnel::checkers
