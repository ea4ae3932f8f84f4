// The table as JSON Schema, draft-07, for editors and other tools.
#include <windtunnel/scenarios/format/schema.h>

#include <fmt/format.h>

namespace windtunnel::scenarios {
namespace {

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

constexpr std::string_view kDuration = R"(-?[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))";

// What the text of a value looks like; empty: anything.
std::string pattern_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::duration: return std::string(kDuration);
    case ValueKind::duration_range: return fmt::format(R"({}(\.\.{})?)", kDuration, kDuration);
    case ValueKind::size: return R"([0-9]+(\.[0-9]+)?(B|kB|MB|GB|KiB|MiB|GiB))";
    case ValueKind::rate: return R"([0-9]+(\.[0-9]+)?/(s|ms|m))";
    case ValueKind::bandwidth:
      return R"([0-9]+(\.[0-9]+)?(kbit|Mbit|Gbit|B|kB|MB|GB|KiB|MiB|GiB)/s)";
    case ValueKind::probability:
    case ValueKind::decimal: return R"([0-9]+(\.[0-9]{1,6})?)";
    case ValueKind::integer: return "(0|-?[1-9][0-9]*)";
    case ValueKind::integer_range: return R"(-?[0-9]+(\.\.-?[0-9]+)?)";
    case ValueKind::boolean: return "(true|false)";
    case ValueKind::seeds: return R"((0x[0-9a-fA-F]+|[0-9]+)(\.\.(0x[0-9a-fA-F]+|[0-9]+))?)";
    case ValueKind::selector: return R"([A-Za-z0-9_-]+(\([A-Za-z0-9_/-]+\))?)";
    default: return {};
  }
}

// What YAML may take such a value for. A quantity with a unit is always a string.
std::string types_of(ValueKind kind) {
  switch (kind) {
    case ValueKind::boolean: return "\"boolean\", \"string\"";
    case ValueKind::integer:
    case ValueKind::integer_range:
    case ValueKind::decimal:
    case ValueKind::probability: return "\"number\", \"string\"";
    case ValueKind::text: return "\"string\", \"number\", \"boolean\"";
    case ValueKind::seeds: return "\"integer\", \"string\", \"array\"";
    case ValueKind::selector:
    case ValueKind::sides: return "\"string\", \"array\"";
    default: return "\"string\"";
  }
}

class JsonSchema {
 public:
  std::string take() { return std::move(text_); }
  // The members of the schema of a value, without its braces, a line each.
  void body(const SchemaNode& node, std::size_t depth) {
    depth_ = depth;
    if (!node.doc.empty()) line(fmt::format("\"description\": {},", json_text(node.doc)));
    if (node.kind == ValueKind::object) return object(node);
    const bool list = node.kind == ValueKind::list;
    if (!list && node.kind != ValueKind::map) return line(scalar(node));
    line(list ? "\"type\": \"array\"," : "\"type\": \"object\",");
    line(list ? "\"items\": {" : "\"additionalProperties\": {");
    body(node.children.at(0), depth + 1);
    depth_ = depth;
    line("}");
  }

 private:
  void line(std::string_view content) {
    text_.append(2 * depth_, ' ');
    text_ += content;
    text_ += '\n';
  }
  void object(const SchemaNode& node) {
    const std::size_t depth = depth_;
    const bool is_short = !node.short_key.empty();
    if (is_short) {
      line("\"anyOf\": [{");
      for (const SchemaNode& child : node.children) {
        if (child.key == node.short_key) body(child, depth + 1);
      }
      depth_ = depth;
      line("}, {");
      depth_ = depth + 1;
    }
    const std::size_t inner = depth_;
    line("\"type\": \"object\",");
    line(others(node));
    line("\"patternProperties\": {\"^x-\": {}},");
    std::string required;
    for (const SchemaNode& child : node.children) {
      if (!child.required) continue;
      required += (required.empty() ? "" : ", ") + json_text(child.key);
    }
    line(fmt::format("\"required\": [{}],", required));
    line("\"properties\": {");
    properties(node, inner + 1);
    if (&node == &schema()) file_keys_body(inner + 1);
    depth_ = inner;
    line("}");
    depth_ = depth;
    if (is_short) line("}]");
  }
  void properties(const SchemaNode& node, std::size_t depth) {
    for (const SchemaNode& child : node.children) {
      depth_ = depth;
      if (is_scalar(child)) {
        line(fmt::format("{}: {{{}{}{}", json_text(child.key), notes(child), scalar(child),
                         separator(node, child)));
        continue;
      }
      line(json_text(child.key) + ": {");
      body(child, depth + 1);
      depth_ = depth;
      line(separator(node, child));
    }
  }
  static std::string_view separator(const SchemaNode& node, const SchemaNode& child) {
    const bool last = &child == &node.children.back() && &node != &schema();
    return last ? "}" : "},";
  }
  void file_keys_body(std::size_t depth) {
    depth_ = depth;
    line(fmt::format("\"params\": {{\"type\": \"object\", \"description\": {}}},",
                     json_text(file_keys()[0].doc)));
    line(fmt::format("\"include\": {{\"type\": [\"string\", \"array\"], \"description\": {}}}",
                     json_text(file_keys()[1].doc)));
  }
  static std::string others(const SchemaNode& node) {
    if (node.others_doc.empty()) return "\"additionalProperties\": false,";
    return fmt::format("\"additionalProperties\": {{\"description\": {}, \"type\": [{}]}},",
                       json_text(node.others_doc), types_of(ValueKind::text));
  }
  static bool is_scalar(const SchemaNode& node) {
    return node.kind != ValueKind::object && node.kind != ValueKind::list &&
           node.kind != ValueKind::map;
  }
  static std::string notes(const SchemaNode& node) {
    std::string text = fmt::format("\"description\": {}, ", json_text(node.doc));
    if (node.default_text.empty()) return text;
    return text + fmt::format("\"default\": {}, ", json_text(node.default_text));
  }
  static std::string scalar(const SchemaNode& node) {
    if (!node.words.empty()) {
      std::string words;
      for (const std::string& word : node.words) {
        words += (words.empty() ? "" : ", ") + json_text(word);
      }
      return fmt::format(
          "\"anyOf\": [{{\"enum\": [{}]}}, {{\"type\": \"string\", \"pattern\": {}}}]", words,
          json_text(R"(\$\{params\.)"));
    }
    const std::string types = types_of(node.kind);
    const std::string pattern = pattern_of(node.kind);
    if (pattern.empty()) return fmt::format("\"type\": [{}]", types);
    return fmt::format("\"type\": [{}], \"pattern\": {}", types,
                       json_text(fmt::format(R"(^({}|.*\$\{{params\..*)$)", pattern)));
  }

  std::string text_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string json_schema() {
  JsonSchema writer;
  writer.body(schema(), 1);
  return "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
         "  \"title\": \"A scenario of Windtunnel\",\n" +
         writer.take() + "}\n";
}

}  // namespace windtunnel::scenarios
