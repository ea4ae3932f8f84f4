#include <windtunnel/checkers/history/event_reader.h>

#include <windtunnel/checkers/history/event_form.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {

bool EventReader::refuse(ReadError error) {
  error_ = std::move(error);
  return false;
}

bool EventReader::read_more() {
  std::optional<ReadError> refused = window_.more();
  return !refused.has_value() || refuse(*std::move(refused));
}

bool EventReader::next(Event& out) {
  if (failed() || (format_ == Format::unknown && !find_format())) return false;
  Value form;
  std::uint32_t line = 0;
  const bool found = format_ == Format::json ? next_json(form, line) : next_edn(form, line);
  if (!found) return false;
  auto event = event_of(std::move(form), line);
  if (event.has_error()) return refuse(std::move(event).error());
  out = *std::move(event);
  return true;
}

// JSON lines begin with an object whose first key is a string: no EDN history does.
bool EventReader::find_format() {
  constexpr std::string_view kBlanks = " \t\r\n";
  constexpr std::size_t kMarkSize = 3;
  while (window_.text().size() < kMarkSize && !window_.is_last()) {
    if (!read_more()) return false;
  }
  window_.drop_byte_order_mark();
  for (;;) {
    const std::string_view text = window_.text();
    const std::size_t brace = std::min(text.find_first_not_of(kBlanks), text.size());
    window_.drop(brace);
    const std::string_view rest = window_.text();
    const bool is_map = rest.starts_with('{');
    const std::size_t key = is_map ? rest.find_first_not_of(kBlanks, 1) : std::string_view::npos;
    const bool is_clear = key != std::string_view::npos || (!rest.empty() && !is_map);
    if (is_clear || window_.is_last()) {
      const bool json = key != std::string_view::npos && rest[key] == '"';
      format_ = json ? Format::json : Format::edn;
      return true;
    }
    if (!read_more()) return false;
  }
}

bool EventReader::next_json(Value& form, std::uint32_t& line) {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view text = window_.text();
    const std::size_t end = std::min(text.find('\n', searched), text.size());
    if (end == text.size() && !window_.is_last()) {
      searched = end;
      if (!read_more()) return false;
      continue;
    }
    const std::string_view one = text.substr(0, end);
    if (one.find_first_not_of(" \t\r") != std::string_view::npos) {
      ReadError error{1, 0, {}};
      if (!json_.read(one, form, error)) return refuse(window_.placed(std::move(error)));
      line = window_.line();
      window_.drop(std::min(end + 1, text.size()));
      return true;
    }
    if (text.empty()) return false;
    window_.drop(std::min(end + 1, text.size()));
    searched = 0;
  }
}

bool EventReader::next_edn(Value& form, std::uint32_t& line) {
  for (;;) {
    if (!skip_to_form()) return false;
    edn_.restart(window_.text(), window_.is_last());
    const bool read = edn_.read(form);
    if (edn_.cut()) {
      if (!read_more()) return false;
    } else if (!read) {
      return refuse(window_.placed(edn_.error()));
    } else {
      line = window_.line();
      window_.drop(edn_.position());
      return true;
    }
  }
}

bool EventReader::skip_to_form() {
  for (;;) {
    edn_.restart(window_.text(), window_.is_last());
    const bool ended = edn_.at_end();
    if (!edn_.cut() && edn_.failed()) return refuse(window_.placed(edn_.error()));
    window_.drop(edn_.position());
    if (edn_.cut()) {
      if (!read_more()) return false;
      continue;
    }
    if (ended && format_ == Format::sequence) {
      return refuse({window_.line(), 0, "the text ends before the history is closed"});
    }
    if (ended) return false;
    if (format_ == Format::after_sequence) {
      return refuse({window_.line(), 0, "extra data after the end of the history"});
    }
    if (!take_bracket()) return true;
  }
}

// True when what comes next was a bracket of the history itself.
bool EventReader::take_bracket() {
  const char c = window_.text().front();
  if (format_ == Format::edn && (c == '[' || c == '(')) {
    format_ = Format::sequence;
    sequence_end_ = c == '[' ? ']' : ')';
  } else if (format_ == Format::sequence && c == sequence_end_) {
    format_ = Format::after_sequence;
  } else {
    if (format_ == Format::edn) format_ = Format::lines;
    return false;
  }
  window_.drop(1);
  return true;
}

}  // namespace windtunnel::checkers
