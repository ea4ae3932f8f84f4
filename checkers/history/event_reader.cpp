#include <windtunnel/checkers/history/event_reader.h>

#include <windtunnel/checkers/history/event_form.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {
namespace {

// The place behind the text.
ReadError error_at(std::string_view text, std::string reason) {
  const auto lines = std::count(text.begin(), text.end(), '\n');
  const std::size_t start = text.rfind('\n') + 1;  // 0 when there is none
  return {static_cast<std::uint32_t>(lines + 1),
          static_cast<std::uint32_t>(text.size() - start + 1), std::move(reason)};
}

}  // namespace

bool EventReader::refuse(ReadError error) {
  error_ = std::move(error);
  return false;
}

bool EventReader::read_more() {
  std::optional<ReadError> refused = window_.more();
  return !refused.has_value() || refuse(*std::move(refused));
}

// What lacks its end is damaged where a later line of the view begins as it does, so that it is not
// the last event.
bool EventReader::is_damaged() const {
  const std::string_view text = window_.text();
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    const std::size_t begin = text.find_first_not_of(" \t\r", end + 1);
    const bool same = begin != std::string_view::npos && text[begin] == text[0];
    if (same && begin - end <= window_.column()) return true;
  }
  return false;
}

bool EventReader::end_early(ReadError in_view) {
  ReadError error = window_.placed(std::move(in_view));
  if (!may_end_early_ || !has_read_ || is_damaged()) return refuse(std::move(error));
  error.line = window_.line();
  error.column = 0;
  ended_early_ = std::move(error);
  return false;
}

bool EventReader::next(Event& out) {
  if (failed() || ended_early_ || (format_ == Format::unknown && !find_format())) return false;
  Value form;
  std::uint32_t line = 0;
  const bool found = format_ == Format::json ? next_json(form, line) : next_edn(form, line);
  if (!found) return false;
  auto event = event_of(std::move(form), line);
  if (event.has_error()) return refuse(std::move(event).error());
  out = *std::move(event);
  has_read_ = true;
  return true;
}

// JSON begins with an object whose first key is a string, which may be in an array: no EDN history
// does.
bool EventReader::find_format() {
  constexpr std::string_view kBlanks = " \t\r\n";
  constexpr std::size_t kMarkSize = 3;
  while (window_.text().size() < kMarkSize && !window_.is_last()) {
    if (!read_more()) return false;
  }
  window_.drop_byte_order_mark();
  for (;;) {
    const std::string_view text = window_.text();
    window_.drop(std::min(text.find_first_not_of(kBlanks), text.size()));
    const std::string_view rest = window_.text();
    std::size_t at = 0;
    if (rest.starts_with('[')) at = std::min(rest.find_first_not_of(kBlanks, 1), rest.size());
    const bool is_map = at < rest.size() && rest[at] == '{';
    if (is_map) at = std::min(rest.find_first_not_of(kBlanks, at + 1), rest.size());
    if (at < rest.size() || window_.is_last()) {
      const bool json = is_map && at < rest.size() && rest[at] == '"';
      format_ = json ? Format::json : Format::edn;
      return true;
    }
    if (!read_more()) return false;
  }
}

bool EventReader::next_json(Value& form, std::uint32_t& line) {
  if (!skip_to_form()) return false;
  for (;;) {
    const std::string_view text = window_.text();
    if (text.front() != '{') {
      return refuse({window_.line(), window_.column(), "extra data after the JSON value"});
    }
    const JsonReader::Result read = json_.read(text, form);
    if (read == JsonReader::Result::value) break;
    const bool ends = read == JsonReader::Result::ran_out;
    if (ends && !window_.is_last()) {
      if (!read_more()) return false;
      continue;
    }
    if (ends) return end_early({1, 1, json_.reason()});
    return refuse(window_.placed(error_at(text.substr(0, json_.position()), json_.reason())));
  }
  line = window_.line();
  window_.drop(json_.position());
  wants_comma_ = layout_ == Layout::sequence;
  return true;
}

bool EventReader::next_edn(Value& form, std::uint32_t& line) {
  for (;;) {
    if (!skip_to_form()) return false;
    edn_.restart(window_.text(), window_.is_last());
    const bool read = edn_.read(form);
    if (edn_.cut()) {
      if (!read_more()) return false;
    } else if (!read) {
      return edn_.ran_out() ? end_early(edn_.error()) : refuse(window_.placed(edn_.error()));
    } else {
      line = window_.line();
      window_.drop(edn_.position());
      return true;
    }
  }
}

// To what is no blank; false where the text ends first, or on an error.
bool EventReader::skip_blanks() {
  for (;;) {
    edn_.restart(window_.text(), window_.is_last());
    const bool ended = edn_.at_end();
    if (!edn_.cut() && edn_.failed()) return refuse(window_.placed(edn_.error()));
    window_.drop(edn_.position());
    if (!edn_.cut()) return !ended;
    if (!read_more()) return false;
  }
}

bool EventReader::skip_json_blanks() {
  for (;;) {
    const std::string_view text = window_.text();
    window_.drop(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (!window_.text().empty()) return true;
    if (window_.is_last() || !read_more()) return false;
  }
}

bool EventReader::skip_to_form() {
  for (;;) {
    const bool found = format_ == Format::json ? skip_json_blanks() : skip_blanks();
    if (failed()) return false;
    if (!found && layout_ == Layout::sequence) {
      return end_early({1, 0, "the text ends before the history is closed"});
    }
    if (!found) return false;
    if (layout_ == Layout::after_sequence) {
      return refuse({window_.line(), 0, "extra data after the end of the history"});
    }
    if (skip_metadata() || take_bracket() || take_comma()) continue;
    if (failed()) return false;
    if (!wants_comma_) return true;
    return refuse({window_.line(), window_.column(), "a comma is missing between two events"});
  }
}

// Metadata of what comes first, which may be the history itself. What is no metadata is left.
bool EventReader::skip_metadata() {
  while (format_ == Format::edn && layout_ == Layout::unknown) {
    const std::string_view text = window_.text();
    const std::size_t mark = text.starts_with("#^") ? 2 : text.starts_with('^') ? 1 : 0;
    if (mark == 0) return false;
    edn_.restart(text.substr(mark), window_.is_last());
    Value metadata;
    const bool read = edn_.read(metadata);
    if (!edn_.cut()) {
      if (read) window_.drop(mark + edn_.position());
      return read;
    }
    if (!read_more()) return false;
  }
  return false;
}

bool EventReader::take_comma() {
  if (!wants_comma_ || window_.text().front() != ',') return false;
  wants_comma_ = false;
  window_.drop(1);
  return true;
}

// True when what comes next was a bracket of the history itself.
bool EventReader::take_bracket() {
  const char c = window_.text().front();
  if (layout_ == Layout::unknown && (c == '[' || c == '(')) {
    layout_ = Layout::sequence;
    sequence_end_ = c == '[' ? ']' : ')';
  } else if (layout_ == Layout::sequence && c == sequence_end_) {
    layout_ = Layout::after_sequence;
  } else {
    if (layout_ == Layout::unknown) layout_ = Layout::lines;
    return false;
  }
  window_.drop(1);
  return true;
}

}  // namespace windtunnel::checkers
