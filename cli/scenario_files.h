// `windtunnel scenario`, `list` and `explain`: scenario files, and what they may name.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>

#include <string>
#include <vector>

namespace windtunnel::cli {

struct ScenarioFilesRequest {
  std::string called_by = "windtunnel";  // for the commands that are printed
  std::vector<std::string> files;
  std::vector<std::string> set;  // "key=value"
};
// Reads the files and says what is wrong with them.
int scenario_check_command(const ScenarioFilesRequest& request,
                           const scenarios::Registry& registry);
// Prints them as they are after includes and parameters.
int scenario_show_command(const ScenarioFilesRequest& request, const scenarios::Registry& registry);
int scenario_schema_command();

struct ScenarioListRequest {
  std::string called_by = "windtunnel";
  std::vector<std::string> folders = {"scenarios"};
};
int scenario_list_command(const ScenarioListRequest& request);

struct ListRequest {
  std::string what;  // checks, faults, workloads, services
};
int list_command(const ListRequest& request, const scenarios::Registry& registry);

struct ExplainRequest {
  std::string called_by = "windtunnel";
  std::string code;
};
int explain_command(const ExplainRequest& request);

}  // namespace windtunnel::cli
