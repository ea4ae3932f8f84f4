#include <windtunnel/reports/text/text_report.h>

#include <windtunnel/reports/text/diff.h>
#include <windtunnel/reports/text/export.h>
#include <windtunnel/reports/words/timeline.h>
#include "tests/unit/reports/page/synthetic.h"
#include "tests/unit/reports/small_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace windtunnel::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string shown(ShowFormat format, const std::string& node = {}) {
  ShowOptions options;
  options.format = format;
  options.node = node;
  options.words = small_words();
  const auto text = show(small_run(), options);
  return text ? *text : text.error().what;
}

TEST(Show, LinesOfTheLogStandBehindTheirEvent) {
  RecordedRun run = small_run();
  run.trace.log = {{4, 4, Instant{11'000'000}, NodeId{0}, {}, LogLevel::info, "sent\x1b it"},
                   {6, 5, Instant{12'000'000}, NodeId{1}, {}, LogLevel::debug, "took it"},
                   {10, 6, Instant{16'000'000}, NodeId{1}, {}, LogLevel::output, "done"}};
  ShowOptions options;
  options.words = small_words();
  options.format = ShowFormat::table;
  const std::string table = *show(run, options);
  EXPECT_THAT(table, HasSubstr("sends append to n2\n"
                               "      log      0.011000 s  n1      info: sent  it\n"));
  EXPECT_THAT(table, HasSubstr("\n      log      0.016000 s  n2      output: done\n"));
  options.node = "n2";
  EXPECT_THAT(*show(run, options), Not(HasSubstr("sent")));
  options.node.clear();
  options.format = ShowFormat::lanes;
  const std::string lanes = *show(run, options);
  EXPECT_THAT(lanes, HasSubstr("      log     0.011000 s   n1 info: sent  it\n"));
  EXPECT_THAT(lanes, Not(HasSubstr("took it"))) << "lanes have no room for it";
  EXPECT_THAT(lanes, HasSubstr("output: done"));
}

TEST(Show, LanesAreALineAChange) {
  EXPECT_EQ(
      shown(ShowFormat::lanes),
      "\\ follower  ? pre-candidate  ? candidate  / leader  | learner  # down  = paused  "
      ". not known; term:commit; the line's node in [ ]\n"
      "    event           time  n1           n2          \n"
      "        1     0.000000 s [.]           .            n1 starts (life 0)\n"
      "        2     0.000000 s  .           [.]           n2 starts (life 0)\n"
      "        3     0.010000 s [/ 1:0]       .            n1 becomes leader in term 1\n"
      "        6     0.012000 s  / 1:0       [. 1:0]       n2 enters term 1, voted for n1\n"
      "        9     0.015000 s [#]           . 1:0        n1 crashes (power loss)\n"
      ">      10     0.016000 s  #           [. 1:0]       n2 raft.commit-durable is violated\n");
}

// B7: one column a node showed two leaders of one term, and a commit index that went back.
TEST(Show, LanesHaveAColumnForEachGroupOfANode) {
  RecordedRun run;
  run.trace = two_groups();
  ShowOptions options;
  options.around = 6;
  const auto text = show(run, options);
  ASSERT_TRUE(text);
  // n2 is silent in n/0.
  EXPECT_THAT(
      *text,
      HasSubstr("    event           time  n1/0         n1/1         n2/0         n2/1        \n"
                "        1     0.001000 s [/ 7:0]       .            .            .            "
                "n1 becomes leader in term 7\n"
                "        2     0.002000 s  / 7:0        .            .           [/ 7:0]       "
                "n2 becomes leader in term 7\n"
                "        3     0.003000 s  / 7:0       [\\ 7:0]       .            / 7:0        "
                "n1 becomes follower in term 7\n"
                "        4     0.004000 s [/ 7:20]      \\ 7:0        .            / 7:0        "
                "n1 commits up to entry 20\n"
                "        5     0.005000 s  / 7:20       \\ 7:0        .           [/ 7:5]       "
                "n2 commits up to entry 5\n"
                ">       6     0.006000 s  / 7:20      [\\ 7:4]       .            / 7:5        "
                "n1 commits up to entry 4\n"));
}

TEST(Timeline, HasStripsForEachGroupOfANode) {
  const Timeline timeline = timeline_of(two_groups());
  ASSERT_EQ(timeline.members.size(), 3U);
  EXPECT_EQ(timeline.members[2], (Member{NodeId{0}, GroupId{1}}));
  std::vector<std::int64_t> lines;  // of n1 in the second group
  for (const StripChange& change : timeline.changes) {
    if (change.member == 2 && change.strip == 2) lines.push_back(change.value);
  }
  EXPECT_THAT(lines, testing::ElementsAre(0, 4));
}

TEST(Show, LanesOfAProtocolWithoutRolesHaveNoSignsForThem) {
  RecordedRun run;
  run.trace.nodes = {"t1"};
  run.trace.dictionary.add("t", "plain", 1, {});
  run.trace.records.push_back(at_ms(1, RecordKind::start, 0));
  const auto text = show(run, ShowOptions{});
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, testing::StartsWith("# down  = paused  . up; term; the line's node in [ ]\n"));
}

// A quarter of the lines is kept for what comes after the event; near an end the others fill in.
TEST(Show, ATableHasAsManyLinesAsItMay) {
  RecordedRun run;
  run.trace.nodes = {"n1"};
  run.trace.dictionary.add("n", "plain", 1, {});
  for (int i = 1; i <= 20; ++i) run.trace.records.push_back(at_ms(i, RecordKind::start, 0));
  ShowOptions options;
  options.format = ShowFormat::table;
  options.limit = 8;
  for (const std::uint64_t around : {20, 10, 3}) {
    options.around = around;
    const auto text = show(run, options);
    ASSERT_TRUE(text);
    EXPECT_EQ(std::count(text->begin(), text->end(), '\n'), 8) << around;
  }
}

// A protocol of users, with roles and counters of its own.
TEST(Show, LanesSayWhatTheProtocolSays) {
  static constexpr ObservationWord kTable[] = {
      {ObservationKind::role, "role", "is {role}", {{{"role", FieldType::role}}}},
      {ObservationKind::user,
       "prepared",
       "prepares {txn}",
       {{{"txn", FieldType::number, "prepared"}}}},
  };
  static constexpr Counter kCounters[] = {{"prepared", ObservationKind::user, Strip::line}};
  static constexpr RoleWord kRoles[] = {{"coordinator", '*', true}, {"participant", '-'}};
  RecordedRun run;
  run.trace.nodes = {"t1"};
  run.trace.dictionary.add("t", "two-phase", 1, {kTable, kCounters, kRoles});
  Record role = at_ms(1, kind_of(ObservationKind::role), 0);
  run.trace.records.push_back(role);
  Record prepared = at_ms(2, kind_of(ObservationKind::user), 0);
  prepared.a = 7;
  run.trace.records.push_back(prepared);
  const auto text = show(run, ShowOptions{});
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("* coordinator  - participant  # down  = paused  . not known; "
                               "prepared; the line's node in [ ]\n"));
  EXPECT_THAT(*text, HasSubstr("[* 7]         t1 prepares 7\n"));
}

TEST(Show, TableHoldsOneNodeWhenAsked) {
  EXPECT_EQ(shown(ShowFormat::table, "n2"),
            "        2      0.000000 s  n2      starts (life 0)\n"
            "        5      0.012000 s  n2      receives append from n1\n"
            "        6      0.012000 s  n2      enters term 1, voted for n1\n"
            ">      10      0.016000 s  n2      raft.commit-durable is violated\n");
  EXPECT_THAT(shown(ShowFormat::table, "n9"), HasSubstr("no node 'n9'"));
}

TEST(Show, MermaidDrawsMessagesAndLosses) {
  const std::string text = shown(ShowFormat::mermaid);
  EXPECT_TRUE(
      text.starts_with("sequenceDiagram\n  participant p0 as n1\n  participant p1 as n2\n"));
  EXPECT_THAT(text, HasSubstr("  p0->>p1: append\n"));
  EXPECT_THAT(text, HasSubstr("  p0--xp1: append lost\n"));
}

// However much comes before it: what was asked for is drawn, with most of the lines before it.
TEST(Show, MermaidHasTheEventThatWasAskedFor) {
  RecordedRun run = small_run();
  const Record arrives = run.trace.records[4];
  ASSERT_EQ(arrives.kind, RecordKind::deliver);
  run.trace.records.insert(run.trace.records.end(), 1'000, arrives);
  Record stops = arrives;
  stops.kind = RecordKind::pause;
  run.trace.records[700] = stops;
  ShowOptions options;
  options.format = ShowFormat::mermaid;
  options.around = 701;
  options.limit = 12;
  const auto text = show(run, options);
  ASSERT_TRUE(text);
  const std::size_t note = text->find("  Note over p1: ");
  ASSERT_NE(note, std::string::npos) << *text;
  EXPECT_EQ(std::count(text->begin() + static_cast<std::ptrdiff_t>(text->find("  p0->>")),
                       text->end(), '\n'),
            12);
  EXPECT_GT(text->find("  p0->>p1", note), note);
}

TEST(Show, RefusesAnEventThatIsNotThere) {
  ShowOptions options;
  options.around = 11;
  const auto text = show(small_run(), options);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::invalid_argument);
  EXPECT_EQ(*show(RecordedRun{}, {}), "The trace holds no events.\n");
}

TEST(Show, EveryFormatTakesALargeRun) {
  RecordedRun run;
  run.trace = synthetic_run(20'000).trace;
  for (const char* name : {"lanes", "table", "mermaid", "dot"}) {
    ShowOptions options;
    options.format = *show_format_of(name);
    options.limit = 20;
    const auto text = show(run, options);
    ASSERT_TRUE(text) << name;
    EXPECT_GT(std::count(text->begin(), text->end(), '\n'), 5) << name;
    EXPECT_LT(std::count(text->begin(), text->end(), '\n'), 80) << name;
  }
  EXPECT_FALSE(show_format_of("picture"));
}

TEST(Export, JsonLinesKeepTheirForm) {
  const std::string text = to_jsonl(small_run(), small_words());
  EXPECT_THAT(
      text, HasSubstr(R"({"v":1,"type":"meta","scenario":"small","seed":"18446744073709551615")"));
  EXPECT_THAT(text, HasSubstr(R"({"id":5,"t":12000000,"node":"n2","kind":"deliver","cause":4,)"
                              R"("f":{"type":"append","from":"n1","message":1,"size":40,)"));
  EXPECT_THAT(text, HasSubstr(R"({"type":"violation","at":10,"check":"raft.commit-durable",)"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 12);
}

TEST(Export, ShivizClocksRiseByOneAndMergeTheSenders) {
  const std::string text = to_shiviz(small_run(), small_words(), 6);
  EXPECT_TRUE(text.starts_with("(?<ts>\\d+) (?<host>\\S+) (?<clock>\\{.*?\\}) (?<event>.*)\n\n"));
  EXPECT_THAT(text, HasSubstr("11000000 n1 {\"n1\":3} sends append to n2\n"));
  EXPECT_THAT(text, HasSubstr("12000000 n2 {\"n1\":3,\"n2\":2} receives append from n1\n"));
}

TEST(Export, PerfettoIsASequenceOfPackets) {
  const std::string text = to_perfetto(small_run(), small_words());
  // Field 1, length-delimited, again and again to the end.
  std::size_t at = 0;
  std::size_t packets = 0;
  while (at < text.size()) {
    ASSERT_EQ(text[at], '\n') << "at byte " << at;
    std::size_t length = 0;
    int shift = 0;
    do {
      ++at;
      length |= static_cast<std::size_t>(static_cast<unsigned char>(text[at]) & 127U) << shift;
      shift += 7;
    } while ((static_cast<unsigned char>(text[at]) & 128U) != 0);
    at += 1 + length;
    ++packets;
  }
  EXPECT_EQ(at, text.size());
  EXPECT_GT(packets, 10U);
  EXPECT_THAT(text, HasSubstr("leader, term 1"));
}

TEST(Export, KnowsItsFormatsByName) {
  for (const char* name : {"jsonl", "edn", "shiviz", "mermaid", "dot", "perfetto"}) {
    const auto format = export_format_of(name);
    ASSERT_TRUE(format) << name;
    EXPECT_EQ(name_of(*format), name);
    ExportOptions options;
    options.format = *format;
    EXPECT_TRUE(export_run(small_run(), options)) << name;
  }
  EXPECT_FALSE(export_format_of("pdf"));
}

TEST(Diff, FindsThePlantedRecord) {
  RecordedRun a;
  a.trace = synthetic_run(2000).trace;
  RecordedRun b = a;
  EXPECT_EQ(diff_runs(a, b).event, 0U);
  b.trace.records[1233].time.ns += 7;
  const RunDifference difference = diff_runs(a, b);
  EXPECT_EQ(difference.event, 1234U);
  EXPECT_EQ(difference.common, 1233U);
  EXPECT_THAT(difference.text, HasSubstr("differ at event 1234"));
  EXPECT_THAT(difference.text, HasSubstr("time: "));
}

TEST(Diff, SaysWhenOneRunEnds) {
  RecordedRun a = small_run();
  RecordedRun b = small_run();
  b.trace.records.pop_back();
  const RunDifference difference = diff_runs(a, b);
  EXPECT_EQ(difference.event, 10U);
  EXPECT_THAT(difference.text, HasSubstr("the run ends after 9 events"));
}

TEST(Narrator, NamesAMessageAsItsSenderDoes) {
  const TraceData trace = small_trace();
  MessageWords words;
  words.name = [](NodeId sender, std::uint8_t) {
    return std::string(sender == NodeId{0} ? "append" : "note");
  };
  const Narrator narrator(trace, words);
  EXPECT_EQ(narrator.sentence(trace.records[3]), "sends append to n2");
  EXPECT_EQ(narrator.sentence(trace.records[4]), "receives append from n1");
  Record answer = trace.records[3];
  answer.node = NodeId{1};
  EXPECT_EQ(narrator.message(answer), "note");
}

TEST(Narrator, KnowsNoKindWithoutWords) {
  const TraceData trace = small_trace();
  const MessageWords words;
  const Narrator narrator(trace, words);
  std::vector<KindSpec> kinds(simulator_kinds().begin(), simulator_kinds().end());
  const std::vector<KindSpec>& own = narrator.vocabulary().words_of(0);
  kinds.insert(kinds.end(), own.begin(), own.end());
  for (const KindSpec& spec : kinds) {
    Record record;
    record.kind = static_cast<RecordKind>(spec.kind);
    EXPECT_THAT(narrator.sentence(record), Not(HasSubstr("{"))) << spec.kind;
    EXPECT_THAT(narrator.sentence(record), Not(HasSubstr("record kind"))) << spec.kind;
  }
  Record unknown;
  unknown.kind = static_cast<RecordKind>(0x1fff);
  unknown.a = 7;
  EXPECT_EQ(narrator.sentence(unknown), "record kind 8191: 7, 0, 0, 0");
}

}  // namespace
}  // namespace windtunnel::reports
