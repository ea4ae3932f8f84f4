#include <windtunnel/scenarios/format/schema.h>

namespace windtunnel::scenarios {
namespace {

// Keeps the table, by walking a spec of defaults with every optional part present.
class TableBuilder final : public SchemaVisitor {
 public:
  void scalar(const FieldInfo& info, ScalarRef& value, bool) override {
    SchemaNode node = make(info, value.kind());
    for (const std::string_view word : value.words()) node.words.emplace_back(word);
    if (!info.required && !info.given) node.default_text = value.print();
    if (node.default_text == "[]" || node.default_text == "\"\"") node.default_text.clear();
    add(std::move(node));
  }
  bool begin_object(const FieldInfo& info, bool) override {
    open_.push_back(make(info, ValueKind::object));
    return true;
  }
  void end_object() override { close(); }
  std::size_t begin_list(const FieldInfo& info, std::size_t) override {
    open_.push_back(make(info, ValueKind::list));
    return 1;
  }
  void element(std::size_t) override {}
  void end_list() override { close(); }
  std::vector<std::string> begin_map(const FieldInfo& info,
                                     const std::vector<std::string>&) override {
    open_.push_back(make(info, ValueKind::map));
    return {"NAME"};
  }
  void end_map() override { close(); }
  bool present(const FieldInfo&, bool) override { return true; }
  std::vector<std::string> other_keys(std::string_view doc,
                                      const std::vector<std::string>&) override {
    open_.back().others_doc = doc;
    return {};
  }
  void span(SourceSpan&) override {}
  void short_form(std::string_view key) override { open_.back().short_key = key; }
  void verified(const MaybeProblem&) override {}

  SchemaNode take() { return std::move(root_); }

 private:
  static SchemaNode make(const FieldInfo& info, ValueKind kind) {
    SchemaNode node;
    node.key = info.key;
    node.doc = info.doc;
    node.kind = kind;
    node.required = info.required;
    node.bounds = info.bounds;
    node.group = info.group;
    return node;
  }
  void close() {
    SchemaNode done = std::move(open_.back());
    open_.pop_back();
    add(std::move(done));
  }
  void add(SchemaNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().children.push_back(std::move(node));
    }
  }

  std::vector<SchemaNode> open_;
  SchemaNode root_;
};

SchemaNode build() {
  ScenarioSpec spec;
  TableBuilder builder;
  walk(builder, FieldInfo{}, spec, ScenarioSpec{});
  return builder.take();
}

}  // namespace

const SchemaNode& schema() {
  static const SchemaNode table = build();
  return table;
}

const std::vector<FileKey>& file_keys() {
  static const std::vector<FileKey> keys{
      {"params", "Names and values for `${params.NAME}`; `--set NAME=VALUE` overrides one."},
      {"include",
       "Files that are read first, relative to this one. Maps are merged, this file wins; "
       "lists are replaced."},
  };
  return keys;
}

}  // namespace windtunnel::scenarios
