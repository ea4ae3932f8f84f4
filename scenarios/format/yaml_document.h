// The syntax of a scenario file: YAML without what makes YAML surprising. yaml-cpp finds the
// structure; what a scalar means is decided by the schema, from its text. No anchors, aliases,
// tags, merge keys, second documents or duplicate keys; bounded size and depth, checked before
// anything is built.
#pragma once

#include <windtunnel/scenarios/format/diagnostics.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::scenarios {

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxDepth = 64;

// A regular value. The children of a map have keys, those of a list have not.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  bool quoted = false;
  std::string text;  // of a scalar, unescaped
  SourceSpan span;
  std::string key;
  SourceSpan key_span;
  std::vector<YamlNode> children;

  bool is_map() const { return kind == Kind::map; }
  bool is_list() const { return kind == Kind::list; }
  bool is_scalar() const { return kind == Kind::scalar; }
  // The value of a key of a map, or null.
  const YamlNode* find(std::string_view wanted) const;
  YamlNode* find(std::string_view wanted);
};

// "a map", "a list", "a value", "nothing".
std::string_view describe_kind(YamlNode::Kind kind);

// The text of the file, or nullopt and an error: missing, a directory, unreadable, too large.
// `asked_at` is where the file was asked for; a line of 0 when that was the command line.
std::optional<std::string> read_file(const std::string& path, const SourceSpan& asked_at,
                                     Diagnostics& diagnostics);

// Adds the file to `diagnostics` and parses it; nullopt after an error.
std::optional<YamlNode> parse_yaml(std::string path, std::string text, Diagnostics& diagnostics);

// Size, UTF-8, tabs: false after an error. Part of parse_yaml.
bool check_bytes(std::uint32_t file, Diagnostics& diagnostics);

}  // namespace windtunnel::scenarios
