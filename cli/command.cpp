#include <windtunnel/cli/command.h>

#include <windtunnel/cli/command_line.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace windtunnel {

// A standard descriptor that is closed would be given to the next file that is opened, and what is
// meant for people would go into it. Each gets a stand-in at which every use fails.
void cli::open_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    const int mode = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
    const int opened = ::open("/dev/null", mode);
    if (opened >= 0 && opened != descriptor) ::dup2(opened, descriptor);
  }
}

int main(int argc, char** argv, const scenarios::Registry& registry) {
  cli::open_standard_descriptors();
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
