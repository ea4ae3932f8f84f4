#include <windtunnel/reports/text/show_lanes.h>

#include <windtunnel/reports/text/log_lines.h>
#include <windtunnel/reports/words/timeline.h>
#include <windtunnel/sim/trace/standings.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <span>

namespace windtunnel::reports {
namespace {

constexpr std::size_t kLines = 60;

// A node in one of its groups.
struct Column {
  NodeId node;
  GroupId group;
};

class Lanes {
 public:
  Lanes(const RecordedRun& run, const ShowOptions& options, std::uint64_t center)
      : run_(run),
        dictionary_(run.trace.dictionary),
        narrator_(run.trace, options.words),
        limit_(options.limit == 0 ? kLines : options.limit),
        center_(center),
        standings_(dictionary_, run.trace.nodes.size()),
        paused_(run.trace.nodes.size(), false),
        furthest_(std::size_t{dictionary_.group_count()}) {
    std::vector<bool> speaks(standings_.all().size(), false);
    for (const Record& record : run.trace.records) {
      const bool known =
          record.node.value < run.trace.nodes.size() && record.group.value < standings_.groups();
      if (!record.is_observation() || !known) continue;
      note_speaker(record, speaks);
      if (record.observation() == ObservationKind::role) plays_roles_.insert(record.group);
    }
    for (const Standing& standing : standings_.all()) {
      if (speaks[place(standing.node, standing.group)]) {
        columns_.push_back({standing.node, standing.group});
      }
    }
  }

  std::string text() {
    std::string out = legend();
    out += fmt::format("{:>9} {:>14} ", "event", "time");
    for (const Column& column : columns_) out += fmt::format(" {:<12}", title(column));
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
  // Who speaks in one of a few groups is shown in all of them: where it is silent matters too.
  void note_speaker(const Record& record, std::vector<bool>& speaks) const {
    constexpr std::uint32_t kFew = 8;
    speaks[place(record.node, record.group)] = true;
    const ServiceWords* service = dictionary_.of(record.group);
    if (service == nullptr || service->groups > kFew) return;
    for (std::uint32_t i = 0; i < service->groups; ++i) {
      speaks[place(record.node, GroupId{service->first.value + i})] = true;
    }
  }
  std::size_t place(NodeId node, GroupId group) const {
    return std::size_t{node.value} * standings_.groups() + group.value;
  }

  // "/ leader  \\ follower  ... term:commit"
  std::string legend() const {
    std::string signs;
    std::string numbers;
    for (const ServiceWords& service : dictionary_.services()) {
      const auto last = GroupId{service.first.value + service.groups};
      const auto plays = plays_roles_.lower_bound(service.first);
      const bool has_roles = plays != plays_roles_.end() && *plays < last;
      for (const RoleWord& role : has_roles ? service.roles : std::span<const RoleWord>()) {
        const std::string one =
            printable(std::string(1, role.sign) + " " + std::string(role.name)) + "  ";
        if (signs.find(one) == std::string::npos) signs += one;
      }
      std::string its;
      for (const std::size_t counter : shown_counters(service)) {
        its += (its.empty() ? "" : ":") + printable(service.counters[counter].name);
      }
      if (numbers.find(its) == std::string::npos) numbers += (numbers.empty() ? "" : ", ") + its;
    }
    if (!numbers.empty()) numbers += "; ";
    const std::string_view none = signs.empty() ? ". up" : ". not known";
    return fmt::format("{}# down  = paused  {}; {}the line's node in [ ]\n", signs, none, numbers);
  }

  std::string title(const Column& column) const {
    std::string name = narrator_.node(column.node);
    const ServiceWords* service = dictionary_.of(column.group);
    if (service->groups > 1) {
      name += "/" + std::to_string(column.group.value - service->first.value);
    }
    return name;
  }

  // False when the record changes nothing that is shown.
  bool apply(const Record& record) {
    bool shown = false;
    standings_.take(record, [&](const Standing& standing) { shown = is_shown(standing) || shown; });
    switch (record.kind) {
      case RecordKind::fault_begin:
      case RecordKind::fault_end:
      case RecordKind::phase:
      case RecordKind::violation: return true;
      default: break;
    }
    if (record.node.value >= paused_.size()) return false;
    switch (record.kind) {
      case RecordKind::start:
      case RecordKind::crash: paused_[record.node.value] = false; return has_column(record.node);
      case RecordKind::pause: paused_[record.node.value] = true; return true;
      case RecordKind::resume: paused_[record.node.value] = false; return true;
      default: break;
    }
    if (!record.is_observation()) return false;
    switch (narrator_.spec_of(record).weight) {
      case Weight::headline:
      case Weight::news:
      case Weight::state: return true;
      case Weight::routine: return shown;
      case Weight::detail: break;
    }
    return false;
  }

  // That others reach a number a little later is not worth a line: one that goes on is.
  bool is_shown(const Standing& standing) {
    const ServiceWords& service = *dictionary_.of(standing.group);
    auto& furthest = furthest_[standing.group.value];
    bool goes_on = false;
    for (const std::size_t counter : shown_counters(service)) {
      if (standing.values[counter] <= furthest[counter]) continue;
      furthest[counter] = standing.values[counter];
      goes_on = true;
    }
    return goes_on;
  }

  bool has_column(NodeId node) const {
    return std::any_of(columns_.begin(), columns_.end(),
                       [&](const Column& column) { return column.node == node; });
  }

  std::string cell(const Column& column) const {
    const Standing& standing = standings_.at(column.node, column.group);
    const ServiceWords& service = *dictionary_.of(column.group);
    if (!standing.up) return "#";
    const bool has_role = standing.role < service.roles.size();
    const char role = has_role ? service.roles[standing.role].sign : '.';
    std::string text(1, paused_[column.node.value] ? '=' : role);
    if (!standing.spoke || (!has_role && standing.values == Standing().values)) return text;
    std::string numbers;
    for (const std::size_t counter : shown_counters(service)) {
      numbers += (numbers.empty() ? " " : ":") + std::to_string(standing.values[counter]);
    }
    return text + numbers;
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
    for (const Column& column : columns_) {
      const bool is_its_group = !record.is_observation() || record.group == column.group;
      const bool here = record.node == column.node && is_its_group;
      const std::string text = printable(cell(column));
      out += fmt::format("{:<13}", here ? "[" + text + "]" : " " + text);
    }
    const std::string who = record.node == kNoNode ? "" : narrator_.node(record.node) + " ";
    return out + " " + who + narrator_.sentence(record) + "\n";
  }

  const RecordedRun& run_;
  const Dictionary& dictionary_;
  Narrator narrator_;
  std::size_t limit_;
  std::uint64_t center_;
  Standings standings_;
  std::vector<bool> paused_;                                        // by node
  std::vector<std::array<std::uint64_t, kMostCounters>> furthest_;  // by group
  std::vector<Column> columns_;
  std::set<GroupId> plays_roles_;  // whose nodes said which role they take
};

}  // namespace

std::string show_lanes(const RecordedRun& run, const ShowOptions& options, std::uint64_t center) {
  return Lanes(run, options, center).text();
}

}  // namespace windtunnel::reports
