// The command line of run, replay, check and convert.
#include <windtunnel/checkers/history/formats.h>
#include <windtunnel/cli/check.h>
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/convert.h>
#include <windtunnel/cli/replay.h>
#include <windtunnel/cli/run.h>

#include <fmt/format.h>

namespace windtunnel::cli {
namespace {

void add_run(CommandLine& line) {
  const auto [command, request] =
      line.add<RunRequest>(line.top(), "run", "run scenario files and check what must hold",
                           [&line](const RunRequest& asked) {
                             Terminal terminal(line.color);
                             return run_command(asked, line.registry, terminal);
                           });
  RunRequest& run = *request;
  command.add("scenario", &run.scenarios, "scenario files").required();
  const Argument seed = command.add("--seed", &run.seed, "one seed").not_empty();
  command.add("--seeds", &run.seeds, "a range of seeds: A..B").not_empty().excludes(seed);
  command.add("--set", &run.set, "KEY=VALUE: sets a parameter of the scenario").single();
  command.add("--verify", &run.verify, "run each seed twice and compare the trace hashes");
  command.add("--out", &run.out, "where run directories go").with_default().not_empty();
  command.add("--json", &run.json, "one JSON object a run, a line each, in seed order");
  command.add("--junit", &run.junit, "write a JUnit report to this file").not_empty();
  command.add("--no-fork", &run.no_fork,
              "runs in this process, for a debugger: a crash is the debugger's, and no run "
              "directory is written");
  command
      .add("--log", &run.log,
           "lines of the code under test on stderr, in virtual time: off, output (what it prints; "
           "the default with one seed), error, warning, info or debug")
      .log_level();
  command.add("-j,--jobs", &run.jobs, "runs at a time; 0, the default: one a core").whole(0, 1'024);
  command
      .add("--max-failures", &run.max_failures,
           "stop after so many failed runs; 0, the default: never")
      .whole(0);
}

void add_replay(CommandLine& line) {
  const auto [command, request] = line.add<ReplayRequest>(
      line.top(), "replay", "run a saved run again and say whether it is the same",
      [&line](const ReplayRequest& asked) {
        Terminal terminal(line.color);
        return replay_command(asked, line.registry, terminal);
      });
  ReplayRequest& replay = *request;
  command.add("file", &replay.file, "a run directory, or a saved scenario").required();
  const Argument until =
      command.add("--until", &replay.until, "show what led to this event, and stop there").whole(1);
  command.add("--break", &replay.check, "show what led to the violation of this check")
      .excludes(until);
  command.add("--limit", &replay.limit, "events to show").whole(1).with_default();
}

constexpr const char* kHistory = "EDN or JSON as Jepsen writes it, or what --from names";

void add_reading(const Subcommand& command, std::string& from, std::optional<std::string>& sort) {
  std::vector<std::string> names;
  std::string words;
  for (const checkers::Format& format : checkers::formats()) {
    names.emplace_back(format.name);
    words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", format.name, format.doc);
  }
  command.add("--from", &from, "the format (default: found by the content); " + words)
      .one_of(names)
      .shown_as("FORMAT");
  command.add("--sort", &sort, "take the events in the order of their times, not of their lines")
      .one_of({"time"});
}

void add_check(CommandLine& line) {
  const auto [command, request] =
      line.add<CheckRequest>(line.top(), "check", "check a history from anywhere against a model",
                             [&line](const CheckRequest& asked) {
                               Terminal terminal(line.color);
                               return check_command(asked, line.registry, terminal);
                             });
  CheckRequest& check = *request;
  command.add("history", &check.history, kHistory).required();
  add_judging(line, command, check).required();
  command.add("--figures", &check.figures,
              "write a Graphviz file for each cycle of transactions to this folder");
  command.add("--linearization", &check.linearization,
              "for ok: an order of the operations that explains it");
  command.add("--json", &check.json, "one JSON object");
}

void add_convert(CommandLine& line) {
  const auto [command, request] =
      line.add<ConvertRequest>(line.top(), "convert", "write a history in another format",
                               [](const ConvertRequest& asked) { return convert_command(asked); });
  ConvertRequest& convert = *request;
  command.add("input", &convert.input, std::string(kHistory) + "; - for stdin").required();
  add_reading(command, convert.from, convert.sort);
  command.add("output", &convert.output, "the file; - for stdout").required();
  command.add("--to", &convert.to, "the form (default: as the output's name ends, .edn or .jsonl)")
      .one_of({"edn", "edn-vector", "jsonl"});
}

}  // namespace

Argument add_judging(const CommandLine& line, const Subcommand& command, JudgeRequest& judge) {
  add_reading(command, judge.from, judge.sort);
  const Argument model = command.add("--model", &judge.model,
                                     "what the clients talked to: " + model_names(line.registry));
  command.add("--initial", &judge.initial, "the initial value, as EDN");
  command.add("--independent", &judge.independent,
              "values are tuples [key value], one object a key");
  command.add("--workload", &judge.workload,
              "which workload's operations, in a history of several");
  const std::vector<std::string> levels = consistency_levels(line.registry);
  command
      .add("--consistency", &judge.consistency,
           "what must hold: " + checkers::joined(levels) +
               " (default: linearizable; strict-serializable for transactions)")
      .one_of(levels)
      .shown_as("LEVEL");
  command
      .add("--permit,--except", &judge.permitted,
           "a flaw or an anomaly to tell and let pass, for the models that name them; may be "
           "repeated")
      .shown_as("FLAW")
      .single();
  command.add("--forbid", &judge.forbidden, "a flaw that else would pass; may be repeated")
      .shown_as("FLAW")
      .single();
  command.add("--only", &judge.only, "a flaw or an anomaly; no other one counts; may be repeated")
      .shown_as("FLAW")
      .single();
  command
      .add("--limit", &judge.limits, "for availability and lease, as max-gap=5s; may be repeated")
      .shown_as("NAME=VALUE")
      .single();
  command
      .add("--max-configurations", &judge.max_configurations,
           "give up after so many, with exit code 2 (default: 4000000; none with --timeout)")
      .whole(1);
  command
      .add("--timeout", &judge.timeout,
           "give up after as much work as a slow machine does in that time, with exit code 2 "
           "(default: 10s)")
      .shown_as("DURATION");
  return model;
}

void add_run_commands(CommandLine& line) {
  add_run(line);
  add_replay(line);
  add_check(line);
  add_convert(line);
}

}  // namespace windtunnel::cli
