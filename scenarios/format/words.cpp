// Truth values, text, words, seeds, selectors, patterns.
#include <windtunnel/scenarios/format/scalars.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kLongestText = 4'096;

bool parse_seed(std::string_view text, std::uint64_t& seed) {
  const bool hex = text.substr(0, 2) == "0x";
  if (hex) text.remove_prefix(2);
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, seed, hex ? 16 : 10);
  return error == std::errc() && end == last;
}

MaybeProblem parse_seed_range(const YamlNode& node, SeedRange& range) {
  if (MaybeProblem problem = not_scalar(node, "a seed or a range of them")) return problem;
  const std::string_view text = node.text;
  const std::size_t dots = text.find("..");
  const bool single = dots == std::string_view::npos;
  const std::string_view high = single ? text : text.substr(dots + 2);
  if (!parse_seed(text.substr(0, dots), range.first) || !parse_seed(high, range.last)) {
    return Problem{Code::malformed, fmt::format("'{}' is not a seed", shown(text)),
                   "write 42, 0x2A or 1..200"};
  }
  if (range.last < range.first) {
    return Problem{Code::inconsistent, "the range is empty", "the smaller end comes first"};
  }
  return std::nullopt;
}

Problem bad_selector(std::string_view text) {
  const std::string_view head = text.substr(0, text.find('('));
  const std::string_view near = nearest(head, faults::selector_words());
  std::string hint = near.empty() || near == head ? "for example n1, leader, random(2), n-minority"
                                                  : fmt::format("did you mean '{}'?", near);
  return Problem{Code::bad_selector, fmt::format("'{}' selects nothing", shown(text)),
                 std::move(hint)};
}

MaybeProblem parse_sides_list(const YamlNode& node, faults::Sides& value) {
  if (node.children.size() < 2) {
    return Problem{Code::wrong_shape, "a partition has at least two sides",
                   "for example [[leader, minority], [rest]]"};
  }
  for (const YamlNode& child : node.children) {
    Selector side;
    if (MaybeProblem problem = parse(child, {}, side)) return problem;
    value.sides.push_back(std::move(side));
  }
  return std::nullopt;
}

constexpr std::string_view kKinds[] = {
    "duration", "duration or range", "size",    "rate", "bandwidth",    "probability", "number",
    "integer",  "integer or range",  "boolean", "text", "word",         "seeds",       "selector",
    "sides",    "observation",       "map",     "list", "map of names",
};

}  // namespace

std::string_view name_of(ValueKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::string quoted_if_needed(std::string_view text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
  const bool word =
      plain && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= '0' && text[0] <= '9'));
  if (word) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (c == '\r') {
      quoted += "\\r";
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "\"";
}

MaybeProblem parse(const YamlNode& node, const Bounds&, bool& value) {
  if (MaybeProblem problem = not_scalar(node, "true or false")) return problem;
  value = node.text == "true";
  if (value || node.text == "false") return std::nullopt;
  return Problem{Code::malformed, fmt::format("'{}' is not a truth value", shown(node.text)),
                 "write true or false"};
}

MaybeProblem parse(const YamlNode& node, const Bounds&, std::string& value) {
  if (MaybeProblem problem = not_scalar(node, "text")) return problem;
  if (node.text.size() > kLongestText) {
    return Problem{Code::out_of_range, fmt::format("text has at most {} bytes", kLongestText), {}};
  }
  value = node.text;
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds&, Seeds& value) {
  value.ranges.clear();
  if (!node.is_list()) {
    SeedRange range;
    MaybeProblem problem = parse_seed_range(node, range);
    value.ranges.push_back(range);
    return problem;
  }
  for (const YamlNode& child : node.children) {
    SeedRange range;
    if (MaybeProblem problem = parse_seed_range(child, range)) return problem;
    value.ranges.push_back(range);
  }
  if (!value.ranges.empty()) return std::nullopt;
  return Problem{Code::wrong_shape, "the list of seeds is empty", {}};
}

MaybeProblem parse(const YamlNode& node, const Bounds&, Selector& value) {
  value.terms.clear();
  const std::vector<YamlNode> single = node.is_list() ? std::vector<YamlNode>{} : std::vector{node};
  const std::vector<YamlNode>& words = node.is_list() ? node.children : single;
  for (const YamlNode& word : words) {
    if (MaybeProblem problem = not_scalar(word, "a selector")) return problem;
    std::optional<faults::Term> term = faults::parse_term(word.text);
    if (!term) return bad_selector(word.text);
    value.terms.push_back(std::move(*term));
  }
  if (!value.terms.empty()) return std::nullopt;
  return Problem{Code::bad_selector, "the selector is empty", "for example n1, leader, random(2)"};
}

MaybeProblem parse(const YamlNode& node, const Bounds&, faults::Sides& value) {
  static const std::vector<std::string_view> kShapes{"halves", "bridge", "ring"};
  value = faults::Sides{};
  if (node.is_list()) return parse_sides_list(node, value);
  std::size_t index = 0;
  if (MaybeProblem problem = parse_word(node, kShapes, index)) return problem;
  value.shape = static_cast<faults::Sides::Shape>(index + 1);
  return std::nullopt;
}

MaybeProblem parse(const YamlNode& node, const Bounds&, faults::Pattern& value) {
  if (MaybeProblem problem = not_scalar(node, "an observation")) return problem;
  std::optional<faults::Pattern> pattern = faults::parse_pattern(node.text);
  if (!pattern) {
    return Problem{Code::bad_pattern, fmt::format("'{}' is not an observation", shown(node.text)),
                   "for example 'leader elected' or 'commit(n1) >= 10'"};
  }
  value = std::move(*pattern);
  return std::nullopt;
}

MaybeProblem parse_word(const YamlNode& node, const std::vector<std::string_view>& words,
                        std::size_t& index) {
  if (MaybeProblem problem = not_scalar(node, "a word")) return problem;
  for (std::size_t i = 0; i < words.size(); ++i) {
    index = i;
    if (words[i] == node.text) return std::nullopt;
  }
  index = 0;
  return Problem{Code::unknown_word, fmt::format("'{}' is not known here", shown(node.text)),
                 suggest(node.text, words)};
}

std::string print(bool value) { return value ? "true" : "false"; }
std::string print(const std::string& value) { return quoted_if_needed(value); }

std::string print(const Seeds& value) {
  std::string text;
  for (const SeedRange& range : value.ranges) {
    if (!text.empty()) text += ", ";
    text += std::to_string(range.first);
    if (range.last != range.first) text += ".." + std::to_string(range.last);
  }
  return value.ranges.size() == 1 ? text : "[" + text + "]";
}

std::string print(const Selector& value) { return faults::to_string(value); }

std::string print(const faults::Sides& value) {
  static constexpr std::string_view kShapes[] = {"", "halves", "bridge", "ring"};
  if (value.shape != faults::Sides::Shape::listed) {
    return std::string(kShapes[static_cast<std::size_t>(value.shape)]);
  }
  std::string text;
  for (const Selector& side : value.sides) {
    const std::string one = faults::to_string(side);
    text += text.empty() ? "[" : ", ";
    text += one.front() == '[' ? one : "[" + one + "]";
  }
  return text + "]";
}

std::string print(const faults::Pattern& value) {
  return quoted_if_needed(faults::to_string(value));
}

}  // namespace windtunnel::scenarios
