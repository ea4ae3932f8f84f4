#include <windtunnel/reports/page/history_data.h>

#include <windtunnel/checkers/availability/fault_windows.h>
#include <windtunnel/protocols/base/time_text.h>
#include <windtunnel/reports/page/columns.h>
#include <windtunnel/reports/page/findings.h>
#include <windtunnel/reports/page/operation_columns.h>
#include <windtunnel/reports/page/page_kinds.h>
#include <windtunnel/reports/page/report_data.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::reports {
namespace {

namespace json = boost::json;
using checkers::Event;
using checkers::History;
using checkers::NemesisSpan;

// The value of the last event of the action that begins at `from`: what it says it did.
std::string detail_of(const History& history, std::uint32_t from) {
  const std::vector<Event>& events = history.events();
  const auto begin = events.begin() + from;
  const auto second =
      std::find_if(begin + 1, events.end(), [](const Event& event) { return event.is_nemesis; });
  const bool is_its = second != events.end() && second->f == begin->f;
  return shown_text(is_its && !second->value.is_nil() ? second->value : begin->value);
}

json::array bands_of(const History& history, const OperationView& view, json::array& notes) {
  std::vector<NemesisSpan> spans = checkers::nemesis_spans(history);
  if (spans.size() > kMostBands) {
    notes.push_back(json_text(fmt::format("Of {} actions of the nemesis the first {} are shown.",
                                          spans.size(), kMostBands)));
    spans.resize(kMostBands);
  }
  json::array bands;
  for (const NemesisSpan& span : spans) {
    json::object band;
    band["id"] = "";
    band["label"] = json_text(span.name);
    band["begin"] = place_on(view, history, span.from);
    band["end"] = span.to == checkers::kNoEvent ? -1 : place_on(view, history, span.to);
    band["mark"] = !span.is_known;
    band["detail"] = json_text(detail_of(history, span.from));
    bands.push_back(std::move(band));
  }
  return bands;
}

// What the reader should know of how the history is drawn.
json::array notes_of(const History& history, const OperationView& view) {
  json::array notes;
  const auto has_time = [](const Event& event) { return event.time_ns != checkers::kNoTime; };
  const bool timed = std::any_of(history.events().begin(), history.events().end(), has_time);
  if (view.axis == Axis::order && !history.events().empty()) {
    notes.push_back(json_text(
        timed ? "The times of its events go back, or some have none: events are drawn in their "
                "order. With --sort time they are taken in the order of their times."
              : "Its events have no times: they are drawn in their order."));
  }
  if (view.origin_ns != 0) {
    notes.push_back(json_text("Times on the axis are since its first event, which was at " +
                              seconds_text(view.origin_ns) + "."));
  }
  if (!history.knowledge().real_time) {
    notes.push_back(json_text(
        "Its operations have no invocations: each is drawn where its completion stands."));
  }
  return notes;
}

void tell_judgement(const JudgedHistory& judged, json::object& page) {
  const checkers::Judgement none{};
  const checkers::Judgement& judgement = judged.judgement ? *judged.judgement : none;
  page["verdict"] =
      judged.judgement ? json_text(name_of(judgement.verdict.decision)) : json_text("not judged");
  page["judge"] = json_text(judged.judge);
  page["command"] = json_text(judged.command);
  page["algorithm"] = json_text(judgement.verdict.algorithm);
  page["reason"] = json_text(judgement.verdict.reason);
  page["findings"] = judged.judgement ? findings_of(judgement) : json::array{};
  page["levels"] = levels_of(judgement);
  page["figures"] = figures_of(judgement);
  page["open"] = open_of(judgement);
}

}  // namespace

HistoryData make_history_data(const JudgedHistory& judged) {
  const History& history = judged.history;
  OperationView view = view_of(history);
  view.tuples = judged.tuples;
  json::array notes = notes_of(history, view);
  json::object page;
  page["name"] = json_text(judged.name);
  page["axis"] = view.axis == Axis::time ? "time" : "order";
  const auto last = static_cast<std::uint32_t>(history.events().size()) - 1;
  page["duration"] = history.events().empty() ? 0 : place_on(view, history, last);
  page["bands"] = bands_of(history, view, notes);
  page["notes"] = std::move(notes);
  json::array hints;
  for (const std::string& hint : judged.hints) hints.push_back(json_text(hint));
  page["hints"] = std::move(hints);
  tell_judgement(judged, page);

  ColumnWriter columns;
  TextTable texts;
  HistoryData out;
  out.rows = write_operations(history, view, columns, texts);
  texts.write(columns);
  page["columns"] = columns.directory();
  out.json = json_for_script(page);
  out.columns = columns.base64();
  return out;
}

}  // namespace windtunnel::reports
