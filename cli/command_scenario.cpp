// The command line of scenario, new, list and explain.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/scenario_files.h>

namespace windtunnel::cli {
namespace {

using FilesCommand = int (*)(const ScenarioFilesRequest&, const scenarios::Registry&);

void add_files_command(CommandLine& line, CLI::App& scenario, const std::string& name,
                       const std::string& doc, FilesCommand perform) {
  CLI::App* command = nullptr;
  const auto request = line.add<ScenarioFilesRequest>(
      scenario, name, doc, command, [&line, perform](const ScenarioFilesRequest& asked) {
        return perform(asked, line.registry);
      });
  command->add_option("file", request->files, "scenario files")->required();
  command->add_option("--set", request->set, "KEY=VALUE: sets a parameter of the scenario")
      ->allow_extra_args(false);
}

void add_scenario(CommandLine& line) {
  CLI::App* scenario = line.app.add_subcommand("scenario", "read scenario files without running");
  scenario->require_subcommand(1);
  add_files_command(line, *scenario, "check", "say what is wrong with scenario files",
                    &scenario_check_command);
  add_files_command(line, *scenario, "show", "print them with includes and parameters put in",
                    &scenario_show_command);
  CLI::App* command = nullptr;
  struct Nothing {};
  line.add<Nothing>(*scenario, "schema", "print the JSON Schema of scenario files", command,
                    [](const Nothing&) { return scenario_schema_command(); });
  const auto list = line.add<ScenarioListRequest>(
      *scenario, "list", "list the scenario files below a folder", command,
      [](const ScenarioListRequest& asked) { return scenario_list_command(asked); });
  command->add_option("folder", list->folders, "where to look")->capture_default_str();
}

void add_new(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request =
      line.add<NewRequest>(line.app, "new", "write a scenario file to start from", command,
                           [](const NewRequest& asked) { return new_command(asked); });
  request->called_by = line.called_by;
  command->add_option("name", request->name, "of the scenario; the file is NAME.yaml")->required();
}

void add_list(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ListRequest>(
      line.app, "list", "list what scenario files may name", command,
      [&line](const ListRequest& asked) { return list_command(asked, line.registry); });
  command->add_option("what", request->what, "checks, faults, workloads or services")
      ->required()
      ->check(CLI::IsMember({"checks", "faults", "workloads", "services"}));
}

void add_explain(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request =
      line.add<ExplainRequest>(line.app, "explain", "explain the code of an error", command,
                               [](const ExplainRequest& asked) { return explain_command(asked); });
  command->add_option("code", request->code, "as E014")->required();
}

}  // namespace

void add_scenario_commands(CommandLine& line) {
  add_scenario(line);
  add_new(line);
  add_list(line);
  add_explain(line);
}

}  // namespace windtunnel::cli
