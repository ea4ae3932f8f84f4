// The command line of explore.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/explore.h>

namespace windtunnel::cli {

void add_explore_command(CommandLine& line) {
  const auto [command, request] = line.add<ExploreRequest>(
      line.top(), "explore", "try every order of events of a group of Raft machines, within bounds",
      [&line](const ExploreRequest& asked) {
        Terminal terminal(line.color);
        return explore_command(asked, terminal);
      });
  ExploreRequest& explore = *request;
  command.add("file", &explore.file, "a file of bounds, as scenarios/explore/*.yaml").required();
  command.add("--depth", &explore.depth, "look no further than so many actions").whole(1, 2'000);
  command.add("--states", &explore.states, "end after so many different states").whole(1);
  command.add("--bytes", &explore.bytes, "end when the search holds so many bytes").whole(1);
  command.add("--no-reduction", &explore.no_reduction,
              "tell states apart that differ in names of nodes only, and do what changes "
              "nothing");
  command.add("--json", &explore.json, "one JSON object");
}

}  // namespace windtunnel::cli
