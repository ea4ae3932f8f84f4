#include <windtunnel/faults/plan/pattern.h>

#include <charconv>
#include <vector>

namespace windtunnel::faults {
namespace {

struct Quantity {
  std::string_view word;
  ObservationKind kind;
};
constexpr Quantity kQuantities[] = {
    {"commit", ObservationKind::commit},
    {"applied", ObservationKind::apply},
    {"term", ObservationKind::term},
    {"snapshot", ObservationKind::snapshot_taken},
};
constexpr auto kLastKind = static_cast<std::uint16_t>(ObservationKind::request);

template <class T>
bool parse_number(std::string_view text, T& value) {
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  return error == std::errc() && end == last;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end != 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// "commit(n1)" to ("commit", "n1").
struct Subject {
  std::string_view word;
  std::string_view node;
};
std::optional<Subject> parse_subject(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return Subject{text, {}};
  if (text.back() != ')' || open + 2 >= text.size()) return std::nullopt;
  return Subject{text.substr(0, open), text.substr(open + 1, text.size() - open - 2)};
}

Pattern leader_pattern(std::string_view node) {
  Pattern pattern;
  pattern.kind = ObservationKind::role;
  pattern.leads = true;
  pattern.node = node;
  return pattern;
}

std::optional<ObservationKind> kind_named(std::string_view name) {
  for (std::uint16_t i = 1; i <= kLastKind; ++i) {
    const auto kind = static_cast<ObservationKind>(i);
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<Pattern> parse_event(const std::vector<std::string_view>& words) {
  Pattern pattern;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = words[i].substr(0, equals);
    const std::string_view value = words[i].substr(equals + 1);
    bool good = false;
    if (key == "kind") {
      const std::optional<ObservationKind> kind = kind_named(value);
      good = kind.has_value();
      if (good) pattern.kind = *kind;
    } else if (key == "node") {
      good = !value.empty();
      pattern.node = value;
    } else if (key == "count") {
      good = parse_number(value, pattern.count) && pattern.count > 0;
    } else if (key == "at_least") {
      good = parse_number(value, pattern.at_least);
    }
    if (!good) return std::nullopt;
  }
  if (pattern.kind == ObservationKind::none) return std::nullopt;
  return pattern;
}

const Quantity* quantity_of(ObservationKind kind) {
  for (const Quantity& quantity : kQuantities) {
    if (quantity.kind == kind) return &quantity;
  }
  return nullptr;
}

}  // namespace

std::optional<Pattern> parse_pattern(std::string_view text) {
  const std::vector<std::string_view> words = split_words(text);
  if (words.empty()) return std::nullopt;
  if (words[0] == "event") return parse_event(words);
  const std::optional<Subject> subject = parse_subject(words[0]);
  if (!subject) return std::nullopt;
  if (subject->word == "leader") {
    const bool any = words.size() == 2 && words[1] == "elected" && subject->node.empty();
    const bool one = words.size() == 1 && !subject->node.empty();
    if (!any && !one) return std::nullopt;
    return leader_pattern(subject->node);
  }
  for (const Quantity& quantity : kQuantities) {
    if (quantity.word != subject->word) continue;
    Pattern pattern;
    pattern.kind = quantity.kind;
    pattern.node = subject->node;
    if (words.size() != 3 || words[1] != ">=") return std::nullopt;
    if (!parse_number(words[2], pattern.at_least)) return std::nullopt;
    return pattern;
  }
  return std::nullopt;
}

std::string to_string(const Pattern& pattern) {
  if (pattern.count == 1 && pattern.leads) {
    return pattern.node.empty() ? "leader elected" : "leader(" + pattern.node + ")";
  }
  if (const Quantity* quantity = quantity_of(pattern.kind);
      pattern.count == 1 && quantity != nullptr) {
    std::string text(quantity->word);
    if (!pattern.node.empty()) text += "(" + pattern.node + ")";
    return text + " >= " + std::to_string(pattern.at_least);
  }
  std::string text = "event kind=";
  text += name_of(pattern.kind);
  if (!pattern.node.empty()) text += " node=" + pattern.node;
  if (pattern.at_least != 0) text += " at_least=" + std::to_string(pattern.at_least);
  if (pattern.count != 1) text += " count=" + std::to_string(pattern.count);
  return text;
}

bool matches(const Pattern& pattern, std::string_view node, const Observation& observation) {
  if (observation.kind != pattern.kind) return false;
  if (!pattern.node.empty() && pattern.node != node) return false;
  if (pattern.leads) return observation.a == static_cast<std::uint64_t>(Role::leader);
  return observation.a >= pattern.at_least;
}

}  // namespace windtunnel::faults
