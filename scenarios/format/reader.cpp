#include <windtunnel/scenarios/format/reader.h>

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kMostNames = 256;

bool is_private_key(std::string_view key) { return key.substr(0, 2) == "x-"; }

// Where the format has a key of this name: "network.default"; empty if nowhere.
std::string home_of(std::string_view key, const SchemaNode& node, const std::string& path) {
  for (const SchemaNode& child : node.children) {
    if (child.key == key && !path.empty()) return path;
    const std::string dot = path.empty() || child.key.empty() ? "" : ".";
    std::string found = home_of(key, child, path + dot + child.key);
    if (!found.empty()) return found;
  }
  return {};
}

class Reader final : public SchemaVisitor {
 public:
  // `home`: where keys belong that are in the wrong place.
  Reader(const YamlNode& root, Diagnostics& diagnostics, const SchemaNode* home)
      : diagnostics_(diagnostics), root_(root), home_(home) {}

  void scalar(const FieldInfo& info, ScalarRef& value, bool) override {
    const YamlNode* node = current(info);
    if (node == nullptr) return;
    if (const MaybeProblem problem = value.parse(*node, info.bounds)) report(*problem, *node);
  }
  bool begin_object(const FieldInfo& info, bool) override {
    const YamlNode* node = frames_.empty() ? &root_ : current(info);
    if (node == nullptr) return false;
    frames_.push_back(Frame{node, Shape::object});
    return true;
  }
  void end_object() override {
    resolve_shape();
    Frame& frame = frames_.back();
    if (!frame.dead) check_keys(frame);
    if (!frame.dead) check_groups(frame);
    const bool bad = frame.bad || frame.dead;
    frames_.pop_back();
    if (!frames_.empty()) frames_.back().bad |= bad;
  }
  std::size_t begin_list(const FieldInfo& info, std::size_t) override {
    const YamlNode* node = current(info);
    frames_.push_back(Frame{node, Shape::list});
    if (node == nullptr) return 0;
    if (node->is_list()) return node->children.size();
    wrong_shape(*node, "a list");
    return 0;
  }
  void element(std::size_t index) override { frames_.back().index = index; }
  void end_list() override { leave(); }
  std::vector<std::string> begin_map(const FieldInfo& info,
                                     const std::vector<std::string>&) override {
    const YamlNode* node = current(info);
    frames_.push_back(Frame{node, Shape::map});
    std::vector<std::string> keys;
    if (node == nullptr) return keys;
    if (!node->is_map()) {
      wrong_shape(*node, "a map");
      return keys;
    }
    if (node->children.size() > kMostNames) {
      report(
          Problem{Code::out_of_range, fmt::format("at most {} names are allowed", kMostNames), {}},
          *node);
      return keys;
    }
    for (const YamlNode& child : node->children) keys.push_back(child.key);
    return keys;
  }
  void end_map() override { leave(); }
  bool present(const FieldInfo& info, bool) override {
    resolve_shape();
    Frame& frame = frames_.back();
    know(frame, info);
    return !frame.dead && frame.node->find(info.key) != nullptr;
  }
  std::vector<std::string> other_keys(std::string_view, const std::vector<std::string>&) override {
    resolve_shape();
    Frame& frame = frames_.back();
    std::vector<std::string> keys;
    if (frame.dead) return keys;
    for (const YamlNode& child : frame.node->children) {
      if (is_private_key(child.key) || is_known(frame, child.key)) continue;
      if (keys.size() == kMostNames) break;  // the others are unknown keys
      keys.push_back(child.key);
      frame.known.push_back(child.key);
    }
    return keys;
  }
  void span(SourceSpan& where) override { where = frames_.back().node->span; }
  void short_form(std::string_view key) override {
    Frame& frame = frames_.back();
    if (frame.node->is_map() || frame.node->kind == YamlNode::Kind::null) return;
    YamlNode made;
    made.kind = YamlNode::Kind::map;
    made.span = frame.node->span;
    made.key = frame.node->key;
    made.children.push_back(*frame.node);
    made.children.back().key = key;
    made.children.back().key_span = frame.node->span;
    shorts_.push_back(std::move(made));
    frame.node = &shorts_.back();
  }
  void verified(const MaybeProblem& problem) override {
    Frame& frame = frames_.back();
    if (problem && !frame.bad && !frame.dead) report(*problem, *frame.node);
  }

 private:
  enum class Shape : std::uint8_t { object, list, map };
  struct Frame {
    const YamlNode* node = nullptr;  // null: an absent list or map
    Shape shape = Shape::object;
    bool checked = false;  // an object: its shape was looked at
    bool dead = false;     // not a map: its keys cannot be read
    bool bad = false;      // something in it was refused
    std::size_t index = 0;
    std::vector<std::string_view> known{};
    std::vector<std::pair<std::string_view, std::string_view>> groups{};  // (group, key)
  };

  void report(const Problem& problem, const YamlNode& node) {
    diagnostics_.error(problem.code, node.span, problem.message, problem.hint);
    frames_.back().bad = true;
  }
  void wrong_shape(const YamlNode& node, std::string_view expected) {
    const bool empty = node.kind == YamlNode::Kind::null;
    report(Problem{empty ? Code::empty_value : Code::wrong_shape,
                   fmt::format("{} is expected here, not {}", expected, describe_kind(node.kind)),
                   expected == "a list" && node.kind == YamlNode::Kind::scalar
                       ? "write it in brackets, as [A, B]"
                       : ""},
           node);
  }
  // Before the first key of an object is looked up: is it a map at all?
  void resolve_shape() {
    Frame& frame = frames_.back();
    if (frame.shape != Shape::object || frame.checked) return;
    frame.checked = true;
    frame.dead = !frame.node->is_map();
    if (frame.dead) wrong_shape(*frame.node, "a map");
  }
  void leave() {
    const bool bad = frames_.back().bad;
    frames_.pop_back();
    frames_.back().bad |= bad;
  }
  static bool is_known(const Frame& frame, std::string_view key) {
    return std::find(frame.known.begin(), frame.known.end(), key) != frame.known.end();
  }
  static void know(Frame& frame, const FieldInfo& info) {
    if (is_known(frame, info.key)) return;
    frame.known.push_back(info.key);
    if (!info.group.empty()) frame.groups.emplace_back(info.group, info.key);
  }
  // The node of the field or element at hand; null when it is absent, which is an error where it is
  // required.
  const YamlNode* current(const FieldInfo& info) {
    resolve_shape();
    Frame& frame = frames_.back();
    if (frame.shape == Shape::list) return &frame.node->children[frame.index];
    if (frame.shape == Shape::map) return frame.node->find(info.key);
    know(frame, info);
    if (frame.dead) return nullptr;
    const YamlNode* node = frame.node->find(info.key);
    if (node == nullptr && info.required) {
      const YamlNode& at = *frame.node;
      diagnostics_.error(Code::missing_key, at.key.empty() ? at.span : at.key_span,
                         fmt::format("the key '{}' is missing{}", info.key, inside(at)),
                         fmt::format("add {}:", info.key));
      frame.bad = true;
    }
    return node;
  }
  static std::string inside(const YamlNode& node) {
    return node.key.empty() ? std::string() : fmt::format(" in '{}'", node.key);
  }
  void check_keys(Frame& frame) {
    for (const YamlNode& child : frame.node->children) {
      if (is_private_key(child.key) || is_known(frame, child.key)) continue;
      frame.bad = true;
      if (diagnostics_.full()) return;
      std::string hint;
      if (home_ != nullptr && nearest(child.key, frame.known).empty()) {
        const std::string home = home_of(child.key, *home_, {});
        if (!home.empty()) hint = fmt::format("'{}' belongs under {}", child.key, home);
      }
      if (hint.empty()) hint = suggest(child.key, frame.known);
      diagnostics_.error(Code::unknown_key, child.key_span,
                         fmt::format("unknown key '{}'{}", child.key, inside(*frame.node)), hint);
    }
  }
  void check_groups(Frame& frame) {
    std::vector<std::string_view> groups;
    for (const auto& [group, key] : frame.groups) {
      if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    }
    for (const std::string_view group : groups) check_group(frame, group);
  }
  void check_group(Frame& frame, std::string_view group) {
    std::vector<const YamlNode*> given;
    std::string keys;
    for (const auto& [name, key] : frame.groups) {
      if (name != group) continue;
      if (const YamlNode* node = frame.node->find(key)) given.push_back(node);
      keys += fmt::format("{}{}", keys.empty() ? "" : ", ", key);
    }
    if (given.size() == 1 || (given.empty() && frame.bad)) return;
    const Code code = group == "trigger" ? Code::trigger : Code::effect;
    frame.bad = true;
    if (given.empty()) {
      diagnostics_.error(code, frame.node->span, fmt::format("the {} is missing", group),
                         fmt::format("one of: {}", keys));
      return;
    }
    diagnostics_.error(
        code, given[1]->key_span,
        fmt::format("a second {}: '{}' beside '{}'", group, given[1]->key, given[0]->key),
        "exactly one is allowed");
  }

  Diagnostics& diagnostics_;
  const YamlNode& root_;
  const SchemaNode* home_;
  std::vector<Frame> frames_;
  std::deque<YamlNode> shorts_;  // what short forms stand for
};

}  // namespace

ScenarioSpec read_spec(const YamlNode& root, Diagnostics& diagnostics) {
  ScenarioSpec spec;
  Reader reader(root, diagnostics, &schema());
  walk(reader, FieldInfo{}, spec, ScenarioSpec{});
  faults::assign_ids(spec.plan);
  return spec;
}

void read_table(const YamlNode& root, Diagnostics& diagnostics,
                const std::function<void(SchemaVisitor&)>& walk_table) {
  Reader reader(root, diagnostics, nullptr);
  walk_table(reader);
}

}  // namespace windtunnel::scenarios
