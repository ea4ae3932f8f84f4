#include <windtunnel/reports/page/html_report.h>

#include <windtunnel/protocols/base/assert.h>
#include <windtunnel/reports/page/report_data.h>
#include <windtunnel/reports/text/happens_before.h>

#include <fmt/format.h>

#include <map>

namespace windtunnel::reports {
namespace {

// In the order in which they are joined into one script.
constexpr std::string_view kScripts[] = {
    "dom.js",       "columns.js",   "fields.js",  "model.js",    "cone.js",
    "theme.js",     "view.js",      "lanes.js",   "strips.js",   "arrows.js",
    "events.js",    "diagram.js",   "minimap.js", "history.js",  "log.js",
    "inspector.js", "eventlist.js", "page.js",    "keyboard.js", "main.js"};

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string scripts() {
  std::string out;
  for (const std::string_view name : kScripts) {
    const std::string_view text = asset(name);
    WT_ASSERT(!text.empty(), "every script of the page is embedded");
    out += text;
    out += '\n';
  }
  return out;
}

// The template with its {{name}}s replaced; what is put in is not looked at again.
std::string fill(std::string_view page, const std::map<std::string, std::string>& values) {
  std::string out;
  while (true) {
    const std::size_t open = page.find("{{");
    out += page.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = page.find("}}", open);
    WT_ASSERT(close != std::string_view::npos, "the template closes its names");
    const auto value = values.find(std::string(page.substr(open + 2, close - open - 2)));
    WT_ASSERT(value != values.end(), "the template names a known value");
    out += value->second;
    page.remove_prefix(close + 2);
  }
}

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
  std::string page = fill(asset("template.html"), {{"title", escape_html(title_of(run.result))},
                                                   {"style", std::string(asset("report.css"))},
                                                   {"script", scripts()},
                                                   {"excerpt", excerpt},
                                                   {"data", data.json},
                                                   {"columns", data.columns}});
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
