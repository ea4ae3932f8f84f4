// The command line of explore.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/explore.h>

namespace windtunnel::cli {

void add_explore_command(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ExploreRequest>(
      line.app, "explore", "try every order of events of a group of Raft machines, within bounds",
      command, [&line](const ExploreRequest& asked) {
        Terminal terminal(line.color);
        return explore_command(asked, terminal);
      });
  ExploreRequest& explore = *request;
  command->add_option("file", explore.file, "a file of bounds, as scenarios/explore/*.yaml")
      ->required();
  command->add_option("--depth", explore.depth, "look no further than so many actions")
      ->check(whole_number(1, 2'000));
  command->add_option("--states", explore.states, "end after so many different states")
      ->check(whole_number(1));
  command->add_option("--bytes", explore.bytes, "end when the search holds so many bytes")
      ->check(whole_number(1));
  command->add_flag("--no-reduction", explore.no_reduction,
                    "tell states apart that differ in names of nodes only, and do what changes "
                    "nothing");
  command->add_flag("--json", explore.json, "one JSON object");
}

}  // namespace windtunnel::cli
