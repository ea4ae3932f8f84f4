#include <windtunnel/reports/page/history_report.h>

#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/reports/page/history_data.h>
#include "tests/unit/reports/page/page_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace windtunnel::reports {
namespace {

namespace json = boost::json;
using checkers::History;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

History history_of(const std::string& text) {
  auto read = checkers::read_history(text);
  EXPECT_TRUE(read.has_value()) << (read.has_error() ? to_string(read.error()) : "");
  return read.has_value() ? *std::move(read) : History();
}

JudgedHistory judged(const History& history, const std::string& model,
                     const std::string& level = {}) {
  const checkers::Judge* const judge = checkers::find_judge(model);
  EXPECT_NE(judge, nullptr);
  checkers::JudgeOptions options;
  options.level = level;
  JudgedHistory it{history};
  it.name = "h.edn";
  it.judge = model;
  it.judgement = checkers::judge(history, *judge, options);
  return it;
}

std::string str(const json::value& value) { return std::string(value.as_string()); }

struct Page {
  explicit Page(const JudgedHistory& of) : Page(make_history_data(of)) {}
  explicit Page(const HistoryData& made)
      : data(json::parse(made.json).as_object()),
        columns(data.at("columns").as_object(), made.columns) {}

  std::string text(std::string_view name) const { return str(data.at(name)); }
  const json::object& finding(std::size_t i) const {
    return data.at("findings").as_array().at(i).as_object();
  }

  json::object data;
  PageColumns columns;
};

const std::string kStale = R"(
{:type :invoke, :process 0, :f :write, :value 1, :time 1000}
{:type :invoke, :process 1, :f :read, :value nil, :time 1500}
{:type :ok, :process 0, :f :write, :value 1, :time 2000}
{:type :fail, :process 1, :f :read, :value nil, :time 2500, :error :busy}
{:type :invoke, :process 0, :f :write, :value 2, :time 3000}
{:type :ok, :process 0, :f :write, :value 2, :time 4000}
{:type :invoke, :process 1, :f :read, :value nil, :time 5000}
{:type :ok, :process 1, :f :read, :value 1, :time 6000}
{:type :invoke, :process 0, :f :write, :value 3, :time 7000}
)";

TEST(HistoryPage, HasEachOperationWithItsPlaceAndItsTexts) {
  const History history = history_of(kStale);
  const Page page(JudgedHistory{history});
  EXPECT_EQ(page.text("axis"), "time");
  EXPECT_EQ(page.data.at("duration").to_number<int>(), 7000);
  const PageColumns& columns = page.columns;
  EXPECT_THAT(columns.column("op_begin"), ElementsAre(1000, 1500, 3000, 5000, 7000));
  EXPECT_THAT(columns.column("op_length"), ElementsAre(1001, 1001, 1001, 1001, 0))
      << "0 never ended";
  EXPECT_THAT(columns.column("op_lane"), ElementsAre(0, 1, 0, 1, 0));
  EXPECT_THAT(columns.column("op_outcome"), ElementsAre(1, 2, 1, 1, 3));
  EXPECT_THAT(columns.column("op_line"), ElementsAre(2, 3, 6, 8, 10));
  EXPECT_THAT(columns.texts("op_process"), ElementsAre("0", "1", "0", "1", "0"));
  EXPECT_THAT(columns.texts("op_f"), ElementsAre("write", "read", "write", "read", "write"));
  EXPECT_THAT(columns.texts("op_key"), ElementsAre("", "", "", "", ""));
  EXPECT_THAT(columns.texts("op_argument"), ElementsAre("1", "", "2", "", "3"));
  EXPECT_THAT(columns.texts("op_answer"), ElementsAre("", "busy", "", "1", "no answer"));
}

TEST(HistoryPage, ThatNobodyJudgedSaysSo) {
  const History history = history_of(kStale);
  const Page page(JudgedHistory{history});
  EXPECT_EQ(page.text("verdict"), "not judged");
  EXPECT_THAT(page.data.at("findings").as_array(), IsEmpty());
  EXPECT_THAT(render_history(JudgedHistory{history, "h.edn"}), HasSubstr("h.edn: not judged"));
}

TEST(HistoryPage, HasTheWitnessInFront) {
  const History history = history_of(kStale);
  const JudgedHistory it = judged(history, "register");
  const Page page(it);
  EXPECT_EQ(page.text("verdict"), "violated");
  const json::object& finding = page.finding(0);
  EXPECT_EQ(str(finding.at("text")), it.judgement->verdict.witness.explanation);
  std::vector<int> operations;
  std::vector<std::string> texts;
  for (const json::value& item : finding.at("items").as_array()) {
    operations.push_back(item.at("operation").to_number<int>());
    texts.push_back(str(item.at("text")));
  }
  EXPECT_THAT(operations, ElementsAre(0, 2, 3));
  EXPECT_EQ(texts[2], history.describe(history.operations()[3]));
  EXPECT_THAT(finding.at("edges").as_array(), IsEmpty());
}

TEST(HistoryPage, HasTheCycleOfTransactionsWithItsReasons) {
  const History history = history_of(R"(
{:type :invoke, :process 0, :f :txn, :value [[:r x nil] [:append y 1]]}
{:type :invoke, :process 1, :f :txn, :value [[:r y nil] [:append x 1]]}
{:type :ok, :process 0, :f :txn, :value [[:r x []] [:append y 1]]}
{:type :ok, :process 1, :f :txn, :value [[:r y []] [:append x 1]]}
)");
  const Page page(judged(history, "list-append", "serializable"));
  EXPECT_EQ(page.text("verdict"), "violated");
  EXPECT_EQ(page.text("axis"), "order");
  const json::object& finding = page.finding(0);
  EXPECT_EQ(str(finding.at("name")), "G2-item");
  EXPECT_EQ(str(finding.at("items").as_array().at(1).at("label")), "T1");
  const json::array& edges = finding.at("edges").as_array();
  ASSERT_EQ(edges.size(), 2U);
  for (const json::value& edge : edges) {
    EXPECT_EQ(str(edge.at("kind")), "rw");
    const int from = edge.at("from").to_number<int>();
    EXPECT_EQ(edge.at("to").to_number<int>(), 1 - from);
    EXPECT_EQ(str(edge.at("key")), from == 0 ? "x" : "y");
    EXPECT_THAT(str(edge.at("reason")), HasSubstr("before"));
  }
  EXPECT_THAT(json::serialize(page.data.at("levels")), HasSubstr("serializable"));
}

TEST(HistoryPage, HasTheFlawsOfAnAudit) {
  const History history = history_of(R"(
{:type :invoke, :process 0, :f :add, :value 1, :time 1}
{:type :ok, :process 0, :f :add, :value 1, :time 2}
{:type :invoke, :process 1, :f :read, :value nil, :time 3}
{:type :ok, :process 1, :f :read, :value [], :time 4}
)");
  const Page page(judged(history, "set-full"));
  EXPECT_EQ(page.text("verdict"), "violated");
  EXPECT_EQ(str(page.finding(0).at("name")), "lost");
  EXPECT_THAT(str(page.finding(0).at("text")), HasSubstr("lost: "));
}

TEST(HistoryPage, HasWhatTheNemesisDid) {
  const History history = history_of(R"(
{:type :info, :process :nemesis, :f :start-partition, :value nil, :time 10}
{:type :info, :process :nemesis, :f :start-partition, :value [n1 n2], :time 20}
{:type :info, :process :nemesis, :f :shuffle, :value 7, :time 30}
{:type :info, :process :nemesis, :f :stop-partition, :value nil, :time 40}
{:type :info, :process :nemesis, :f :kill, :value n3, :time 50}
)");
  const Page page(JudgedHistory{history});
  EXPECT_EQ(json::serialize(page.data.at("bands")),
            R"([{"id":"","label":"partition","begin":10,"end":40,"mark":false,"detail":"[n1 n2]"},)"
            R"({"id":"","label":"shuffle","begin":30,"end":30,"mark":true,"detail":"7"},)"
            R"({"id":"","label":"kill","begin":50,"end":-1,"mark":false,"detail":"n3"}])");
}

TEST(HistoryPage, LeavesOutActionsBeyondItsBoundAndSaysSo) {
  std::string text;
  for (std::size_t i = 0; i < kMostBands + 5; ++i) {
    text += i % 2 == 0 ? "{:type :info, :process :nemesis, :f :a, :value nil}\n"
                       : "{:type :info, :process :nemesis, :f :b, :value nil}\n";
  }
  const History history = history_of(text);
  const Page page(JudgedHistory{history});
  EXPECT_EQ(page.data.at("bands").as_array().size(), kMostBands);
  EXPECT_THAT(json::serialize(page.data.at("notes")), HasSubstr("Of 2005 actions"));
}

TEST(HistoryPage, WithoutTimesOrWithTimesThatGoBackLiesInTheOrderOfEvents) {
  const auto page = [](const char* first, const char* second) {
    const History history =
        history_of(std::string("{:type :invoke, :process 0, :f :read, :value nil") + first +
                   "}\n{:type :ok, :process 0, :f :read, :value 1" + second + "}\n");
    return Page(JudgedHistory{history});
  };
  const Page untimed = page("", "");
  EXPECT_EQ(untimed.text("axis"), "order");
  EXPECT_THAT(untimed.columns.column("op_begin"), ElementsAre(0));
  EXPECT_THAT(untimed.columns.column("op_length"), ElementsAre(2));
  EXPECT_THAT(json::serialize(untimed.data.at("notes")), HasSubstr("no times"));
  const Page back = page(", :time 9", ", :time 8");
  EXPECT_EQ(back.text("axis"), "order");
  EXPECT_THAT(json::serialize(back.data.at("notes")), HasSubstr("--sort time"));
  EXPECT_EQ(page(", :time 8", ", :time 8").text("axis"), "time");
  const Page late = page(", :time 1700000000000000000", ", :time 1700000000000000009");
  EXPECT_THAT(late.columns.column("op_begin"), ElementsAre(0));
  EXPECT_THAT(late.columns.column("op_length"), ElementsAre(10));
  EXPECT_THAT(json::serialize(late.data.at("notes")), HasSubstr("1700000000"));
}

TEST(HistoryPage, HasARowForEachProcessInTheirOrder) {
  const History history = history_of(R"(
{:type :invoke, :process 7, :f :read, :value nil, :time 1}
{:type :ok, :process 7, :f :read, :value nil, :time 2}
{:type :invoke, :process 3, :f :read, :value nil, :time 3}
{:type :ok, :process 3, :f :read, :value nil, :time 4}
{:type :invoke, :process 7, :f :read, :value nil, :time 5}
)");
  EXPECT_THAT(Page(JudgedHistory{history}).columns.column("op_lane"), ElementsAre(1, 0, 1));
}

TEST(HistoryPage, GivesTheRowOfALostProcessToItsSuccessor) {
  const History history = history_of(R"(
{:type :invoke, :process 0, :f :read, :value nil, :time 1}
{:type :invoke, :process 1, :f :read, :value nil, :time 2}
{:type :info, :process 0, :f :read, :value nil, :time 3}
{:type :invoke, :process 2, :f :read, :value nil, :time 4}
{:type :invoke, :process 3, :f :read, :value nil, :time 5}
)");
  HistorySummary summary;
  render_history(JudgedHistory{history}, &summary);
  EXPECT_EQ(summary.operations, 4U);
  EXPECT_EQ(summary.rows, 3U);
  EXPECT_THAT(Page(JudgedHistory{history}).columns.column("op_lane"), ElementsAre(0, 1, 0, 2));
}

TEST(HistoryPage, TakesTheKeyOutOfTuples) {
  const History history = history_of(R"(
{:type :invoke, :process 0, :f :read, :value [x nil]}
{:type :ok, :process 0, :f :read, :value [x 5]}
)");
  JudgedHistory it{history};
  it.tuples = true;
  const Page page(it);
  EXPECT_THAT(page.columns.texts("op_key"), ElementsAre("x"));
  EXPECT_THAT(page.columns.texts("op_argument"), ElementsAre(""));
  EXPECT_THAT(page.columns.texts("op_answer"), ElementsAre("5"));
}

TEST(HistoryPage, CutsALongValue) {
  const History history = history_of("{:type :invoke, :process 0, :f :write, :value \"" +
                                     std::string(5000, 'a') + "\"}\n");
  const std::string text = Page(JudgedHistory{history}).columns.texts("op_argument").at(0);
  EXPECT_LT(text.size(), 1100U);
  EXPECT_THAT(text, HasSubstr("(5000 characters)"));
}

TEST(HistoryPage, OfNoEventsIsAPage) {
  const History history;
  const Page page(JudgedHistory{history});
  EXPECT_EQ(page.data.at("duration").to_number<int>(), 0);
  EXPECT_THAT(page.columns.column("op_begin"), IsEmpty());
}

TEST(HistoryPage, IsTheSameForTheSameHistoryAndLoadsNothing) {
  const History history = history_of(kStale);
  const std::string page = render_history(judged(history, "register"));
  EXPECT_EQ(page, render_history(judged(history, "register")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, Not(HasSubstr("fetch(")));
  EXPECT_THAT(page, Not(HasSubstr("innerHTML")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
}

TEST(HistoryPage, NeverTakesDataForMarkup) {
  const std::string payload = "</script><img src=x onerror=alert(1)>";
  const History history = history_of("{:type :invoke, :process \"" + payload +
                                     "\", :f \"a\", :value \"" + payload + "\"}\n");
  JudgedHistory it{history};
  it.name = it.judge = it.command = payload;
  it.hints = {payload};
  const std::string page = render_history(it);
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("\\u003cimg src=x onerror"));
}

// What tests/browser opens.
TEST(HistoryPage, WritesPagesForTheBrowserTest) {
  const char* folder = std::getenv("WT_BROWSER_PAGES");
  if (folder == nullptr) GTEST_SKIP() << "WT_BROWSER_PAGES names no folder";
  const History history = history_of(kStale);
  const auto written =
      write_history_report(judged(history, "register"), std::string(folder) + "/history.html");
  EXPECT_TRUE(written.has_value());
}

}  // namespace
}  // namespace windtunnel::reports
