#include <windtunnel/scenarios/format/assemble.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace windtunnel::scenarios {
namespace {

constexpr std::size_t kMostFiles = 64;
constexpr std::size_t kLongestParam = 256;

void erase_key(YamlNode& map, std::string_view key) {
  std::erase_if(map.children, [&](const YamlNode& child) { return child.key == key; });
}

// `over` wins; maps are merged, everything else is replaced.
void merge(YamlNode& base, YamlNode over) {
  if (!base.is_map() || !over.is_map()) {
    base = std::move(over);
    return;
  }
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < base.children.size(); ++i) places.emplace(base.children[i].key, i);
  for (YamlNode& child : over.children) {
    const auto place = places.find(child.key);
    if (place == places.end()) {
      base.children.push_back(std::move(child));
    } else {
      merge(base.children[place->second], std::move(child));
    }
  }
  base.span = over.span;
}

class Includer {
 public:
  explicit Includer(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  bool merge_into(YamlNode& root, const std::string& path) {
    const YamlNode* include = root.find("include");
    if (include == nullptr) return true;
    open_.push_back(normal(path));
    YamlNode base;
    base.kind = YamlNode::Kind::map;
    const bool good = read_all(*include, path, base);
    open_.pop_back();
    if (!good) return false;
    erase_key(root, "include");
    merge(base, std::move(root));
    root = std::move(base);
    return true;
  }

 private:
  static std::string normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
  }
  bool refuse(const YamlNode& at, std::string message, std::string hint) {
    diagnostics_.error(Code::include, at.span, std::move(message), std::move(hint));
    return false;
  }
  bool read_all(const YamlNode& include, const std::string& path, YamlNode& base) {
    const std::vector<YamlNode> single{include};
    for (const YamlNode& name : include.is_list() ? include.children : single) {
      if (!name.is_scalar())
        return refuse(name, "a file name is expected here", "include: [lan.yaml]");
      const std::string file =
          normal((std::filesystem::path(path).parent_path() / name.text).string());
      if (!read_one(name, file, base)) return false;
    }
    return true;
  }
  bool read_one(const YamlNode& name, const std::string& file, YamlNode& base) {
    if (std::find(open_.begin(), open_.end(), file) != open_.end()) {
      return refuse(name, fmt::format("'{}' includes itself", file), "remove one of the includes");
    }
    if (++files_ > kMostFiles) {
      return refuse(name, fmt::format("more than {} files are included", kMostFiles), {});
    }
    std::optional<std::string> text = read_file(file, name.span, diagnostics_);
    if (!text) return false;
    std::optional<YamlNode> tree = parse_yaml(file, std::move(*text), diagnostics_);
    if (!tree) return false;
    if (!tree->is_map()) return refuse(name, fmt::format("'{}' is not a map of keys", file), {});
    if (!merge_into(*tree, file)) return false;
    merge(base, std::move(*tree));
    return true;
  }

  Diagnostics& diagnostics_;
  std::vector<std::string> open_;  // the files between the scenario and the one at hand
  std::size_t files_ = 0;
};

using Params = std::map<std::string, std::string, std::less<>>;

std::vector<std::string_view> names_of(const Params& params) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : params) names.push_back(name);
  return names;
}

Params read_params(const YamlNode* node, Diagnostics& diagnostics) {
  Params params;
  if (node == nullptr) return params;
  if (!node->is_map()) {
    diagnostics.error(Code::wrong_shape, node->span, "a map of names and values is expected here");
    return params;
  }
  for (const YamlNode& child : node->children) {
    if (!child.is_scalar()) {
      diagnostics.error(Code::wrong_shape, child.span, "a parameter is a single value");
    } else if (child.text.size() > kLongestParam) {
      diagnostics.error(Code::out_of_range, child.span,
                        fmt::format("a parameter has at most {} bytes", kLongestParam));
    } else if (child.text.find("${") != std::string::npos) {
      diagnostics.error(Code::unknown_param, child.span, "a parameter does not refer to others");
    } else {
      params.emplace(child.key, child.text);
    }
  }
  return params;
}

void apply_sets(Params& params, const LoadOptions& options, Diagnostics& diagnostics) {
  for (const auto& [name, value] : options.set) {
    const auto found = params.find(name);
    if (found == params.end()) {
      diagnostics.error(
          Code::unknown_param, SourceSpan{},
          fmt::format("--set {}: there is no such parameter", name),
          params.empty() ? "the scenario has no `params:`" : suggest(name, names_of(params)));
    } else if (value.size() > kLongestParam) {
      diagnostics.error(Code::out_of_range, SourceSpan{}, fmt::format("--set {}: too long", name));
    } else {
      found->second = value;
    }
  }
}

void put_in(YamlNode& node, const Params& params, Diagnostics& diagnostics) {
  std::size_t from = 0;
  while (node.is_scalar() && (from = node.text.find("${", from)) != std::string::npos) {
    const std::size_t end = node.text.find('}', from);
    const std::string inside =
        node.text.substr(from + 2, end == std::string::npos ? end : end - from - 2);
    constexpr std::string_view kPrefix = "params.";
    const bool known = inside.substr(0, kPrefix.size()) == kPrefix;
    const std::string name = known ? inside.substr(kPrefix.size()) : inside;
    const auto found = params.find(name);
    if (end == std::string::npos || !known || found == params.end()) {
      diagnostics.error(Code::unknown_param, node.span,
                        fmt::format("there is no parameter '{}'", name),
                        known ? suggest(name, names_of(params)) : "write ${params.NAME}");
      return;
    }
    node.text.replace(from, end + 1 - from, found->second);
    from += found->second.size();
  }
  for (YamlNode& child : node.children) put_in(child, params, diagnostics);
}

}  // namespace

bool merge_includes(YamlNode& root, const std::string& path, Diagnostics& diagnostics) {
  return Includer(diagnostics).merge_into(root, path);
}

bool substitute_params(YamlNode& root, const LoadOptions& options, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.count();
  Params params = read_params(root.find("params"), diagnostics);
  apply_sets(params, options, diagnostics);
  erase_key(root, "params");
  put_in(root, params, diagnostics);
  return diagnostics.count() == before;
}

}  // namespace windtunnel::scenarios
