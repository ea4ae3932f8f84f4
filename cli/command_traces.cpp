// The command line of report, show, diff and export.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/traces.h>

namespace windtunnel::cli {
namespace {

constexpr const char* kRun = "a run directory, or a trace file";

void add_report(CommandLine& line) {
  const auto [command, request] = line.add<ReportRequest>(
      line.top(), "report", "write the HTML report of a run, or of a history from anywhere",
      [&line](const ReportRequest& asked) { return report_command(asked, line.registry); });
  command.add("run", &request->run, std::string(kRun) + ", or a history").required();
  command.add("-o,--output", &request->output, "the file (default: beside the run)").not_empty();
  const Argument full = command.add("--full", &request->full, "all events of a run, however many");
  add_judging(line, command, *request).excludes(full);
}

void add_show(CommandLine& line) {
  const auto [command, request] = line.add<ShowRequest>(
      line.top(), "show", "show a run as text",
      [&line](const ShowRequest& asked) { return show_command(asked, line.registry); });
  command.add("run", &request->run, kRun).required();
  command.add("--format", &request->format, "the form")
      .one_of({"lanes", "table", "mermaid", "dot"})
      .with_default();
  command.add("--around", &request->around, "an event (default: the violation, or else the end)")
      .whole(1);
  command.add("--limit", &request->limit, "lines to show (default: what suits the form)")
      .whole(1, 1'000'000);
  command.add("--node", &request->node, "table: only what happened at this node");
}

void add_diff(CommandLine& line) {
  const auto [command, request] = line.add<DiffRequest>(
      line.top(), "diff", "the first event at which two runs differ",
      [&line](const DiffRequest& asked) { return diff_command(asked, line.registry); });
  command.add("first", &request->first, kRun).required();
  command.add("second", &request->second, kRun).required();
}

void add_export(CommandLine& line) {
  const auto [command, request] = line.add<ExportRequest>(
      line.top(), "export", "write a run in a form that other tools read",
      [&line](const ExportRequest& asked) { return export_command(asked, line.registry); });
  command.add("run", &request->run, kRun).required();
  command.add("--to", &request->to, "the form")
      .required()
      .one_of({"jsonl", "edn", "shiviz", "mermaid", "dot", "perfetto"});
  command
      .add("--around", &request->around,
           "shiviz, mermaid, dot: an event (default: the violation, or else the end)")
      .whole(1);
  command.add("-o,--output", &request->output, "the file (default: stdout)").not_empty();
}

}  // namespace

void add_trace_commands(CommandLine& line) {
  add_report(line);
  add_show(line);
  add_diff(line);
  add_export(line);
}

}  // namespace windtunnel::cli
