#include <windtunnel/reports/text/diff.h>

#include <fmt/format.h>

#include <algorithm>

namespace windtunnel::reports {
namespace {

std::string side(const char* name, const RecordedRun& run, const Narrator& narrator,
                 std::uint64_t number) {
  if (number > run.trace.records.size()) {
    return fmt::format("{}  the run ends after {} events\n", name, run.trace.records.size());
  }
  return fmt::format("{}  {}\n", name, narrator.line(number));
}

// The words in which both records differ.
std::string differing_words(const Record& a, const Record& b, const Narrator& na,
                            const Narrator& nb) {
  std::string out;
  const auto add = [&](std::string_view name, const std::string& x, const std::string& y) {
    if (x != y) out += fmt::format("   {}: {} in A, {} in B\n", name, x, y);
  };
  add("time", fmt::format("{} ns", a.time.ns), fmt::format("{} ns", b.time.ns));
  add("kind", std::string(name_of(na.spec_of(a))), std::string(name_of(nb.spec_of(b))));
  add("node", na.node(a.node), nb.node(b.node));
  add("cause", std::to_string(a.cause), std::to_string(b.cause));
  add("life", std::to_string(a.incarnation.value), std::to_string(b.incarnation.value));
  add("group", std::to_string(a.group.value), std::to_string(b.group.value));
  if (a.kind != b.kind) return out;
  const auto fields_a = na.fields(a);
  const auto fields_b = nb.fields(b);
  for (std::size_t i = 0; i < std::min(fields_a.size(), fields_b.size()); ++i) {
    add(fields_a[i].first, fields_a[i].second, fields_b[i].second);
  }
  if (out.empty()) {
    out = fmt::format("   words: {:x} {:x} {:x} {:x} {:x} in A, {:x} {:x} {:x} {:x} {:x} in B\n",
                      a.aux, a.a, a.b, a.c, a.d, b.aux, b.a, b.b, b.c, b.d);
  }
  return out;
}

}  // namespace

RunDifference diff_runs(const RecordedRun& a, const RecordedRun& b, const MessageWords& words) {
  RunDifference difference;
  difference.event = first_difference(a.trace, b.trace);
  if (difference.event == 0) {
    difference.common = a.trace.records.size();
    difference.text = fmt::format("The runs are the same: {} events, trace hash {}.\n",
                                  difference.common, to_hex(a.trace.hash));
    return difference;
  }
  difference.common = difference.event - 1;
  const Narrator na(a.trace, words);
  const Narrator nb(b.trace, words);
  std::string& out = difference.text;
  out = fmt::format("The runs are the same for {} events and differ at event {}.\n",
                    difference.common, difference.event);
  constexpr std::uint64_t kBefore = 5;
  const std::uint64_t from = difference.event > kBefore ? difference.event - kBefore : 1;
  for (std::uint64_t number = from; number < difference.event; ++number) {
    out += side("  ", a, na, number);
  }
  out += side("A ", a, na, difference.event);
  out += side("B ", b, nb, difference.event);
  const std::uint64_t shorter = std::min(a.trace.records.size(), b.trace.records.size());
  if (difference.event <= shorter) {
    out += differing_words(a.trace.records[difference.event - 1],
                           b.trace.records[difference.event - 1], na, nb);
  }
  return difference;
}

}  // namespace windtunnel::reports
