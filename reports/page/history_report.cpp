#include <windtunnel/reports/page/history_report.h>

#include <windtunnel/reports/page/assembly.h>
#include <windtunnel/reports/page/history_data.h>

namespace windtunnel::reports {
namespace {

// In the order in which they are joined into one script.
constexpr std::string_view kHistoryScripts[] = {
    "dom.js",        "columns.js", "times.js", "rows.js",          "historymodel.js",
    "theme.js",      "view.js",    "bands.js", "navigate.js",      "minimap.js",
    "operations.js", "parts.js",   "list.js",  "operationlist.js", "operationinspector.js",
    "selection.js",  "judged.js",  "cycle.js", "keyboard.js",      "operationkeys.js",
    "historymain.js"};

}  // namespace

std::string render_history(const JudgedHistory& judged, HistorySummary* summary) {
  const HistoryData data = make_history_data(judged);
  const std::string verdict =
      judged.judgement ? std::string(name_of(judged.judgement->verdict.decision)) : "not judged";
  const std::string page = assemble_page(
      {judged.name + ": " + verdict, "history.html", {}, kHistoryScripts, data.json, data.columns});
  if (summary != nullptr) {
    *summary = {page.size(), judged.history.operations().size(), data.rows};
  }
  return page;
}

FileResult<HistorySummary> write_history_report(const JudgedHistory& judged,
                                                const std::string& output) {
  HistorySummary summary;
  const std::string page = render_history(judged, &summary);
  const FileResult<void> written = write_file_atomically(output, as_bytes(page));
  if (!written) return written.error();
  return summary;
}

}  // namespace windtunnel::reports
