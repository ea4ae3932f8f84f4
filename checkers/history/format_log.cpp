// Jepsen's log.
#include <windtunnel/checkers/history/formats.h>

#include <windtunnel/checkers/history/edn.h>

#include <algorithm>
#include <utility>

namespace windtunnel::checkers {
namespace {

constexpr std::string_view kBeforeType = "\t:";

// "0\t:invoke\t:read\tnil", which may stand behind " - " or ": ". `has_value` of one with a value.
bool parse_log_line(std::string_view line, Event& event, bool& has_value) {
  has_value = false;
  const std::size_t type = line.find(kBeforeType);
  if (type == std::string_view::npos) return false;
  std::size_t begin = line.find_last_of(" \t", type - (type == 0 ? 0 : 1));
  begin = begin == std::string_view::npos || begin > type ? 0 : begin + 1;
  EdnReader reader(line.substr(begin));
  std::vector<Value> forms;
  Value form;
  while (forms.size() < 5 && !reader.at_end() && reader.read(form)) forms.push_back(form);
  if (forms.size() < 3) return false;
  if (!forms[1].is_name() || !forms[2].is_name()) return false;
  if (!forms[0].is_integer() && !forms[0].is_name()) return false;
  const auto kind = event_type_of(forms[1].text());
  if (!kind) return false;
  event.type = *kind;
  event.process = std::move(forms[0]);
  event.f = forms[2].text();
  has_value = forms.size() > 3;
  if (has_value) event.value = std::move(forms[3]);
  if (forms.size() > 4) event.error = std::move(forms[4]);
  return true;
}

}  // namespace

bool is_jepsen_log(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    if (line[first] == '{' || line[first] == '[' || line[first] == '(') return false;
    Event event;
    bool has_value = false;
    if (parse_log_line(line, event, has_value)) return true;
  }
  return false;
}

EventsResult events_of_jepsen_log(std::string_view text) {
  std::vector<Event> events;
  std::uint32_t number = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const bool has_end = line.size() < text.size();
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++number;
    Event event;
    bool has_value = false;
    const bool found = parse_log_line(line, event, has_value);
    if (!has_end && !has_value && line.find(kBeforeType) != std::string_view::npos) {
      return ReadError{number, 0, "the text ends inside an operation"};
    }
    if (!found) continue;
    event.line = number;
    events.push_back(std::move(event));
  }
  if (events.empty()) {
    return ReadError{1, 0,
                     "no line tells an operation: process, type, f and value with tabs between"};
  }
  return events;
}

}  // namespace windtunnel::checkers
