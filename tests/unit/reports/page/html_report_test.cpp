#include <windtunnel/reports/page/html_report.h>

#include <windtunnel/reports/text/happens_before.h>
#include "tests/unit/reports/page/synthetic.h"
#include "tests/unit/reports/small_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace windtunnel::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPayload = "</script><img src=x onerror=alert(1)>\"'&";

ReportOptions small_options() {
  ReportOptions options;
  options.words = small_words();
  return options;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// A run in which everything that comes from outside is hostile.
RecordedRun hostile_run() {
  RecordedRun run = small_run();
  run.trace.nodes = {kPayload, kPayload};
  run.trace.names[0].text = kPayload;
  run.scenario_yaml = kPayload;
  ResultFile& result = run.result;
  result.scenario = result.seed = result.verdict = result.replay = kPayload;
  result.violation->check = result.violation->text = result.violation->node = kPayload;
  result.properties[0].check = result.properties[0].witness = kPayload;
  result.faults[0].label = kPayload;
  result.stats.emplace_back(kPayload, kPayload);
  run.notes.emplace_back(kPayload);
  return run;
}

TEST(HtmlReport, SameInputGivesTheSameBytes) {
  EXPECT_EQ(render_report(small_run(), small_options()),
            render_report(small_run(), small_options()));
}

TEST(HtmlReport, LoadsNothingFromOutside) {
  const std::string page = render_report(small_run(), small_options());
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, Not(HasSubstr("@import")));
  EXPECT_THAT(page, Not(HasSubstr("fetch(")));
  EXPECT_THAT(page, Not(HasSubstr("innerHTML")));
  EXPECT_EQ(count(page, "https://"), 0U);
  // The namespace of SVG is a name, not an address.
  EXPECT_EQ(count(page, "http://"),
            count(page, "xmlns=\"http://www.w3.org/2000/svg\"") +
                count(page, "xmlns:xlink=\"http://www.w3.org/1999/xlink\""));
}

TEST(HtmlReport, DataIsNeverMarkup) {
  const std::string page = render_report(hostile_run(), small_options());
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_EQ(count(page, "</script>"), 3U) << "the page's own three";
  EXPECT_THAT(page, HasSubstr("\\u003cimg src=x onerror"));
}

TEST(HtmlReport, DataIsNeverMarkupWhereThereIsNoPicture) {
  ReportOptions options = small_options();
  options.graphviz.program = "/nonexistent/dot";
  const std::string page = render_report(hostile_run(), options);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_EQ(count(page, "</script>"), 3U);
}

TEST(HtmlReport, ShowsTheGraphAsTextWhereGraphvizIsMissing) {
  ReportOptions options = small_options();
  options.graphviz.program = "/nonexistent/dot";
  ReportSummary summary;
  const std::string page = render_report(small_run(), options, &summary);
  EXPECT_THAT(summary.problem, HasSubstr("Graphviz is not there"));
  EXPECT_EQ(count(page, "Graphviz is not there"), 1U);
  EXPECT_THAT(page, HasSubstr("digraph happens_before"));
}

TEST(HtmlReport, SaysWhatIsLeftOut) {
  const TemporaryFolder folder("budget");
  write_run_directory(folder.path(), synthetic_run(5000));
  ReportOptions options;
  options.event_budget = 1000;
  const auto part = write_report(folder.path(), folder.path("report.html"), options);
  ASSERT_TRUE(part) << part.error().what;
  EXPECT_LE(part->events_shown, 1000U);
  EXPECT_GE(part->events_shown, 990U);
  EXPECT_THAT(part->left_out, HasSubstr("--full"));
  options.event_budget = 0;
  const auto whole = write_report(folder.path(), folder.path("full.html"), options);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->events_shown, whole->events);
  EXPECT_EQ(whole->left_out, "");
}

// What tests/browser opens.
TEST(HtmlReport, WritesPagesForTheBrowserTest) {
  const char* folder = std::getenv("WT_BROWSER_PAGES");
  if (folder == nullptr) GTEST_SKIP() << "WT_BROWSER_PAGES names no folder";
  const auto write = [&](const char* name, const RecordedRun& run, const ReportOptions& options) {
    const std::string page = render_report(run, options);
    ASSERT_TRUE(write_file_atomically(std::string(folder) + "/" + name, as_bytes(page)));
  };
  write_run_directory(std::string(folder) + "/run", synthetic_run(30'000));
  const auto run = load_run(std::string(folder) + "/run");
  ASSERT_TRUE(run);
  ReportOptions options;
  options.words.name = [](NodeId, std::uint8_t type) { return synthetic_message_name(type); };
  write("run.html", *run, options);
  options.event_budget = 1000;
  write("part.html", *run, options);
  write("hostile.html", hostile_run(), small_options());
  write("empty.html", RecordedRun{}, {});
}

TEST(HtmlReport, HasATypeForEachNameThatServicesGiveOneClass) {
  RecordedRun run = small_run();
  Record answer = run.trace.records[3];
  answer.node = NodeId{1};
  run.trace.records.push_back(answer);
  ReportOptions options;
  options.words.name = [](NodeId sender, std::uint8_t) {
    return std::string(sender == NodeId{0} ? "append" : "note");
  };
  EXPECT_THAT(render_report(run, options), HasSubstr(R"("messages":{"5":"append","6":"note"})"));
  EXPECT_THAT(render_report(run, small_options()), HasSubstr(R"("messages":{"5":"append"})"));
}

// B7: only the first group of a node was drawn.
TEST(HtmlReport, HasStripsForEachGroupOfANode) {
  RecordedRun run;
  run.trace = two_groups();
  const std::string page = render_report(run, small_options());
  EXPECT_THAT(page, HasSubstr(R"("members":[{"node":0,"group":0,"name":"n/0","service":0},)"
                              R"({"node":1,"group":1,"name":"n/1","service":0},)"
                              R"({"node":0,"group":1,"name":"n/1","service":0}])"));
  EXPECT_THAT(page, HasSubstr(R"("strips":[{"name":"term","line":false},)"
                              R"({"name":"commit","line":true}])"));
}

TEST(HtmlReport, SurvivesTheEmptyRun) {
  const std::string page = render_report(RecordedRun{}, {});
  EXPECT_THAT(page, HasSubstr("wt-columns"));
}

TEST(HtmlReport, FailsWithoutARunAndWritesNothing) {
  const TemporaryFolder folder("norun");
  const auto summary = write_report(folder.path("none"), folder.path("report.html"));
  ASSERT_FALSE(summary);
  EXPECT_FALSE(std::filesystem::exists(folder.path("report.html")));
}

TEST(Selection, KeepsTheViolationAndWhatLedToIt) {
  RecordedRun run = small_run();
  const Selection selection = select_records(run, 4);
  EXPECT_EQ(selection.rows.size(), 4U);
  for (const std::uint32_t number : {5U, 6U, 10U}) {
    EXPECT_TRUE(std::binary_search(selection.rows.begin(), selection.rows.end(), number)) << number;
  }
}

TEST(Selection, CausalPastFollowsCausesAndLinks) {
  TraceData trace = small_trace();
  Record link;
  link.kind = RecordKind::link;
  link.a = 9;
  trace.records.push_back(link);
  const std::vector<bool> past = causal_past(trace, 10);
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < past.size(); ++i) {
    if (past[i]) numbers.push_back(i + 1);
  }
  EXPECT_THAT(numbers, testing::ElementsAre(3, 4, 5, 6, 9, 10));
}

TEST(HappensBefore, ShowsTheMessageThatLedThere) {
  const RecordedRun run = small_run();
  const Excerpt excerpt = excerpt_around(run.trace, 10, {3, 6});
  const auto has = [&](std::uint64_t from, std::uint64_t to, Edge::Kind kind) {
    return std::any_of(excerpt.edges.begin(), excerpt.edges.end(), [&](const Edge& edge) {
      return edge.from == from && edge.to == to && edge.kind == kind;
    });
  };
  EXPECT_TRUE(has(4, 5, Edge::Kind::message));
  EXPECT_TRUE(has(6, 10, Edge::Kind::cause));
  EXPECT_TRUE(std::is_sorted(excerpt.events.begin(), excerpt.events.end()));
}

TEST(HappensBefore, StaysSmall) {
  const SyntheticRun synthetic = synthetic_run(20'000);
  const Excerpt excerpt = excerpt_around(synthetic.trace, synthetic.trace.records.size(), {}, 1000);
  EXPECT_LE(excerpt.events.size(), kExcerptNodesMax);
  EXPECT_GE(excerpt.events.size(), 10U);
}

TEST(HappensBefore, QuotesLabels) { EXPECT_EQ(dot_string("a\"b\\c\nd"), "\"a\\\"b\\\\c d\""); }

TEST(Graphviz, DrawsWhereItIsThere) {
  const Drawing drawing = draw("digraph g { a [label=\"<img onerror=x>&\"]; a -> b; }");
  if (drawing.svg.empty()) GTEST_SKIP() << drawing.problem;
  EXPECT_TRUE(drawing.svg.starts_with("<svg"));
  EXPECT_THAT(drawing.svg, Not(HasSubstr("<img")));
  EXPECT_THAT(drawing.svg, HasSubstr("&lt;img"));
}

TEST(Graphviz, KillsWhatDoesNotEnd) {
  GraphvizOptions options;
  options.program = "yes";  // writes for ever, whatever it is told
  options.timeout = std::chrono::milliseconds(200);
  const Drawing drawing = draw("digraph g {}", options);
  EXPECT_EQ(drawing.svg, "");
  EXPECT_THAT(drawing.problem, HasSubstr("Graphviz"));
}

TEST(Graphviz, ReportsAFailure) {
  const Drawing drawing = draw("this is no graph");
  EXPECT_EQ(drawing.svg, "");
  EXPECT_NE(drawing.problem, "");
}

TEST(Graphviz, RefusesActiveSvg) {
  EXPECT_EQ(clean_svg("<?xml?><svg a=\"b\"><g/></svg>\n"), "<svg a=\"b\"><g/></svg>");
  EXPECT_EQ(clean_svg("<svg><text>on fire, href</text></svg>"),
            "<svg><text>on fire, href</text></svg>");
  EXPECT_EQ(clean_svg("<svg><script>x</script></svg>"), "");
  EXPECT_EQ(clean_svg("<svg onload=\"x\"></svg>"), "");
  EXPECT_EQ(clean_svg("<svg><g\nonclick=\"x\"/></svg>"), "");
  EXPECT_EQ(clean_svg("<svg><a xlink:href=\"javascript:x\"/></svg>"), "");
  EXPECT_EQ(clean_svg("no drawing"), "");
}

}  // namespace
}  // namespace windtunnel::reports
