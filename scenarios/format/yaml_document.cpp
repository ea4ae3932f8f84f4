#include <windtunnel/scenarios/format/yaml_document.h>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace windtunnel::scenarios {
namespace {

std::size_t closing_quote(const std::string& text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (quote == '\'' && text.compare(i, 2, "''") == 0) {
      ++i;
    } else if (text[i] == quote) {
      return i;
    }
  }
  return std::string::npos;
}

// Builds the tree from yaml-cpp's events. After an error that forbids building it goes deaf, since
// an event handler cannot stop the parser.
class Builder final : public YAML::EventHandler {
 public:
  Builder(std::uint32_t file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  bool refused() const { return refused_; }
  std::size_t documents() const { return documents_; }
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      refuse(Code::several_documents, span(mark, 1), "a second document begins here",
             "one file is one scenario");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    // yaml-cpp marks a missing value where the next token stands; the key is the better place.
    node.span = span(mark, 1);
    if (!open_.empty() && !open_.back().key.empty()) node.span = open_.back().key_span;
    leaf(mark, {}, anchor, std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(Code::alias, span(mark, 1), "aliases are not allowed",
           "write the value out, or use params");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = value;
    node.span = span(mark, scalar_length(mark, value));
    node.quoted = tag == "!";
    leaf(mark, tag, anchor, std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    bool has_key = false;  // a key was read and waits for its value
    std::string key;
    SourceSpan key_span;
    std::map<std::string, std::uint32_t, std::less<>> lines;  // of the keys so far
  };

  SourceSpan span(const YAML::Mark& mark, std::size_t length) const {
    return SourceSpan{file_, static_cast<std::uint32_t>(mark.line + 1),
                      static_cast<std::uint32_t>(mark.column + 1),
                      static_cast<std::uint32_t>(length)};
  }
  void refuse(Code code, const SourceSpan& where, std::string message, std::string hint) {
    if (!refused_) diagnostics_.error(code, where, std::move(message), std::move(hint));
    refused_ = true;
  }
  // The length in the source, up to the end of the line for what spans several. yaml-cpp lets the
  // end of the file close a quote; that is refused here.
  std::size_t scalar_length(const YAML::Mark& mark, const std::string& value) {
    const std::string& text = diagnostics_.files()[file_].text;
    const auto start = static_cast<std::size_t>(mark.pos);
    if (start >= text.size() || (text[start] != '"' && text[start] != '\'')) {
      return std::max<std::size_t>(1, std::min(value.find('\n'), value.size()));
    }
    const std::size_t end = closing_quote(text, start);
    if (end == std::string::npos) {
      refuse(Code::syntax, span(mark, 1), "a quote is not closed", {});
      return 1;
    }
    return std::min(end, text.find('\n', start)) - start + 1;
  }
  bool plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      refuse(Code::alias, span(mark, 1), "anchors are not allowed", "use params or include");
    } else if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(Code::tag, span(mark, 1), "tags are not allowed", "leave it out");
    }
    return !refused_;
  }
  void leaf(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode node) {
    if (!plain(mark, tag, anchor)) return;
    if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key) {
      key(std::move(node));
    } else {
      add(std::move(node));
    }
  }
  void key(YamlNode node) {
    Open& map = open_.back();
    if (!node.is_scalar()) {
      return refuse(Code::syntax, node.span, "a key is missing", "write KEY: VALUE");
    }
    if (node.text == "<<" && !node.quoted) {
      return refuse(Code::merge_key, node.span, "merge keys are not allowed", "use include");
    }
    const auto [first, fresh] = map.lines.emplace(node.text, node.span.line);
    if (!fresh) {
      diagnostics_.error(Code::duplicate_key, node.span,
                         fmt::format("the key '{}' is given twice", node.text),
                         fmt::format("first given in line {}", first->second));
    }
    map.has_key = true;
    map.key = std::move(node.text);
    map.key_span = node.span;
  }
  void add(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_map()) {
      node.key = std::move(parent.key);
      node.key_span = parent.key_span;
      parent.has_key = false;
      parent.key.clear();
    }
    parent.node.children.push_back(std::move(node));
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    if (!plain(mark, tag, anchor)) return;
    if (open_.size() >= kMaxDepth) {
      return refuse(Code::too_deep, span(mark, 1),
                    fmt::format("nested more than {} levels deep", kMaxDepth), {});
    }
    if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key) {
      return refuse(Code::syntax, span(mark, 1), "a list or a map cannot be a key",
                    "write KEY: VALUE");
    }
    Open opened;
    opened.node.kind = kind;
    opened.node.span = span(mark, 1);
    open_.push_back(std::move(opened));
  }
  void close() {
    if (refused_) return;
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  std::uint32_t file_;
  Diagnostics& diagnostics_;
  bool refused_ = false;
  std::size_t documents_ = 0;
  std::vector<Open> open_;
  YamlNode root_;
};

// The same depth as the builder allows, counted before yaml-cpp recurses: an upper bound, since
// brackets in quoted text count too only where they outnumber the limit many times over.
constexpr std::size_t kMaxFlowRun = 4 * kMaxDepth;

bool check_flow_depth(std::uint32_t file, Diagnostics& diagnostics) {
  const std::string& text = diagnostics.files()[file].text;
  SourceSpan at{file, 1, 0, 1};
  std::size_t depth = 0;
  for (const char c : text) {
    ++at.column;
    if (c == '[' || c == '{') {
      if (++depth > kMaxFlowRun) {
        diagnostics.error(Code::too_deep, at,
                          fmt::format("nested more than {} levels deep", kMaxDepth));
        return false;
      }
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (c == '\n') {
      ++at.line;
      at.column = 0;
    }
  }
  return true;
}

// yaml-cpp's words, where they do not help a person.
std::string clearer(const std::string& message) {
  if (message == "end of map not found" || message == "illegal map value") {
    return "this line does not fit: check its indentation and the colon of the line before";
  }
  if (message == "end of sequence not found")
    return "this line does not fit into the list above it";
  if (message == "end of map flow not found") return "a '{' is not closed";
  if (message == "end of sequence flow not found") return "a '[' is not closed";
  return message;
}

SourceSpan span_of(std::uint32_t file, const YAML::Mark& mark) {
  if (mark.is_null()) return SourceSpan{file, 1, 1, 1};
  return SourceSpan{file, static_cast<std::uint32_t>(mark.line + 1),
                    static_cast<std::uint32_t>(mark.column + 1), 1};
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view wanted) const {
  for (const YamlNode& child : children) {
    if (child.key == wanted) return &child;
  }
  return nullptr;
}

YamlNode* YamlNode::find(std::string_view wanted) {
  return const_cast<YamlNode*>(static_cast<const YamlNode*>(this)->find(wanted));
}

std::string_view describe_kind(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return "a value";
    case YamlNode::Kind::list: return "a list";
    case YamlNode::Kind::map: return "a map";
  }
  return "nothing";
}

std::optional<YamlNode> parse_yaml(std::string path, std::string text, Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0) text.erase(0, 3);
  const std::size_t before = diagnostics.count();
  const std::uint32_t file = diagnostics.add_file(std::move(path), std::move(text));
  if (!check_bytes(file, diagnostics) || !check_flow_depth(file, diagnostics)) return std::nullopt;
  Builder builder(file, diagnostics);
  try {
    std::istringstream input(diagnostics.files()[file].text);
    YAML::Parser parser(input);
    while (parser.HandleNextDocument(builder) && !builder.refused()) {
    }
  } catch (const YAML::Exception& error) {
    if (!builder.refused()) {
      const bool alias = error.msg.find("anchor") != std::string::npos;
      diagnostics.error(alias ? Code::alias : Code::syntax, span_of(file, error.mark),
                        alias ? "aliases are not allowed" : clearer(error.msg));
    }
  }
  if (diagnostics.count() == before && builder.documents() == 0) {
    diagnostics.error(Code::version, SourceSpan{file, 1, 1, 1}, "the file is empty",
                      "begin with: scenario: v1");
  }
  if (diagnostics.count() != before) return std::nullopt;
  return builder.take();
}

}  // namespace windtunnel::scenarios
