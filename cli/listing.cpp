// `windtunnel list` and `explain`.
#include <windtunnel/checkers/judges/judge.h>
#include <windtunnel/cli/command.h>
#include <windtunnel/cli/scenario_files.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/scenarios/format/diagnostics.h>
#include <windtunnel/scenarios/format/option_values.h>
#include <windtunnel/scenarios/format/schema.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::cli {
namespace {

using scenarios::Catalog;
using scenarios::OptionInfo;
using scenarios::SchemaNode;

std::string entry(const std::string& name, const std::string& doc) {
  return fmt::format("{:<24} {}\n", name, doc);
}

std::string options_text(const std::vector<OptionInfo>& options) {
  std::string text;
  for (const OptionInfo& option : options) {
    std::string notes = option.default_text;
    const std::string range = scenarios::range_text(option);
    if (!range.empty()) notes += (notes.empty() ? "" : "; ") + range;
    if (!option.less_than.empty()) notes += ", less than " + option.less_than;
    if (!notes.empty()) notes = " (" + notes + ")";
    text += fmt::format("    {:<20} {}{}\n", option.name, option.doc, notes);
  }
  return text;
}

std::string services_text(const Catalog& catalog) {
  std::string text;
  for (const scenarios::ServiceInfo& service : catalog.services) {
    text += entry(service.name, service.doc) + options_text(service.options);
    if (!service.message_types.empty()) {
      text += "    messages: " + checkers::joined(service.message_types) + "\n";
    }
    for (const scenarios::ActionInfo& action : service.actions) {
      text += fmt::format("    action {:<13} {}\n", action.name, action.doc);
      text += options_text(action.options);
    }
    std::vector<std::string> words;
    for (const ObservationWord& word : service.words.observations) words.emplace_back(word.name);
    if (!words.empty()) text += "    observations: " + checkers::joined(words) + "\n";
    std::vector<std::string> counters;
    for (const Counter& counter : service.words.counters) {
      if (counter.announced_by != ObservationKind::none) counters.emplace_back(counter.name);
    }
    if (!counters.empty()) text += "    counters: " + checkers::joined(counters) + "\n";
  }
  return text;
}

std::string workloads_text(const Catalog& catalog) {
  std::string text;
  for (const scenarios::WorkloadInfo& workload : catalog.workloads) {
    text += entry(workload.name, workload.doc) + options_text(workload.options);
    text += "    operations: " + checkers::joined(workload.operations) + "\n";
  }
  return text;
}

std::string checks_text(const Catalog& catalog) {
  std::string text;
  for (const scenarios::CheckInfo& check : catalog.checks) {
    text += entry(check.name, check.doc) + options_text(check.options);
    if (!check.flaws.empty()) text += "    flaws: " + checkers::joined(check.flaws) + "\n";
  }
  return text;
}

std::string actions_text(const Catalog& catalog) {
  std::string text;
  for (const scenarios::ServiceInfo& service : catalog.services) {
    for (const scenarios::ActionInfo& action : service.actions) {
      text += fmt::format("    {:<20} {}: {}\n", action.name, service.name, action.doc);
    }
  }
  return text;
}

// The keys of a fault that say what goes wrong.
std::string faults_text(const Catalog& catalog) {
  std::string text;
  const std::vector<SchemaNode>& keys = scenarios::schema().children;
  const auto faults = std::find_if(keys.begin(), keys.end(),
                                   [](const SchemaNode& key) { return key.key == "faults"; });
  if (faults == keys.end() || faults->children.empty()) return text;
  for (const SchemaNode& key : faults->children.front().children) {
    if (key.group != "effect") continue;
    text += entry(key.key, key.doc);
    for (const SchemaNode& part : key.children) {
      const bool is_kind = !part.words.empty() && part.kind == scenarios::ValueKind::word;
      if (is_kind) text += fmt::format("    {:<20} {}\n", part.key, checkers::joined(part.words));
    }
    if (key.key == faults::Act::kRow.name) text += actions_text(catalog);
  }
  return text;
}

}  // namespace

int list_command(const ListRequest& request, const scenarios::Registry& registry) {
  const Catalog catalog = registry.catalog();
  const std::string text = request.what == "checks"     ? checks_text(catalog)
                           : request.what == "services" ? services_text(catalog)
                           : request.what == "faults"   ? faults_text(catalog)
                                                        : workloads_text(catalog);
  return print(text) ? kExitOk : kExitInternal;
}

int explain_command(const ExplainRequest& request) {
  const std::optional<std::string> text = scenarios::explain(request.code, request.called_by);
  if (text) return print(*text) ? kExitOk : kExitInternal;
  std::string known;
  for (const scenarios::Code code : scenarios::all_codes()) {
    known += (known.empty() ? "" : " ") + scenarios::to_string(code);
  }
  complain("error: there is no code '" + request.code + "'; there are " + known);
  return kExitUsage;
}

}  // namespace windtunnel::cli
