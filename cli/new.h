// `windtunnel new`: a scenario file to start from, or a project with a protocol of one's own. The
// texts are in cli/starter.
#pragma once

#include <windtunnel/scenarios/engine/registry.h>

#include <string>

namespace windtunnel::cli {

// One of the two names is given.
struct NewRequest {
  std::string called_by = "windtunnel";  // for the command that is printed
  std::string name;                      // of a scenario; the file is NAME.yaml
  std::string protocol;                  // of a service; the directory is NAME
};

// Never overwrites. What was begun and could not be ended leaves nothing.
int new_command(const NewRequest& request, const scenarios::Registry& registry);

}  // namespace windtunnel::cli
