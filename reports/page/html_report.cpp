#include <windtunnel/reports/page/html_report.h>

#include <windtunnel/reports/page/assembly.h>
#include <windtunnel/reports/page/report_data.h>
#include <windtunnel/reports/text/happens_before.h>

#include <fmt/format.h>

namespace windtunnel::reports {
namespace {

// In the order in which they are joined into one script.
constexpr std::string_view kScripts[] = {
    "dom.js",     "columns.js",  "times.js",     "rows.js",      "fields.js",   "model.js",
    "cone.js",    "theme.js",    "view.js",      "bands.js",     "navigate.js", "lanes.js",
    "strips.js",  "arrows.js",   "events.js",    "diagram.js",   "minimap.js",  "operations.js",
    "clients.js", "log.js",      "inspector.js", "parts.js",     "list.js",     "eventlist.js",
    "page.js",    "keyboard.js", "eventkeys.js", "selection.js", "main.js"};

std::string title_of(const ResultFile& result) {
  std::string title = result.scenario.empty() ? "Run" : result.scenario;
  if (!result.seed.empty()) title += ", seed " + result.seed;
  if (!result.verdict.empty()) title += ": " + result.verdict;
  return title;
}

// The happens-before section: the picture, or the DOT text and why there is no picture.
std::string excerpt_section(const RecordedRun& run, const ReportOptions& options,
                            std::string& problem) {
  const std::uint64_t center = center_of(run);
  if (center == 0) return {};
  const Narrator narrator(run.trace, options.words);
  std::vector<std::uint64_t> related;
  if (run.result.violation) related = run.result.violation->related;
  const Excerpt excerpt = excerpt_around(run.trace, center, related);
  if (excerpt.events.empty()) return {};
  const std::string dot = to_dot(excerpt, run.trace, narrator);
  const Drawing drawing = draw(dot, options.graphviz);
  problem = drawing.problem;
  const std::string source = escape_html(dot);
  if (!drawing.svg.empty()) {
    return fmt::format(
        "<div class=\"graph\" id=\"graph\">{}</div>\n<details><summary>Graphviz source</summary>"
        "<pre class=\"code\">{}</pre></details>",
        drawing.svg, source);
  }
  return fmt::format("<p class=\"note\">{}</p>\n<pre class=\"code\">{}</pre>",
                     escape_html(drawing.problem), source);
}

}  // namespace

std::string render_report(const RecordedRun& run, const ReportOptions& options,
                          ReportSummary* summary) {
  const Selection selection = select_records(run, options.event_budget);
  const ReportData data = make_report_data(run, selection, options.words);
  std::string problem;
  const std::string excerpt = excerpt_section(run, options, problem);
  const std::string page = assemble_page({title_of(run.result),
                                          "run.html",
                                          {{"excerpt", excerpt}},
                                          kScripts,
                                          data.json,
                                          data.columns});
  if (summary != nullptr) {
    summary->bytes = page.size();
    summary->events_shown = data.rows;
    summary->events = run.trace.records.size();
    summary->left_out = data.left_out;
    summary->problem = problem;
  }
  return page;
}

FileResult<ReportSummary> write_report(const std::string& run, const std::string& output,
                                       const ReportOptions& options) {
  const FileResult<RecordedRun> loaded = load_run(run);
  if (!loaded) return loaded.error();
  ReportSummary summary;
  summary.path = output;
  const std::string page = render_report(*loaded, options, &summary);
  const FileResult<void> written = write_file_atomically(output, as_bytes(page));
  if (!written) return written.error();
  return summary;
}

}  // namespace windtunnel::reports
