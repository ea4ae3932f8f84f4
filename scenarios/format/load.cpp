#include <windtunnel/scenarios/format/load.h>

#include <windtunnel/scenarios/format/assemble.h>
#include <windtunnel/scenarios/format/print.h>
#include <windtunnel/scenarios/format/reader.h>
#include <windtunnel/scenarios/format/validate.h>
#include <windtunnel/scenarios/format/yaml_document.h>

#include <fmt/format.h>

namespace windtunnel::scenarios {
namespace {

// The first key says which version of the format the rest is.
bool check_version(const YamlNode& root, Diagnostics& diagnostics) {
  constexpr std::string_view kHint = "begin with: scenario: v1";
  if (!root.is_map() || root.children.empty()) {
    diagnostics.error(Code::version, root.span, "a scenario file is a map of keys",
                      std::string(kHint));
    return false;
  }
  const YamlNode& first = root.children.front();
  if (first.key != "scenario") {
    diagnostics.error(Code::version, first.key_span, "the first key is not `scenario`",
                      std::string(kHint));
    return false;
  }
  if (first.text == "v1") return true;
  diagnostics.error(Code::version, first.span,
                    fmt::format("the version '{}' is not known", first.text),
                    "this build reads v1");
  return false;
}

std::optional<ScenarioSpec> build(const std::string& path, std::string text,
                                  const LoadOptions& options, Diagnostics& diagnostics) {
  std::optional<YamlNode> root = parse_yaml(path, std::move(text), diagnostics);
  if (!root || !check_version(*root, diagnostics)) return std::nullopt;
  if (!merge_includes(*root, path, diagnostics)) return std::nullopt;
  substitute_params(*root, options, diagnostics);
  if (!diagnostics.empty()) return std::nullopt;
  ScenarioSpec spec = read_spec(*root, diagnostics);
  if (!diagnostics.empty()) return std::nullopt;
  Validator(spec, *root, options.catalog, diagnostics).check();
  if (!diagnostics.empty()) return std::nullopt;
  return spec;
}

}  // namespace

LoadedScenario load_scenario(const std::string& path, const LoadOptions& options) {
  LoadedScenario loaded;
  std::optional<std::string> text = read_file(path, SourceSpan{}, loaded.diagnostics);
  if (text) loaded.spec = build(path, std::move(*text), options, loaded.diagnostics);
  return loaded;
}

LoadedScenario parse_scenario(const std::string& path, std::string text,
                              const LoadOptions& options) {
  LoadedScenario loaded;
  loaded.spec = build(path, std::move(text), options, loaded.diagnostics);
  return loaded;
}

std::string why_invalid(const ScenarioSpec& spec, const Catalog* catalog) {
  LoadOptions options;
  options.catalog = catalog;
  const std::string text = print_spec(spec);
  const LoadedScenario loaded = parse_scenario(spec.name + ".yaml", text, options);
  if (!loaded.spec) return loaded.diagnostics.render();
  if (*loaded.spec == spec) return {};
  return "the scenario prints as another one:\n" + text;
}

}  // namespace windtunnel::scenarios
