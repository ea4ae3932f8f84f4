// The command line of report, show, diff and export.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/traces.h>

namespace windtunnel::cli {
namespace {

constexpr const char* kRun = "a run directory, or a trace file";

void add_report(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ReportRequest>(
      line.app, "report", "write the HTML report of a run", command,
      [&line](const ReportRequest& asked) { return report_command(asked, line.registry); });
  command->add_option("run", request->run, kRun)->required();
  command->add_option("-o,--output", request->output, "the file (default: beside the run)")
      ->check(some_name());
  command->add_flag("--full", request->full, "all events, however many");
}

void add_show(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ShowRequest>(
      line.app, "show", "show a run as text", command,
      [&line](const ShowRequest& asked) { return show_command(asked, line.registry); });
  command->add_option("run", request->run, kRun)->required();
  command->add_option("--format", request->format, "the form")
      ->check(CLI::IsMember({"lanes", "table", "mermaid", "dot"}))
      ->capture_default_str();
  command
      ->add_option("--around", request->around,
                   "an event (default: the violation, or else the end)")
      ->check(whole_number(1));
  command->add_option("--limit", request->limit, "lines to show (default: what suits the form)")
      ->check(whole_number(1, 1'000'000));
  command->add_option("--node", request->node, "table: only what happened at this node");
}

void add_diff(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<DiffRequest>(
      line.app, "diff", "the first event at which two runs differ", command,
      [&line](const DiffRequest& asked) { return diff_command(asked, line.registry); });
  command->add_option("first", request->first, kRun)->required();
  command->add_option("second", request->second, kRun)->required();
}

void add_export(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ExportRequest>(
      line.app, "export", "write a run in a form that other tools read", command,
      [&line](const ExportRequest& asked) { return export_command(asked, line.registry); });
  command->add_option("run", request->run, kRun)->required();
  command->add_option("--to", request->to, "the form")
      ->required()
      ->check(CLI::IsMember({"jsonl", "edn", "shiviz", "mermaid", "dot", "perfetto"}));
  command
      ->add_option("--around", request->around,
                   "shiviz, mermaid, dot: an event (default: the violation, or else the end)")
      ->check(whole_number(1));
  command->add_option("-o,--output", request->output, "the file (default: stdout)")
      ->check(some_name());
}

}  // namespace

void add_trace_commands(CommandLine& line) {
  add_report(line);
  add_show(line);
  add_diff(line);
  add_export(line);
}

}  // namespace windtunnel::cli
