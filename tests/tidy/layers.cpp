#include "tests/tidy/layers.h"

#include <algorithm>

namespace windtunnel::tidy {
namespace {

struct Layer {
  std::string_view folder;
  std::vector<std::string_view> may_include;  // folders, with all below them, besides itself
  bool for_tests = false;  // no product code includes it: it needs a test framework
};

// Lowest first. A file belongs to the layer with the longest folder that is a prefix of its path.
const std::vector<Layer>& layers() {
  static const std::vector<Layer> table = {
      {"protocols/base", {}},
      {"protocols/env", {"protocols/base"}},
      {"protocols/net", {"protocols/base", "protocols/env"}},
      {"protocols/raft", {"protocols/base", "protocols/env"}},
      {"protocols/rpc", {"protocols/base", "protocols/env", "protocols/net"}},
      {"protocols/host", {"protocols/base", "protocols/env", "protocols/net", "protocols/raft"}},
      {"protocols/broker",
       {"protocols/base", "protocols/env", "protocols/net", "protocols/raft", "protocols/host",
        "protocols/rpc"}},
      {"protocols/kv",
       {"protocols/base", "protocols/env", "protocols/net", "protocols/raft", "protocols/host"}},
      {"protocols/naive", {"protocols/base", "protocols/env", "protocols/kv"}},
      {"protocols/asio", {"protocols/base", "protocols/env"}},
      {"sim/trace", {"protocols/base", "protocols/env"}},
      {"sim/asio", {"protocols/base", "protocols/env", "sim"}},
      {"sim", {"protocols/base", "protocols/env", "sim/trace"}},
      {"checkers", {"protocols/base", "protocols/env"}},
      {"faults", {"protocols/base", "protocols/env", "sim"}},
      {"reports", {"protocols/base", "protocols/env", "sim/trace", "checkers"}},
      {"scenarios/format", {"protocols/base", "protocols/env", "sim", "checkers", "faults"}},
      {"scenarios/engine",
       {"protocols/base", "protocols/env", "sim", "checkers", "faults", "scenarios/format"}},
      {"scenarios/checks",
       {"protocols/base", "protocols/env", "sim", "checkers", "faults", "scenarios/format",
        "scenarios/engine"}},
      {"scenarios/campaign",
       {"protocols/base", "protocols/env", "sim", "checkers", "faults", "reports",
        "scenarios/format", "scenarios/engine"}},
      {"scenarios/fuzzing",
       {"protocols/base", "protocols/env", "sim", "checkers", "faults", "reports",
        "scenarios/format", "scenarios/engine", "scenarios/campaign"}},
      {"scenarios/gtest",
       {"protocols/base", "protocols/env", "sim", "checkers", "faults", "scenarios", "harness"},
       true},
      {"scenarios/rapidcheck",
       {"protocols/base", "protocols/env", "sim", "checkers", "faults", "scenarios", "harness"},
       true},
      {"harness", {"protocols", "sim", "checkers", "faults", "reports", "scenarios"}},
      {"cli", {"protocols", "sim", "checkers", "faults", "reports", "scenarios", "harness"}},
  };
  return table;
}

bool lies_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/';
}

const Layer* layer_of(std::string_view path) {
  const Layer* best = nullptr;
  for (const Layer& layer : layers()) {
    const bool longer = best == nullptr || layer.folder.size() > best->folder.size();
    if (lies_in(path, layer.folder) && longer) best = &layer;
  }
  return best;
}

std::string_view top_of(std::string_view path) { return path.substr(0, path.find('/')); }

bool is_product(std::string_view path) {
  return path.find('/') != std::string_view::npos &&
         std::any_of(layers().begin(), layers().end(),
                     [&](const Layer& layer) { return top_of(layer.folder) == top_of(path); });
}

bool allowed(const Layer& layer, std::string_view included) {
  const Layer* const other = layer_of(included);
  if (other == &layer) return true;
  if (other != nullptr && other->for_tests) return false;
  return std::any_of(layer.may_include.begin(), layer.may_include.end(),
                     [&](std::string_view folder) { return lies_in(included, folder); });
}

std::string join(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text.empty() ? "nothing" : text;
}

// A project outside of the tree, as somebody builds it.
bool is_of_others(std::string_view path) {
  return path.starts_with("tests/consumer/") || path.starts_with("cli/starter/");
}

}  // namespace

Findings check_includes(const std::string& path, const Tokens& tokens) {
  Findings findings;
  const auto report = [&](const Token& token, const std::string& message) {
    findings.push_back({"layer", path, token.line, message});
  };
  const Layer* layer = is_of_others(path) ? nullptr : layer_of(path);
  if (is_product(path) && layer == nullptr && !is_of_others(path)) {
    findings.push_back(
        {"layer", path, 1, "this folder has no layer: add it in tests/tidy/layers.cpp"});
    return findings;
  }
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::include || token.spelling.size() < 2) continue;
    std::string name = token.spelling.substr(1, token.spelling.size() - 2);
    const bool quoted = token.spelling[0] == '"';
    // Projects of others have files beside them.
    const bool beside = name.find('/') == std::string::npos && !is_of_others(path);
    if (quoted && (layer != nullptr || is_product(name) || beside)) {
      report(token, "include as users do, as in <windtunnel/sim/net/network.h>");
    }
    const bool ours = name.starts_with("windtunnel/");
    if (ours) name.erase(0, std::string_view("windtunnel/").size());
    if (layer == nullptr) continue;
    if (ours && is_product(name) && !allowed(*layer, name)) {
      report(token, std::string(layer->folder) + " may not include " + name + "; it may include " +
                        join(layer->may_include));
    }
    const bool asio = name.starts_with("boost/asio") || name.starts_with("boost/beast");
    if (asio && layer->folder != "protocols/asio" && layer->folder != "sim/asio" &&
        layer->folder != "cli") {
      report(token, "Boost.Asio stays in protocols/asio: everything else uses the ports of Env");
    }
  }
  return findings;
}

}  // namespace windtunnel::tidy
