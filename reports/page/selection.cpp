#include <windtunnel/reports/page/selection.h>

#include <windtunnel/reports/words/narrator.h>
#include <windtunnel/reports/words/vocabulary.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::reports {
namespace {

// The lower, the sooner it is kept.
int rank_of(const KindSpec& spec) {
  switch (spec.category) {
    case Category::fault:
    case Category::node:
    case Category::property: return 0;
    case Category::client: return 1;
    case Category::state:
      return spec.weight == Weight::headline || spec.weight == Weight::news ? 0 : 2;
    case Category::message:
    case Category::stream:
    case Category::time:
    case Category::disk:
    case Category::detail: break;
  }
  return 3;
}

class Selector {
 public:
  Selector(const RecordedRun& run, std::uint64_t budget)
      : trace_(run.trace),
        vocabulary_(run.trace.dictionary),
        room_(budget),
        kept_(run.trace.records.size(), false) {
    focus_ = trace_.records.size();
    if (run.result.violation && run.result.violation->event != 0) {
      focus_ = run.result.violation->event;
    }
    first_ = last_ = focus_;
  }

  Selection run() {
    keep(focus_);
    keep_past();
    keep_window(room_ / 2);
    for (int rank = 0; rank < 3 && room_ > 0; ++rank) keep_rank(rank);
    keep_window(room_);
    return finish();
  }

 private:
  void keep(std::uint64_t number) {
    if (number == 0 || number > kept_.size() || room_ == 0 || kept_[number - 1]) return;
    if (trace_.records[number - 1].kind == RecordKind::link) return;
    kept_[number - 1] = true;
    --room_;
  }

  void keep_past() {
    std::uint64_t chain = focus_;
    while (chain != 0 && room_ > 0) {
      keep(chain);
      chain = cause_of(trace_, chain);
    }
  }

  // Mostly what came before: what comes after a violation explains nothing.
  void keep_window(std::uint64_t share) {
    const std::uint64_t leave = room_ - share;
    const std::uint64_t after = leave + share / 8;
    while (first_ > 1 && room_ > after) keep(--first_);
    while (last_ < kept_.size() && room_ > leave) keep(++last_);
  }

  void keep_rank(int rank) {
    for (std::uint64_t number = 1; number <= kept_.size() && room_ > 0; ++number) {
      if (rank_of(vocabulary_.spec_of(trace_.records[number - 1])) == rank) keep(number);
    }
  }

  Selection finish() const {
    Selection selection;
    for (std::uint64_t number = 1; number <= kept_.size(); ++number) {
      if (kept_[number - 1]) selection.rows.push_back(static_cast<std::uint32_t>(number));
    }
    selection.left_out = fmt::format(
        "This page holds {} of the run's {} events: all from {} to {}; outside of that, faults, "
        "crashes and changes of role, then client operations and other changes of state as far as "
        "there was room. A report made with --full holds them all.",
        selection.rows.size(), kept_.size(), format_time(time_of(first_)),
        format_time(time_of(last_)));
    return selection;
  }

  std::int64_t time_of(std::uint64_t number) const { return trace_.records[number - 1].time.ns; }

  const TraceData& trace_;
  Vocabulary vocabulary_;
  std::uint64_t room_;
  std::uint64_t focus_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  std::vector<bool> kept_;
};

}  // namespace

Selection select_records(const RecordedRun& run, std::uint64_t budget) {
  const std::vector<Record>& records = run.trace.records;
  if (budget != 0 && records.size() > budget) {
    return Selector(run, budget).run();
  }
  Selection all;
  for (std::uint64_t number = 1; number <= records.size(); ++number) {
    if (records[number - 1].kind == RecordKind::link) continue;
    all.rows.push_back(static_cast<std::uint32_t>(number));
  }
  return all;
}

std::vector<bool> causal_past(const TraceData& trace, std::uint64_t number) {
  std::vector<bool> past(trace.records.size(), false);
  if (number == 0 || number > past.size()) return past;
  past[number - 1] = true;
  std::uint64_t last = number;
  while (last < past.size() && trace.records[last].kind == RecordKind::link) ++last;
  // In descending order every effect comes before its causes. Links directly follow the record that
  // they belong to, and whatever it led to comes after them.
  for (std::uint64_t at = last; at > 0; --at) {
    const Record& record = trace.records[at - 1];
    if (record.kind == RecordKind::link) {
      std::uint64_t child = at - 1;
      while (child > 0 && trace.records[child - 1].kind == RecordKind::link) --child;
      if (child > 0 && past[child - 1] && record.a > 0 && record.a < at) past[record.a - 1] = true;
      continue;
    }
    if (!past[at - 1]) continue;
    const std::uint64_t cause = cause_of(trace, at);
    if (cause != 0) past[cause - 1] = true;
  }
  return past;
}

}  // namespace windtunnel::reports
