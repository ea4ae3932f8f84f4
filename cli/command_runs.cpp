// The command line of run, replay, check and convert.
#include <windtunnel/cli/check.h>
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/convert.h>
#include <windtunnel/cli/replay.h>
#include <windtunnel/cli/run.h>

namespace windtunnel::cli {
namespace {

void add_run(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request =
      line.add<RunRequest>(line.app, "run", "run scenario files and check what must hold", command,
                           [&line](const RunRequest& asked) {
                             Terminal terminal(line.color);
                             return run_command(asked, line.registry, terminal);
                           });
  RunRequest& run = *request;
  run.called_by = line.called_by;
  command->add_option("scenario", run.scenarios, "scenario files")->required();
  CLI::Option* seed = command->add_option("--seed", run.seed, "one seed");
  command->add_option("--seeds", run.seeds, "a range of seeds: A..B")->excludes(seed);
  command->add_option("--set", run.set, "KEY=VALUE: sets a parameter of the scenario")
      ->allow_extra_args(false);
  command->add_flag("--verify", run.verify, "run each seed twice and compare the trace hashes");
  command->add_option("--out", run.out, "where run directories go")->capture_default_str();
  command->add_flag("--json", run.json, "one JSON object a run, a line each, in seed order");
  command->add_option("--junit", run.junit, "write a JUnit report to this file");
  command->add_option("-j,--jobs", run.jobs, "runs at a time; 0, the default: one a core")
      ->check(whole_number(0, 1'024));
  command
      ->add_option("--max-failures", run.max_failures,
                   "stop after so many failed runs; 0, the default: never")
      ->check(whole_number(0));
}

void add_replay(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ReplayRequest>(
      line.app, "replay", "run a saved run again and say whether it is the same", command,
      [&line](const ReplayRequest& asked) {
        Terminal terminal(line.color);
        return replay_command(asked, line.registry, terminal);
      });
  ReplayRequest& replay = *request;
  command->add_option("file", replay.file, "a run directory, or a saved scenario")->required();
  CLI::Option* until =
      command->add_option("--until", replay.until, "show what led to this event, and stop there")
          ->check(whole_number(1));
  command->add_option("--break", replay.check, "show what led to the violation of this check")
      ->excludes(until);
  command->add_option("--limit", replay.limit, "events to show")
      ->check(whole_number(1))
      ->capture_default_str();
}

void add_check(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request =
      line.add<CheckRequest>(line.app, "check", "check a history from anywhere against a model",
                             command, [&line](const CheckRequest& asked) {
                               Terminal terminal(line.color);
                               return check_command(asked, line.registry, terminal);
                             });
  CheckRequest& check = *request;
  command->add_option("history", check.history, "EDN or JSON lines, as Jepsen writes them")
      ->required();
  command->add_option("--model", check.model, "what the clients talked to: " + model_names(line.registry))
      ->required();
  command->add_option("--initial", check.initial, "the initial value, as EDN");
  command->add_flag("--independent", check.independent,
                    "values are tuples [key value], one object a key");
  command->add_option("--workload", check.workload,
                      "which workload's operations, in a history of several");
  const std::vector<std::string> levels = consistency_levels(line.registry);
  command
      ->add_option("--consistency", check.consistency,
                   "what must hold: " + checkers::joined(levels) +
                       " (default: linearizable; strict-serializable for transactions)")
      ->check(CLI::IsMember(levels))
      ->option_text("LEVEL");
  command
      ->add_option("--permit", check.permitted,
                   "a flaw to tell and let pass, for the models that name flaws; may be repeated")
      ->option_text("FLAW")
      ->allow_extra_args(false);
  command->add_option("--forbid", check.forbidden, "a flaw that else would pass; may be repeated")
      ->option_text("FLAW")
      ->allow_extra_args(false);
  command->add_option("--limit", check.limits, "for availability, as max-gap=5s; may be repeated")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--figures", check.figures,
                      "write a Graphviz file for each cycle of transactions to this folder");
  command
      ->add_option("--max-configurations", check.max_configurations,
                   "give up after so many, with exit code 2")
      ->check(whole_number(1))
      ->capture_default_str();
  command->add_flag("--linearization", check.linearization,
                    "for ok: an order of the operations that explains it");
  command->add_flag("--json", check.json, "one JSON object");
}

void add_convert(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request =
      line.add<ConvertRequest>(line.app, "convert", "write a history in another format", command,
                               [](const ConvertRequest& asked) { return convert_command(asked); });
  ConvertRequest& convert = *request;
  command
      ->add_option("input", convert.input, "EDN or JSON lines, as Jepsen writes them; - for stdin")
      ->required();
  command->add_option("output", convert.output, "the file; - for stdout")->required();
  command
      ->add_option("--to", convert.to,
                   "the form (default: as the output's name ends, .edn or .jsonl)")
      ->check(CLI::IsMember({"edn", "edn-vector", "jsonl"}));
}

}  // namespace

void add_run_commands(CommandLine& line) {
  add_run(line);
  add_replay(line);
  add_check(line);
  add_convert(line);
}

}  // namespace windtunnel::cli
