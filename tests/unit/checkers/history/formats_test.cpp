// Histories in the forms of other tools.
#include <windtunnel/checkers/history/formats.h>

#include <windtunnel/checkers/history/event_form.h>
#include <windtunnel/checkers/history/history_io.h>
#include <windtunnel/checkers/judges/judge.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Each event without its index.
std::vector<std::string> shown(const EventsResult& events) {
  if (events.has_error()) return {to_string(events.error())};
  std::vector<std::string> texts;
  for (const Event& event : *events) {
    std::string text = event_to_edn(event);
    texts.push_back("{" + text.substr(text.find(", ") + 2));
  }
  return texts;
}

std::string little(std::uint64_t number) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}
std::string big(std::uint64_t number) {
  const std::string bytes = little(number);
  return {bytes.rbegin(), bytes.rend()};
}

// A file in a folder of the test's own.
class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::string(::testing::TempDir()) + "wt-formats-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + "/";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(folder_ + name, std::ios::binary) << content;
    return folder_ + name;
  }
  std::string folder_;
};

constexpr std::string_view kPlume =
    "w(1,10,0,0)\nr(2,0,0,0)\nw(2,20,1,1)\nr(1,10,1,2)\nw(3,7,1,-1)\n";

TEST(Formats, PlumesTransactionsAreSessionsWithoutTimes) {
  EXPECT_THAT(shown(events_of_plume(kPlume)),
              ElementsAre("{:type :ok, :process 0, :f :txn, :value [[:w 1 10] [:r 2 nil]]}",
                          "{:type :ok, :process 1, :f :txn, :value [[:w 2 20]]}",
                          "{:type :ok, :process 1, :f :txn, :value [[:r 1 10]]}",
                          "{:type :fail, :process 1, :f :txn, :value [[:w 3 7]]}"));
  EXPECT_THAT(shown(events_of_plume("w(1,0,0,0)\nr(1,0,1,1)")),
              ElementsAre("{:type :ok, :process 0, :f :txn, :value [[:w 1 0]]}",
                          "{:type :ok, :process 1, :f :txn, :value [[:r 1 0]]}"));
  EXPECT_THAT(shown(events_of_plume("w(1,2,0,0)\nw(1,2,0\n")),
              ElementsAre("line 2: not r(key,value,session,transaction) or w(...)"));
}

TEST(Formats, DbcopsJsonInItsThreeSpellings) {
  const std::vector<std::string> both{
      "{:type :ok, :process 0, :f :txn, :value [[:w 0 1] [:r 1 nil]]}",
      "{:type :fail, :process 1, :f :txn, :value [[:r 0 1]]}"};
  EXPECT_EQ(shown(events_of_dbcop_json(
                R"([[{"events":[{"Write":{"variable":0,"version":1}},)"
                R"({"Read":{"variable":1,"version":null}}],"committed":true}],)"
                R"([{"events":[{"Read":{"variable":0,"version":1}}],"committed":false}]])")),
            both);
  EXPECT_EQ(shown(events_of_dbcop_json(
                R"({"params":{"id":0},"info":"x","data":[[{"events":[["w",0,1],["r",1,null]],)"
                R"("committed":true}],[{"events":[["r",0,1]],"committed":false}]]})")),
            both);
  EXPECT_EQ(shown(events_of_dbcop_json(
                R"({"params":{},"data":[[{"events":[)"
                R"({"write":true,"variable":0,"value":1,"success":true},)"
                R"({"write":true,"variable":9,"value":9,"success":false},)"
                R"({"write":false,"variable":1,"value":0,"success":true}],"success":true}],)"
                R"([{"events":[{"write":false,"variable":0,"value":1,"success":true}],)"
                R"("success":false}]]})")),
            both);
  EXPECT_THAT(shown(events_of_dbcop_json(R"([[{"events":[["x",0,1]],"committed":true}]])")),
              ElementsAre(HasSubstr("transaction 0: [\"x\" 0 1] is no event of dbcop")));
  EXPECT_THAT(shown(events_of_dbcop_json("[[{\"events\":")), ElementsAre(HasSubstr("line 1")));
}

TEST(Formats, DbcopsTextHasSessionsBetweenDashes) {
  EXPECT_THAT(
      shown(events_of_dbcop_text("// one\n[x:=1 y==?] [] [y==2]!\n\n---\n // two\n[x==1]\n")),
      ElementsAre("{:type :ok, :process 0, :f :txn, :value [[:w :x 1] [:r :y nil]]}",
                  "{:type :fail, :process 0, :f :txn, :value [[:r :y 2]]}",
                  "{:type :ok, :process 1, :f :txn, :value [[:r :x 1]]}"));
  EXPECT_THAT(shown(events_of_dbcop_text("[x:=1]\n[x=1]\n")),
              ElementsAre(HasSubstr("line 2: not [x:=1")));
}

TEST(Formats, DbcopsBytesAreReadToTheLast) {
  const auto text = [](std::string_view it) { return little(it.size()) + std::string(it); };
  const auto event = [](bool write, std::uint64_t key, std::uint64_t value, bool success) {
    return std::string(1, write ? '\1' : '\0') + little(key) + little(value) +
           std::string(1, success ? '\1' : '\0');
  };
  const std::string good = little(0) + little(2) + little(2) + little(1) + little(2) +
                           text("made") + text("now") + text("then") + little(2) + little(1) +
                           little(3) + event(true, 0, 1, true) + event(false, 1, 0, true) +
                           event(true, 5, 5, false) + '\1' + little(1) + little(1) +
                           event(false, 0, 1, true) + std::string(1, '\0');
  EXPECT_THAT(shown(events_of_dbcop_binary(good)),
              ElementsAre("{:type :ok, :process 0, :f :txn, :value [[:w 0 1] [:r 1 nil]]}",
                          "{:type :fail, :process 1, :f :txn, :value [[:r 0 1]]}"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(events_of_dbcop_binary(good.substr(0, size)).has_error()) << size;
  }
  EXPECT_TRUE(events_of_dbcop_binary(good + "x").has_error());
  EXPECT_TRUE(events_of_dbcop_binary(std::string(200, '\xff')).has_error());
}

std::string cobra_log() {
  return "S" + big(7) + "W" + big(100) + big(1) + big(55) + "R" + big(0xbebeebee) +
         big(0xbebeebee) + big(2) + big(0) + "C" + big(7) + "S" + big(8) + "R" + big(7) + big(100) +
         big(1) + big(55) + "C" + big(8);
}

TEST(Formats, CobrasValuesAreItsIdsOfWrites) {
  const Value session = Value::keyword("T0");
  EXPECT_THAT(shown(events_of_cobra(cobra_log(), session)),
              ElementsAre("{:type :ok, :process :T0, :f :txn, :value [[:w 1 100] [:r 2 nil]]}",
                          "{:type :ok, :process :T0, :f :txn, :value [[:r 1 100]]}"));
  const std::string cut = cobra_log().substr(0, cobra_log().size() - 9);
  EXPECT_THAT(shown(events_of_cobra(cut, session))[1], HasSubstr(":type :info"));
  EXPECT_THAT(shown(events_of_cobra("C" + big(1), session)),
              ElementsAre(HasSubstr("no log of Cobra")));
  EXPECT_THAT(shown(events_of_cobra("S" + big(1) + "x", session)),
              ElementsAre(HasSubstr("no S, C, W or R at byte 10")));
}

TEST(Formats, JepsensLogIsReadPastWhatElseIsInIt) {
  const std::string log =
      "INFO  jepsen.core - Running test\n"
      "INFO  jepsen.util - 3\t:invoke\t:cas\t[1 2]\n"
      "INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
      "INFO  jepsen.util - 4\t:invoke\t:read\tnil\n"
      "INFO  jepsen.util - 4\t:fail\t:read\t:timed-out\n"
      "2020-01-01 00:00:00,000{GMT}\tINFO\t[jepsen worker 1] jepsen.util: 3\t:ok\t:cas\t[1 2]\n";
  EXPECT_THAT(shown(events_of_jepsen_log(log)),
              ElementsAre("{:type :invoke, :process 3, :f :cas, :value [1 2]}",
                          "{:type :info, :process :nemesis, :f :start, :value nil}",
                          "{:type :invoke, :process 4, :f :read, :value nil}",
                          "{:type :fail, :process 4, :f :read, :value :timed-out}",
                          "{:type :ok, :process 3, :f :cas, :value [1 2]}"));
  EXPECT_THAT(shown(events_of_jepsen_log("INFO nothing\n")),
              ElementsAre(HasSubstr("no line tells an operation")));
}

TEST(Formats, ATableOfCallsAndReturnsIsSortedByTime) {
  EXPECT_THAT(
      shown(events_of_table("process,f,value,result,call,return,outcome\n"
                            "1,read,,5,30,40,\n"
                            "0,write,5,,10,20,ok\n"
                            "\n"
                            "0,cas,\"[5, 6]\",,20,,\n"
                            "0,write,\"a \"\"b\"\"\",,50,60,fail\n")),
      ElementsAre("{:time 10, :type :invoke, :process 0, :f :write, :value 5}",
                  "{:time 20, :type :ok, :process 0, :f :write, :value 5}",
                  "{:time 20, :type :invoke, :process 0, :f :cas, :value [5 6]}",
                  "{:time 30, :type :invoke, :process 1, :f :read, :value nil}",
                  "{:time 40, :type :ok, :process 1, :f :read, :value 5}",
                  "{:time 50, :type :invoke, :process :0#2, :f :write, :value \"a \\\"b\\\"\"}",
                  "{:time 60, :type :fail, :process :0#2, :f :write, :value \"a \\\"b\\\"\"}"));
  EXPECT_THAT(
      shown(events_of_table("Client ID,Operation,Key,Argument,Start (ms),End (ms)\n"
                            "c1,read,k,7,1,2.5\n")),
      ElementsAre("{:time 1000000, :type :invoke, :process \"c1\", :f :read, :value 7, :key \"k\"}",
                  "{:time 2500000, :type :ok, :process \"c1\", :f :read, :value 7, :key \"k\"}"));
}

TEST(Formats, AProcessOfATableThatIsNoIntegerIsAName) {
  for (const std::string process : {"1.5", "1-2", "[1]", "1e3"}) {
    const auto events = events_of_table("process,f,call,return\n" + process + ",read,10,20\n");
    ASSERT_TRUE(events.has_value()) << to_string(events.error());
    EXPECT_EQ(events->front().process, Value(process));
  }
}

// Each was a second value of what the event has already.
TEST(Formats, ATablesColumnsAreNoFieldsOfItsEvents) {
  EXPECT_THAT(shown(events_of_table("process,f,call,return,outcome,error,index,time\n"
                                    "0,read,10,20,fail,timeout,x,y\n")),
              ElementsAre("{:time 10, :type :invoke, :process 0, :f :read, :value nil}",
                          "{:time 20, :type :fail, :process 0, :f :read, :value nil, "
                          ":error \"timeout\"}"));
}

TEST_F(Files, ATableWithoutProcessesIsPairedByItsRows) {
  const auto read = read_any_history(
      write("t.csv", "op,value,call,return\nwrite,1,0,10\nread,1,5,30\nread,1,6,20\nwrite,2,7,\n"),
      {});
  ASSERT_TRUE(read.has_value()) << to_string(read.error());
  const History& history = read->history;
  ASSERT_EQ(history.operations().size(), 4U);
  EXPECT_THAT(history.describe(history.operations()[1]), HasSubstr("a process read 1 (ok"));
  EXPECT_EQ(history.completion(history.operations()[1])->time_ns, 30);
  EXPECT_EQ(history.operations()[3].outcome, EventType::info);
  EXPECT_FALSE(history.knowledge().sessions);
  EXPECT_EQ(judge(history, *find_judge("register"), {}).verdict.decision, Decision::ok);
}

// Truncation and noise are read or refused.
TEST(Formats, NoiseNeverCrashes) {
  const std::string table = "process,f,value,call,return\n0,write,\"5\",10,20\n1,read,[1],3,4\n";
  const std::string json =
      R"({"params":{"id":0},"data":[[{"events":[["w",0,1],["r",1,null]],"committed":true}]]})";
  std::uint32_t state = 7;
  for (const std::string& good :
       {std::string(kPlume), table, json, cobra_log(), std::string("[x:=1 y==?] [y==2]!\n---\n"),
        std::string("INFO  jepsen.util - 3\t:invoke\t:cas\t[1 2]\n")}) {
    for (int round = 0; round < 2000; ++round) {
      std::string noisy = good.substr(0, good.size() - state % 3);
      for (int i = 0; i < 2; ++i) {
        state = state * 1664525U + 1013904223U;
        noisy[state % noisy.size()] = static_cast<char>(state >> 24);
      }
      for (const auto& read : {&events_of_plume, &events_of_dbcop_json, &events_of_dbcop_text,
                               &events_of_dbcop_binary, &events_of_jepsen_log, &events_of_table}) {
        const EventsResult events = read(noisy);
        EXPECT_TRUE(events.has_value() || !events.error().reason.empty());
      }
      static_cast<void>(events_of_cobra(noisy, 0));
    }
  }
}

TEST(Formats, ATableThatIsWrongSaysWhatIsWanted) {
  const auto error = [](const std::string& text) { return shown(events_of_table(text)).front(); };
  EXPECT_THAT(error("f,call\n"), HasSubstr("names no column 'return'"));
  EXPECT_THAT(error("f,call,start,return\n"), HasSubstr("a second column 'start' of its kind"));
  const std::string head = "f,call,return\n";
  EXPECT_EQ(error(head + "read,1\n"), "line 2: 2 cells, where the first line names 3");
  EXPECT_EQ(error(head + "read,x,2\n"), "line 2: call 'x' is no time: a whole or decimal number");
  EXPECT_EQ(error(head + "read,3,2\n"), "line 2: it returned before it was called");
  EXPECT_EQ(error(head + "\n\"read,1,2\n"), "line 3: a quote has no end");
  EXPECT_EQ(error("f,call,return,status\nread,1,2,fine\n"),
            "line 2: 'fine' is no outcome: ok, fail, info");
  EXPECT_EQ(error(head + ",1,2\n"), "line 2: no operation is named");
  EXPECT_EQ(error(head + "read,1,2\nr\xff,1,2\n"), "line 3: it is not UTF-8");
}

TEST_F(Files, AFormatIsFoundByTheContentWhereThatIsSafe) {
  EXPECT_EQ(format_of(write("a", kPlume)), "plume");
  EXPECT_EQ(format_of(write("b", "[[ {\"events\": []")), "dbcop");
  EXPECT_EQ(format_of(write("c", "// x\n[x:=1]\n")), "dbcop");
  EXPECT_EQ(format_of(write("d", "x\nINFO  jepsen.util - 3\t:invoke\t:cas\t[1 2]\n")), "porcupine");
  EXPECT_EQ(format_of(write("e", "process,f,call,return\n")), "csv");
  EXPECT_EQ(format_of(write("f.bincode", "")), "dbcop");
  for (const std::string text : {"", "{:type :ok}", "[{:type :ok}]", "[{\"type\":\"ok\"}]",
                                 "[[:a 1]]", "; x", "noise, more"}) {
    EXPECT_EQ(format_of(write("g", text)), "jepsen") << text;
  }
  EXPECT_EQ(format_of(folder_), "dbcop");  // of f.bincode
}

TEST_F(Files, AFolderOfLogsIsOneHistoryOfCobra) {
  write("T1.log", "S" + big(9) + "R" + big(8) + big(100) + big(1) + big(55) + "C" + big(9));
  write("T0.log", cobra_log());
  write("other.txt", "x");
  EXPECT_EQ(format_of(folder_), "cobra");
  const auto read = read_any_history(folder_, {});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->history.operations().size(), 3U);
  EXPECT_FALSE(read->history.knowledge().real_time);
  write("T2.log", "x");
  const auto wrong = read_any_history(folder_, {});
  ASSERT_TRUE(wrong.has_error());
  EXPECT_THAT(to_string(wrong.error()), HasSubstr("T2.log: no log of Cobra"));
}

// What tells no real time is not judged by it, and by sessions only where they are told.
TEST_F(Files, LevelsThatGoByWhatIsNotToldAreUnknown) {
  const auto verdict = [](const std::string& path, std::string_view model, std::string_view level) {
    const auto read = read_any_history(path, {});
    EXPECT_TRUE(read.has_value()) << path;
    JudgeOptions options;
    options.level = level;
    return judge(read->history, *find_judge(model), options).verdict;
  };
  const std::string plume = write("p", "w(1,1,0,0)\nw(1,2,1,1)\nr(1,1,0,2)\n");
  const Verdict strict = verdict(plume, "rw-register", "strict-serializable");
  EXPECT_EQ(strict.decision, Decision::unknown);
  EXPECT_THAT(strict.reason, HasSubstr("goes by real time, and the history tells none"));
  EXPECT_EQ(verdict(plume, "rw-register", "strong-session-causal").decision, Decision::ok);
  const std::string bare =
      write("q", "{:type :ok, :value [[:append :x 1]]}\n{:type :ok, :value [[:r :x [1]]]}\n");
  EXPECT_EQ(verdict(bare, "list-append", "serializable").decision, Decision::ok);
  EXPECT_THAT(verdict(bare, "list-append", "strong-session-serializable").reason,
              HasSubstr("which operations were one client's"));
}

TEST_F(Files, AreReadUpToALastLineThatWasCut) {
  const std::string log = "INFO  jepsen.util - 0\t:invoke\t:read\tnil\n";
  const std::vector<std::pair<std::string, std::string>> cut = {
      {"client,op,call,return,value,result\n0,write,1,10,5,\n0,read,15,", "line 3: 4 cells"},
      {"w(1,1,0,0)\nr(1,1,2", "line 2: not r(key"},
      {"[x:=1]\n[x==1 y:=", "line 2: not [x:=1"},
      {log + "INFO  jepsen.util - 0\t:ok\t:re", "line 2: the text ends inside an operation"},
      {log + "INFO  jepsen.util - 0\t:o", "line 2: the text ends inside an operation"}};
  for (const auto& [text, why] : cut) {
    const auto read = read_any_history(write("cut", text), {});
    ASSERT_TRUE(read.has_value()) << text << to_string(read.error());
    EXPECT_EQ(read->history.operations().size(), 1U) << text;
    ASSERT_EQ(read->hints.size(), 1U) << text;
    EXPECT_THAT(read->hints[0], HasSubstr("the text is cut off (" + why));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(read_any_history(write("damaged", cut[i].first + "\n"), {}).has_error());
  }
}

TEST_F(Files, AreNotSortedByTimesThatAreNotThere) {
  ReadOptions sorted;
  sorted.sort_by_time = true;
  const std::string event = "{:type :invoke, :process 0, :f :read, :time 5}\n";
  const std::string path = write("some", event + "{:type :ok, :process 0, :f :read}\n");
  EXPECT_FALSE(read_any_history(path, {}).has_error());
  const auto read = read_any_history(path, sorted);
  ASSERT_TRUE(read.has_error());
  EXPECT_THAT(to_string(read.error()), HasSubstr("line 2: the event has no :time"));
}

}  // namespace
}  // namespace windtunnel::checkers
