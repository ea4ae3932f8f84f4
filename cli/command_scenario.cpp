// The command line of scenario, new, list and explain.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/new.h>
#include <windtunnel/cli/scenario_files.h>

namespace windtunnel::cli {
namespace {

using FilesCommand = int (*)(const ScenarioFilesRequest&, const scenarios::Registry&);

void add_files_command(CommandLine& line, Subcommand scenario, const std::string& name,
                       const std::string& doc, FilesCommand perform) {
  const auto [command, request] = line.add<ScenarioFilesRequest>(
      scenario, name, doc, [&line, perform](const ScenarioFilesRequest& asked) {
        return perform(asked, line.registry);
      });
  command.add("file", &request->files, "scenario files").required();
  command.add("--set", &request->set, "KEY=VALUE: sets a parameter of the scenario").single();
}

void add_scenario(CommandLine& line) {
  Subcommand scenario =
      line.top().add_subcommand("scenario", "read scenario files without running");
  scenario.require_subcommand();
  add_files_command(line, scenario, "check", "say what is wrong with scenario files",
                    &scenario_check_command);
  add_files_command(line, scenario, "show", "print them with includes and parameters put in",
                    &scenario_show_command);
  struct Nothing {};
  line.add<Nothing>(scenario, "schema", "print the JSON Schema of scenario files",
                    [](const Nothing&) { return scenario_schema_command(); });
  const auto [command, request] = line.add<ScenarioListRequest>(
      scenario, "list", "list the scenario files below a folder",
      [](const ScenarioListRequest& asked) { return scenario_list_command(asked); });
  command.add("folder", &request->folders, "where to look").with_default();
}

void add_new(CommandLine& line) {
  const auto [command, request] = line.add<NewRequest>(
      line.top(), "new", "write a scenario file to start from, or a protocol",
      [&line](const NewRequest& asked) { return new_command(asked, line.registry); });
  const Argument name =
      command.add("name", &request->name, "of a scenario; the file is NAME.yaml").not_empty();
  command
      .add("--protocol", &request->protocol,
           "of a protocol; the directory NAME is a project with its code, scenarios and command")
      .not_empty()
      .excludes(name);
}

void add_list(CommandLine& line) {
  const auto [command, request] = line.add<ListRequest>(
      line.top(), "list", "list what scenario files may name",
      [&line](const ListRequest& asked) { return list_command(asked, line.registry); });
  command.add("what", &request->what, "checks, faults, workloads or services")
      .required()
      .one_of({"checks", "faults", "workloads", "services"});
}

void add_explain(CommandLine& line) {
  const auto [command, request] =
      line.add<ExplainRequest>(line.top(), "explain", "explain the code of an error",
                               [](const ExplainRequest& asked) { return explain_command(asked); });
  command.add("code", &request->code, "as E014").required();
}

}  // namespace

void add_scenario_commands(CommandLine& line) {
  add_scenario(line);
  add_new(line);
  add_list(line);
  add_explain(line);
}

}  // namespace windtunnel::cli
