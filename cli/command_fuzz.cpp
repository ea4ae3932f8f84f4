// The command line of fuzz and shrink.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/fuzz.h>

namespace windtunnel::cli {
namespace {

void add_fuzz(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request =
      line.add<FuzzRequest>(line.app, "fuzz", "look for failures under faults that are drawn",
                            command, [&line](const FuzzRequest& asked) {
                              Terminal terminal(line.color);
                              return fuzz_command(asked, line.registry, terminal);
                            });
  FuzzRequest& fuzz = *request;
  fuzz.called_by = line.called_by;
  command->add_option("scenario", fuzz.scenarios, "scenario files with a `fuzz:` section")
      ->required();
  command->add_option("--runs", fuzz.runs, "how many runs")->check(whole_number(1));
  command->add_option("--time", fuzz.time,
                      "how long, as 60s or 10m (default: 60s, or no bound "
                      "with --runs)");
  command->add_option("--seed", fuzz.seed, "of the first run; the others follow")
      ->capture_default_str();
  command->add_option("--set", fuzz.set, "NAME=VALUE: a parameter of the scenario");
  command->add_option("-j,--jobs", fuzz.jobs, "runs at a time (default: one a core)")
      ->check(whole_number(1, 1'024));
  command->add_flag("--guided", fuzz.guided, "mutate plans that reached something new");
  command->add_flag("--verify", fuzz.verify, "each run twice: both must be the same");
  command->add_flag("--no-shrink", fuzz.no_shrink, "save failures as they were found");
  command->add_option("--shrink-time", fuzz.shrink_time, "at most so long for each kind of failure")
      ->capture_default_str();
  command->add_option("--max-failures", fuzz.max_failures, "stop after so many failing runs")
      ->check(whole_number(1));
  command
      ->add_option("--corpus", fuzz.corpus,
                   "a folder of saved failures: they are run first, and new ones go there")
      ->check(some_name());
  command->add_option("--out", fuzz.out, "the folder for findings, without --corpus")
      ->capture_default_str()
      ->check(some_name());
  command->add_flag("--json", fuzz.json, "one JSON object a finding, and one for the campaign");
  command->add_option("--junit", fuzz.junit, "write the results as JUnit XML to this file")
      ->check(some_name());
}

void add_shrink(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ShrinkRequest>(
      line.app, "shrink", "the smallest scenario that fails in the same way", command,
      [&line](const ShrinkRequest& asked) {
        Terminal terminal(line.color);
        return shrink_command(asked, line.registry, terminal);
      });
  ShrinkRequest& shrink = *request;
  shrink.called_by = line.called_by;
  command->add_option("scenario", shrink.scenario, "a scenario file")->required();
  command->add_option("--seed", shrink.seed, "a seed that fails (default: the scenario's first)");
  command->add_option("--set", shrink.set, "NAME=VALUE: a parameter of the scenario");
  command->add_option("-o,--output", shrink.output, "the file to write")
      ->required()
      ->check(some_name());
  command->add_option("--time", shrink.time, "at most so long")->capture_default_str();
  command->add_option("-j,--jobs", shrink.jobs, "runs at a time (default: one a core)")
      ->check(whole_number(1, 1'024));
}

}  // namespace

void add_fuzz_commands(CommandLine& line) {
  add_fuzz(line);
  add_shrink(line);
}

}  // namespace windtunnel::cli
