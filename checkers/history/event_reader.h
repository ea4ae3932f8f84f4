// The events of a history, one at a time, in memory that the history's length does not change. EDN
// (a map a line, or one vector or list of maps) and JSON lines are told apart by their content.
#pragma once

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/json_lines.h>
#include <windtunnel/checkers/history/text_window.h>

#include <cstdint>
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

  bool failed() const { return !error_.reason.empty(); }
  // Errors of the source have line 0.
  const ReadError& error() const { return error_; }

 private:
  // `edn` before its first form, which tells its layout.
  enum class Format : std::uint8_t { unknown, edn, lines, sequence, after_sequence, json };

  bool refuse(ReadError error);
  bool read_more();
  bool find_format();
  // The next form and its line.
  bool next_edn(Value& form, std::uint32_t& line);
  bool next_json(Value& form, std::uint32_t& line);
  // To the next form of EDN, over blanks and the brackets around the history.
  bool skip_to_form();
  bool take_bracket();

  TextWindow window_;
  Format format_ = Format::unknown;
  char sequence_end_ = 0;
  EdnReader edn_;
  JsonReader json_;
  ReadError error_;
};

}  // namespace windtunnel::checkers
