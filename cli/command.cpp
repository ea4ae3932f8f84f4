#include <windtunnel/cli/command.h>

#include <windtunnel/cli/command_line.h>

namespace windtunnel {

int main(int argc, char** argv, const scenarios::Registry& registry) {
  cli::CommandLine line(registry, argc > 0 ? argv[0] : "windtunnel");
  cli::add_run_commands(line);
  cli::add_fuzz_commands(line);
  cli::add_explore_command(line);
  cli::add_trace_commands(line);
  cli::add_service_commands(line);
  cli::add_scenario_commands(line);
  cli::add_completion(line);
  return line.run(argc, argv);
}

}  // namespace windtunnel
