#include <windtunnel/scenarios/format/option_values.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/protocols/env/service.h>

#include <fmt/format.h>

#include <charconv>

namespace windtunnel::scenarios {
namespace {

MaybeProblem check_edn(const std::string& text) {
  checkers::EdnReader reader(text);
  checkers::Value value;
  if (reader.read(value) && reader.at_end()) return std::nullopt;
  return Problem{Code::malformed, fmt::format("'{}' is not one EDN value", text),
                 "as nil, 0, [1 2] or {\"a\" 10}"};
}

MaybeProblem check_form(const OptionInfo& option, const std::string& text) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.text = text;
  Duration duration;
  Size size;
  std::uint64_t integer = 0;
  bool boolean = false;
  PerMillion probability;
  std::size_t word = 0;
  switch (option.kind) {
    case OptionInfo::Kind::duration: return parse(node, {}, duration);
    case OptionInfo::Kind::size: return parse(node, {}, size);
    case OptionInfo::Kind::integer: return parse(node, {}, integer);
    case OptionInfo::Kind::boolean: return parse(node, {}, boolean);
    case OptionInfo::Kind::probability: return parse(node, {}, probability);
    case OptionInfo::Kind::edn: return check_edn(text);
    case OptionInfo::Kind::text:
      if (option.words.empty()) return std::nullopt;
      return parse_word(node, {option.words.begin(), option.words.end()}, word);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> quantity_of(OptionInfo::Kind kind, const std::string& text) {
  if (kind == OptionInfo::Kind::duration) {
    const std::optional<Duration> duration = parse_duration(text);
    const bool fits = duration && *duration <= kLongestDuration && *duration >= -kLongestDuration;
    return fits ? std::optional<std::int64_t>(duration->ns) : std::nullopt;
  }
  if (kind == OptionInfo::Kind::size) {
    const std::optional<std::uint64_t> bytes = parse_size(text);
    const bool fits = bytes && *bytes <= kLargestSize.bytes;
    return fits ? std::optional(static_cast<std::int64_t>(*bytes)) : std::nullopt;
  }
  if (kind == OptionInfo::Kind::probability) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = text;
    PerMillion share;
    return parse(node, {}, share) ? std::nullopt : std::optional<std::int64_t>(share.value);
  }
  if (kind != OptionInfo::Kind::integer) return std::nullopt;
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

std::string range_text(const OptionInfo& option) {
  if (option.minimum.empty() && option.maximum.empty()) return {};
  if (option.maximum.empty()) return "at least " + option.minimum;
  if (option.minimum.empty()) return "at most " + option.maximum;
  return option.minimum + " to " + option.maximum;
}

MaybeProblem check_option(const OptionInfo& option, const std::string& text) {
  if (MaybeProblem problem = check_form(option, text)) return problem;
  const std::optional<std::int64_t> value = quantity_of(option.kind, text);
  const std::optional<std::int64_t> least = quantity_of(option.kind, option.minimum);
  const std::optional<std::int64_t> most = quantity_of(option.kind, option.maximum);
  if (!value) return std::nullopt;
  if ((!least || *value >= *least) && (!most || *value <= *most)) return std::nullopt;
  return Problem{Code::out_of_range, fmt::format("'{}' is out of range: {}", option.name, text),
                 range_text(option) + " is allowed"};
}

MaybeProblem check_order(const OptionInfo& option, const std::vector<OptionInfo>& table,
                         const OptionMap& given) {
  const OptionInfo* other = find_named(table, option.less_than);
  if (other == nullptr) return std::nullopt;
  const auto text_of = [&](const OptionInfo& which) {
    const auto found = given.find(which.name);
    return found == given.end() ? which.default_text : found->second;
  };
  const auto shown = [&](const OptionInfo& which) {
    const bool by_default = given.find(which.name) == given.end();
    return fmt::format("'{}', {}{}", which.name, text_of(which), by_default ? " by default" : "");
  };
  const std::optional<std::int64_t> value = quantity_of(option.kind, text_of(option));
  const std::optional<std::int64_t> limit = quantity_of(other->kind, text_of(*other));
  if (!value || !limit || *value < *limit) return std::nullopt;
  return Problem{Code::out_of_range,
                 fmt::format("{} is not less than {}", shown(option), shown(*other)),
                 fmt::format("make '{}' smaller or '{}' larger", option.name, other->name)};
}

}  // namespace windtunnel::scenarios
