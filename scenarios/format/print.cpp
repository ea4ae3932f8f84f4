#include <windtunnel/scenarios/format/print.h>

#include <windtunnel/scenarios/format/schema.h>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kLineLength = 100;

struct Out {
  enum class Kind : std::uint8_t { scalar, list, map };
  Kind kind = Kind::scalar;
  std::string key;
  std::string text;
  std::vector<Out> children;
  std::string short_key;
};

// Turns the spec into a tree of YAML, without what is as by default.
class Printer final : public SchemaVisitor {
 public:
  void scalar(const FieldInfo& info, ScalarRef& value, bool is_default) override {
    if (skip(info, is_default)) return;
    Out out;
    out.key = info.key;
    out.text = value.print();
    add(std::move(out));
  }
  bool begin_object(const FieldInfo& info, bool is_default) override {
    if (skip(info, is_default)) return false;
    open(info, Out::Kind::map);
    return true;
  }
  void end_object() override {
    Out& object = open_.back();
    const bool is_short = !object.short_key.empty() && object.children.size() == 1 &&
                          object.children[0].key == object.short_key;
    if (is_short) {
      Out only = std::move(object.children[0]);
      only.key = object.key;
      object = std::move(only);
    }
    close();
  }
  std::size_t begin_list(const FieldInfo& info, std::size_t size) override {
    open(info, Out::Kind::list);
    return size;
  }
  void element(std::size_t) override {}
  void end_list() override { close_unless_empty(); }
  std::vector<std::string> begin_map(const FieldInfo& info,
                                     const std::vector<std::string>& keys) override {
    open(info, Out::Kind::map);
    return keys;
  }
  void end_map() override { close_unless_empty(); }
  bool present(const FieldInfo&, bool has_value) override { return has_value; }
  std::vector<std::string> other_keys(std::string_view,
                                      const std::vector<std::string>& held) override {
    return held;
  }
  void span(SourceSpan&) override {}
  void short_form(std::string_view key) override { open_.back().short_key = key; }
  void verified(const MaybeProblem&) override {}

  Out take() { return std::move(root_); }

 private:
  static bool skip(const FieldInfo& info, bool is_default) {
    return is_default && !info.required && !info.given;
  }
  void open(const FieldInfo& info, Out::Kind kind) {
    Out out;
    out.kind = kind;
    out.key = info.key;
    open_.push_back(std::move(out));
  }
  void close_unless_empty() {
    if (open_.back().children.empty()) {
      open_.pop_back();
    } else {
      close();
    }
  }
  void close() {
    Out done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done));
  }
  void add(Out out) {
    if (open_.empty()) {
      root_ = std::move(out);
    } else {
      open_.back().children.push_back(std::move(out));
    }
  }

  std::vector<Out> open_;
  Out root_;
};

std::string flow(const Out& out) {
  if (out.kind == Out::Kind::scalar) return out.text;
  const bool map = out.kind == Out::Kind::map;
  std::string text = map ? "{ " : "[";
  for (std::size_t i = 0; i < out.children.size(); ++i) {
    if (i != 0) text += ", ";
    if (map) text += quoted_if_needed(out.children[i].key) + ": ";
    text += flow(out.children[i]);
  }
  if (map && out.children.empty()) return "{}";
  return text + (map ? " }" : "]");
}

// `prefix` is what stands on the first line already; further lines are indented by `indent`.
void block(const Out& out, std::string& prefix, std::size_t indent, bool top, std::string& text) {
  const std::string flowed = flow(out);
  const bool fits = prefix.size() + flowed.size() < kLineLength;
  if (out.kind == Out::Kind::scalar || (fits && !top) || out.children.empty()) {
    text += prefix + flowed + "\n";
    prefix.clear();
    return;
  }
  const bool map = out.kind == Out::Kind::map;
  // A map in a list begins on the line of its dash.
  const bool continues = !prefix.empty() && prefix.find_first_not_of(" -") == std::string::npos;
  if (!continues && !prefix.empty()) {
    while (prefix.back() == ' ') prefix.pop_back();
    text += prefix + "\n";
    prefix.clear();
  }
  for (const Out& child : out.children) {
    if (prefix.empty()) prefix = std::string(indent, ' ');
    prefix += map ? quoted_if_needed(child.key) + ": " : "- ";
    block(child, prefix, indent + 2, false, text);
  }
}

}  // namespace

std::string print_spec(const ScenarioSpec& spec) {
  ScenarioSpec copy = spec;
  Printer printer;
  walk(printer, FieldInfo{{}, {}, true, {}, {}, true}, copy, ScenarioSpec{});
  const Out root = printer.take();
  std::string text;
  for (const Out& section : root.children) {
    std::string prefix = section.key + ": ";
    const bool top = section.kind == Out::Kind::list && section.key != "tags";
    block(section, prefix, 2, top, text);
  }
  return text;
}

}  // namespace windtunnel::scenarios
