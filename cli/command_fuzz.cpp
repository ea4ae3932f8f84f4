// The command line of fuzz and shrink.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/fuzz.h>

namespace windtunnel::cli {
namespace {

void add_fuzz(CommandLine& line) {
  const auto [command, request] =
      line.add<FuzzRequest>(line.top(), "fuzz", "look for failures under faults that are drawn",
                            [&line](const FuzzRequest& asked) {
                              Terminal terminal(line.color);
                              return fuzz_command(asked, line.registry, terminal);
                            });
  FuzzRequest& fuzz = *request;
  command.add("scenario", &fuzz.scenarios, "scenario files with a `fuzz:` section").required();
  command.add("--runs", &fuzz.runs, "how many runs").whole(1);
  command.add("--time", &fuzz.time,
              "how long, as 60s or 10m (default: 60s, or no bound "
              "with --runs)");
  command.add("--seed", &fuzz.seed, "of the first run; the others follow").with_default();
  command.add("--set", &fuzz.set, "NAME=VALUE: a parameter of the scenario");
  command.add("-j,--jobs", &fuzz.jobs, "runs at a time (default: one a core)").whole(1, 1'024);
  command.add("--guided", &fuzz.guided, "mutate plans that reached something new");
  command.add("--verify", &fuzz.verify, "each run twice: both must be the same");
  command.add("--no-shrink", &fuzz.no_shrink, "save failures as they were found");
  command.add("--shrink-time", &fuzz.shrink_time, "at most so long for each kind of failure")
      .with_default();
  command.add("--max-failures", &fuzz.max_failures, "stop after so many failing runs").whole(1);
  command
      .add("--corpus", &fuzz.corpus,
           "a folder of saved failures: they are run first, and new ones go there")
      .not_empty();
  command.add("--out", &fuzz.out, "the folder for findings, without --corpus")
      .with_default()
      .not_empty();
  command.add("--json", &fuzz.json, "one JSON object a finding, and one for the campaign");
  command.add("--junit", &fuzz.junit, "write the results as JUnit XML to this file").not_empty();
}

void add_shrink(CommandLine& line) {
  const auto [command, request] = line.add<ShrinkRequest>(
      line.top(), "shrink", "the smallest scenario that fails in the same way",
      [&line](const ShrinkRequest& asked) {
        Terminal terminal(line.color);
        return shrink_command(asked, line.registry, terminal);
      });
  ShrinkRequest& shrink = *request;
  command.add("scenario", &shrink.scenario, "a scenario file").required();
  command.add("--seed", &shrink.seed, "a seed that fails (default: the scenario's first)");
  command.add("--set", &shrink.set, "NAME=VALUE: a parameter of the scenario");
  command.add("-o,--output", &shrink.output, "the file to write").required().not_empty();
  command.add("--time", &shrink.time, "at most so long").with_default();
  command.add("-j,--jobs", &shrink.jobs, "runs at a time (default: one a core)").whole(1, 1'024);
}

}  // namespace

void add_fuzz_commands(CommandLine& line) {
  add_fuzz(line);
  add_shrink(line);
}

}  // namespace windtunnel::cli
