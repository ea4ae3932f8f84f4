// The table as the reference part of docs/scenario-format.md.
#include <windtunnel/scenarios/format/schema.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace windtunnel::scenarios {
namespace {

bool is_distribution(const SchemaNode& node) {
  return node.kind == ValueKind::object && node.short_key == "value";
}

// Of a distribution: that of its short form.
std::string default_of(const SchemaNode& node) {
  std::string text = node.default_text;
  for (const SchemaNode& child : node.children) {
    if (is_distribution(node) && child.key == node.short_key) text = child.default_text;
  }
  return text.empty() || text == "0s" ? "" : "`" + text + "`";
}

// "list of map", "duration, above 0".
std::string type_of(const SchemaNode& node) {
  if (node.kind == ValueKind::list) return "list of " + type_of(node.children.at(0));
  if (node.kind == ValueKind::map) return "names with " + type_of(node.children.at(0));
  if (is_distribution(node)) return "duration, range or distribution";
  std::string text(name_of(node.kind));
  if (!node.words.empty()) {
    text.clear();
    for (const std::string& word : node.words) {
      text += fmt::format("{}`{}`", text.empty() ? "" : ", ", word);
    }
  }
  if (node.kind == ValueKind::duration && node.bounds.min > kPositive.min) {
    return fmt::format("{}, at least {}", text, print_duration(Duration{node.bounds.min}));
  }
  if (node.kind != ValueKind::integer && node.kind != ValueKind::integer_range) return text;
  const bool bounded = node.bounds.max != std::numeric_limits<std::int64_t>::max();
  if (bounded) return fmt::format("{}, {} to {}", text, node.bounds.min, node.bounds.max);
  if (node.bounds.min > 0) return fmt::format("{}, at least {}", text, node.bounds.min);
  return text;
}

// The object whose keys get a section of their own: the node, or what its list holds.
const SchemaNode* object_in(const SchemaNode& node) {
  if (node.kind == ValueKind::object) return &node;
  const bool holds = node.kind == ValueKind::list || node.kind == ValueKind::map;
  return holds ? object_in(node.children.at(0)) : nullptr;
}

class Reference {
 public:
  void section(const SchemaNode& node, const std::string& path) {
    const SchemaNode& object = *object_in(node);
    text_ += fmt::format("\n### {}\n\n", path.empty() ? "The file" : "`" + path + "`");
    if (!node.doc.empty()) text_ += node.doc + "\n\n";
    if (!object.short_key.empty()) {
      const std::string key(node.kind == ValueKind::map ? "NAME" : last_of(path));
      text_ += fmt::format("`{}: VALUE` is short for `{}: {{ {}: VALUE }}`.\n\n", key, key,
                           object.short_key);
    }
    text_ += "| key | value | default | |\n|---|---|---|---|\n";
    if (path.empty()) {
      for (const FileKey& key : file_keys())
        text_ += fmt::format("| `{}` | | | {} |\n", key.key, key.doc);
    }
    for (const SchemaNode& child : object.children) row(child);
    if (!object.others_doc.empty()) {
      text_ += fmt::format("| any other | text | | {} |\n", object.others_doc);
    }
    for (const SchemaNode& child : object.children) {
      const SchemaNode* inner = object_in(child);
      if (inner == nullptr || is_told(child)) continue;
      told_.push_back(&child);
      section(child, path.empty() ? child.key : path + "." + child.key);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  static std::string last_of(const std::string& path) {
    const std::size_t dot = path.rfind('.');
    return dot == std::string::npos ? path : path.substr(dot + 1);
  }
  void row(const SchemaNode& node) {
    std::string fallback = default_of(node);
    if (node.required) fallback = "required";
    if (!node.group.empty()) fallback = "one " + node.group;
    text_ += fmt::format("| `{}` | {} | {} | {} |\n", node.key, type_of(node), fallback, node.doc);
  }
  // Objects of the same keys are explained once: effects, distributions.
  bool is_told(const SchemaNode& node) const {
    const SchemaNode& object = *object_in(node);
    for (const SchemaNode* known : told_) {
      const std::vector<SchemaNode>& others = object_in(*known)->children;
      const bool same_keys = others.size() == object.children.size() &&
                             std::equal(others.begin(), others.end(), object.children.begin(),
                                        [](const SchemaNode& a, const SchemaNode& b) {
                                          return a.key == b.key && a.doc == b.doc;
                                        });
      if (same_keys && (is_distribution(object) || known->key == node.key)) return true;
    }
    return false;
  }

  std::string text_;
  std::vector<const SchemaNode*> told_;
};

}  // namespace

std::string markdown_reference() {
  Reference reference;
  reference.section(schema(), {});
  return reference.take();
}

}  // namespace windtunnel::scenarios
