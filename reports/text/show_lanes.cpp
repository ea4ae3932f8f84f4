#include <windtunnel/reports/text/show_lanes.h>

#include <windtunnel/reports/text/log_lines.h>

#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace windtunnel::reports {
namespace {

constexpr std::size_t kLines = 60;

struct Column {
  char sign = '.';
  bool paused = false;
  std::uint64_t term = 0;
  std::uint64_t commit = 0;
  bool speaks = false;  // has observed something: a server
};

char sign_of(std::uint64_t role) {
  constexpr std::string_view kSigns =
      "\\\?"
      "\?/|";
  return role < kSigns.size() ? kSigns[role] : '.';
}

class Lanes {
 public:
  Lanes(const RecordedRun& run, const ShowOptions& options, std::uint64_t center)
      : run_(run),
        narrator_(run.trace, options.words),
        limit_(options.limit == 0 ? kLines : options.limit),
        center_(center),
        columns_(run.trace.nodes.size()) {
    for (const Record& record : run.trace.records) {
      if (record.is_observation() && record.node.value < columns_.size()) {
        columns_[record.node.value].speaks = true;
      }
    }
  }

  std::string text() {
    std::string out =
        "/ leader  \\ follower  ? candidate  | learner  # down  = paused  . not known;"
        " term:commit; the line's node in [ ]\n";
    out += fmt::format("{:>9} {:>14} ", "event", "time");
    for (std::uint32_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].speaks) out += fmt::format(" {:<12}", narrator_.node(NodeId{i}));
    }
    out += '\n';
    std::deque<std::string> before;
    std::size_t after = 0;
    std::uint64_t shown = 0;
    const std::size_t keep_before = std::max<std::size_t>(1, limit_ - limit_ / 4);
    for (std::uint64_t number = 1; number <= run_.trace.records.size(); ++number) {
      const Record& record = run_.trace.records[number - 1];
      if (!apply(record) && number != center_) continue;
      if (number > center_ && ++after > limit_ - keep_before) break;
      // What was said since the line before; a debugger's lines would hide the rest.
      before.push_back(log_since(shown, number) + line(number, record));
      shown = number;
      if (number <= center_ && before.size() > keep_before) before.pop_front();
    }
    for (const std::string& one : before) out += one;
    // Behind the last event, the last words of a crash.
    const std::uint64_t size = run_.trace.records.size();
    return shown == center_ ? out + log_since(shown, size + 1) : out;
  }

 private:
  // False when the record changes nothing that is shown.
  bool apply(const Record& record) {
    switch (record.kind) {
      case RecordKind::fault_begin:
      case RecordKind::fault_end:
      case RecordKind::phase:
      case RecordKind::violation: return true;
      default: break;
    }
    if (record.node.value >= columns_.size()) return false;
    Column& column = columns_[record.node.value];
    switch (record.kind) {
      case RecordKind::start: column = {.speaks = column.speaks}; return column.speaks;
      case RecordKind::crash: column = {.sign = '#', .speaks = column.speaks}; return true;
      case RecordKind::pause: column.paused = true; return true;
      case RecordKind::resume: column.paused = false; return true;
      default: break;
    }
    if (!record.is_observation()) return false;
    switch (record.observation()) {
      case ObservationKind::role:
        column.sign = sign_of(record.a);
        column.term = record.b;
        return true;
      case ObservationKind::term:
      case ObservationKind::recovered: column.term = record.a; return true;
      case ObservationKind::commit:
        column.commit = record.a;
        return record.d == 1;  // followers learn of it a little later: that is not worth a line
      case ObservationKind::truncate:
      case ObservationKind::snapshot_taken:
      case ObservationKind::snapshot_installed: return true;
      default: return false;
    }
  }

  std::string log_since(std::uint64_t last, std::uint64_t number) const {
    constexpr std::size_t kMost = 8;
    std::string out;
    std::size_t count = 0;
    for (const LogLine& said : log_after(run_.trace, last, number - 1)) {
      if (said.level == LogLevel::debug || ++count > kMost) continue;
      out += fmt::format("{:>9} {:>14}   {} {}: {}\n", "log", format_time(said.time.ns),
                         narrator_.node(said.node), name_of(said.level), printable(said.text));
    }
    if (count > kMost)
      out += fmt::format("{:>9} {:>14}   and {} more lines\n", "log", "", count - kMost);
    return out;
  }

  std::string line(std::uint64_t number, const Record& record) const {
    std::string out = fmt::format("{}{:>8} {:>14} ", number == center_ ? ">" : " ", number,
                                  format_time(record.time.ns));
    for (std::uint32_t i = 0; i < columns_.size(); ++i) {
      const Column& column = columns_[i];
      if (!column.speaks) continue;
      const char sign = column.paused ? '=' : column.sign;
      std::string cell = fmt::format("{} {}:{}", sign, column.term, column.commit);
      if (column.sign == '#' || column.sign == '.') cell = std::string(1, sign);
      const bool here = record.node == NodeId{i};
      out += fmt::format("{:<13}", here ? "[" + cell + "]" : " " + cell);
    }
    const std::string who = record.node == kNoNode ? "" : narrator_.node(record.node) + " ";
    return out + " " + who + narrator_.sentence(record) + "\n";
  }

  const RecordedRun& run_;
  Narrator narrator_;
  std::size_t limit_;
  std::uint64_t center_;
  std::vector<Column> columns_;
};

}  // namespace

std::string show_lanes(const RecordedRun& run, const ShowOptions& options, std::uint64_t center) {
  return Lanes(run, options, center).text();
}

}  // namespace windtunnel::reports
