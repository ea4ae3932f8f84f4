#include <windtunnel/faults/plan/pattern.h>

#include <windtunnel/faults/plan/number.h>
#include <windtunnel/faults/plan/selector.h>

#include <algorithm>

namespace windtunnel::faults {
namespace {

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end != 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// "n1", "n" or "n/1".
bool take_subject(std::string_view text, Pattern& pattern) {
  if (const std::optional<GroupName> group = parse_group(text)) {
    pattern.node = group->name;
    pattern.group = group->group;
    return true;
  }
  pattern.node = text;
  return is_word(text);
}

std::string subject(const Pattern& pattern) {
  return pattern.group ? pattern.node + "/" + std::to_string(*pattern.group) : pattern.node;
}

// "commit(n1)" to the word, and what stands in parentheses to the pattern.
std::optional<std::string_view> take_word(std::string_view text, Pattern& pattern) {
  const std::size_t open = text.find('(');
  const std::string_view word = text.substr(0, open);
  if (!is_word(word)) return std::nullopt;
  if (open == std::string_view::npos) return word;
  if (text.back() != ')') return std::nullopt;
  if (!take_subject(text.substr(open + 1, text.size() - open - 2), pattern)) return std::nullopt;
  return word;
}

bool take_condition(std::string_view key, bool at_least, std::string_view value, Pattern& pattern) {
  if (key == "kind" && !at_least) {
    pattern.word = value;
    return is_word(value);
  }
  if (key == "node" && !at_least) return take_subject(value, pattern);
  if (key == "group" && !at_least) {
    const std::string node = pattern.node;
    if (!parse_group(value) || !take_subject(value, pattern)) return false;
    if (!node.empty()) pattern.node = node;
    return true;
  }
  if (key == "count" && !at_least) return parse_number(value, pattern.count) && pattern.count > 0;
  if (key == "at_least" && !at_least) {
    pattern.conditions.push_back({"", true, std::string(value)});
    return is_word(value);
  }
  pattern.conditions.push_back({std::string(key), at_least, std::string(value)});
  return is_word(key) && is_word(value);
}

std::optional<Pattern> parse_event(const std::vector<std::string_view>& words) {
  Pattern pattern;
  pattern.kind = Pattern::Kind::word;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    const bool at_least = words[i][equals - 1] == '>';
    const std::string_view key = words[i].substr(0, at_least ? equals - 1 : equals);
    for (std::size_t j = 1; j < i; ++j) {
      if (words[j].substr(0, words[j].find_first_of(">=")) == key) return std::nullopt;
    }
    if (!take_condition(key, at_least, words[i].substr(equals + 1), pattern)) return std::nullopt;
  }
  if (pattern.word.empty()) return std::nullopt;
  return pattern;
}

}  // namespace

std::optional<Pattern> parse_pattern(std::string_view text) {
  const std::vector<std::string_view> words = split_words(text);
  if (words.empty()) return std::nullopt;
  if (words[0] == "event") return parse_event(words);
  Pattern pattern;
  const std::optional<std::string_view> word = take_word(words[0], pattern);
  if (!word) return std::nullopt;
  if (*word == "leader") {
    const bool any = words.size() == 2 && words[1] == "elected" && pattern.node.empty();
    const bool one = words.size() == 1 && !pattern.node.empty();
    if (!any && !one) return std::nullopt;
    return pattern;
  }
  pattern.kind = Pattern::Kind::counter;
  pattern.word = *word;
  std::uint64_t value = 0;
  if (words.size() != 3 || words[1] != ">=" || !parse_number(words[2], value)) return std::nullopt;
  pattern.conditions.push_back({"", true, std::to_string(value)});
  return pattern;
}

std::string to_string(const Pattern& pattern) {
  const std::string of = pattern.node.empty() ? "" : "(" + subject(pattern) + ")";
  if (pattern.kind == Pattern::Kind::leader) return of.empty() ? "leader elected" : "leader" + of;
  if (pattern.kind == Pattern::Kind::counter) {
    return pattern.word + of + " >= " + pattern.conditions.front().value;
  }
  std::string text = "event kind=" + pattern.word;
  if (!pattern.node.empty()) text += " node=" + subject(pattern);
  for (const FieldCondition& condition : pattern.conditions) {
    if (condition.field.empty()) {
      text += " at_least=" + condition.value;
    } else {
      text += " " + condition.field + (condition.at_least ? ">=" : "=") + condition.value;
    }
  }
  if (pattern.count != 1) text += " count=" + std::to_string(pattern.count);
  return text;
}

}  // namespace windtunnel::faults
