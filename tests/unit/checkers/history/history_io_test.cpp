#include <windtunnel/checkers/history/history_io.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace windtunnel::checkers {
namespace {

std::string error_of(std::string_view text) {
  const HistoryResult read = read_history(text);
  return read.has_error() ? to_string(read.error()) : "no error";
}

constexpr std::string_view kLines =
    "{:index 0, :time 10, :type :invoke, :process 0, :f :write, :value 1, :node \"n1\"}\n"
    "{:index 1, :time 11, :type :info, :process :nemesis, :f :start, :value nil}\n"
    "{:index 2, :time 20, :type :ok, :process 0, :f :write, :value 1}\n";

TEST(HistoryIo, BothLayoutsAndBothFormatsGiveTheSameHistory) {
  const HistoryResult lines = read_history(kLines);
  ASSERT_TRUE(lines.has_value());
  const std::string edn = write_history_edn(*lines);
  EXPECT_EQ(edn, kLines);
  for (const std::string& text : {"[" + edn + "]", "; c\n(" + edn + ")", "\xef\xbb\xbf" + edn,
                                  write_history_json_lines(*lines)}) {
    const HistoryResult again = read_history(text);
    ASSERT_TRUE(again.has_value()) << to_string(again.error());
    EXPECT_EQ(write_history_edn(*again), edn);
  }
}

// Boost.JSON refuses an exponent that no int holds.
TEST(HistoryIo, NumbersBeyondJsonAreTexts) {
  for (const char* number : {"1e2147483648", "0.1E-00000000001", "22/7", "1.5M"}) {
    const HistoryResult read =
        read_history(fmt::format("{{:process 0, :type :invoke, :f :w, :value {}}}", number));
    ASSERT_TRUE(read.has_value()) << to_string(read.error());
    const HistoryResult again = read_history(write_history_json_lines(*read));
    ASSERT_TRUE(again.has_value()) << to_string(again.error());
    EXPECT_EQ(again->events()[0].value, Value(number));
  }
}

TEST(HistoryIo, UnknownKeysAreKept) {
  const HistoryResult read = read_history(kLines);
  ASSERT_TRUE(read.has_value());
  ASSERT_NE(read->events()[0].extra.find("node"), nullptr);
  EXPECT_EQ(*read->events()[0].extra.find("node"), Value("n1"));
}

TEST(HistoryIo, AnEmptyTextIsAnEmptyHistory) {
  EXPECT_EQ(error_of(""), "no error");
  EXPECT_EQ(error_of(" ; nothing\n"), "no error");
  EXPECT_EQ(error_of("[]"), "no error");
}

TEST(HistoryIo, WrongPairsAreRefusedWithTheirLine) {
  const std::string call = "{:type :invoke, :process 3, :f :read, :value nil}\n";
  const std::string ok = "{:type :ok, :process 3, :f :read, :value nil}\n";
  const std::string info = "{:type :info, :process 3, :f :read, :value nil}\n";
  EXPECT_EQ(error_of(call + call),
            "line 2: process 3 invokes an operation while another one is open");
  EXPECT_EQ(error_of("\n" + ok), "line 2: process 3 completes (:ok) without an invocation");
  EXPECT_EQ(error_of(call + info + call),
            "line 3: process 3 is used again after its :info: what it does next needs another "
            "process");
  EXPECT_EQ(error_of(call + "{:type :ok, :process 3, :f :write, :value 1}"),
            "line 2: process 3 invoked read but completes write");
}

TEST(HistoryIo, WrongEventsAreRefusedWithTheirLine) {
  EXPECT_EQ(error_of("{:process 0, :f :read}"), "line 1: the event has no :type");
  EXPECT_EQ(error_of("{:type :maybe, :process 0}"),
            "line 1: :type must be invoke, ok, fail or info, not :maybe");
  EXPECT_EQ(error_of("{:type :ok, :process [1]}"),
            "line 1: :process must be an integer or a name, not [1]");
  EXPECT_EQ(error_of("{:type :invoke, :process 0, :f :read, :time -5}"),
            "line 1: :time must be an integer from 0, not -5");
  EXPECT_EQ(error_of("{:type :invoke, :process 0, :f :read, :type :ok}"),
            "line 1: a second :type in one event");
  EXPECT_EQ(error_of(R"({"type":"invoke","process":0,"f":"write","value":1,"value":2})"),
            "line 1: a second :value in one event");
  EXPECT_EQ(error_of("[1]"), "line 1: an event must be a map with :type, :process and :f");
  EXPECT_EQ(error_of("[] 5"), "line 1: extra data after the end of the history");
}

TEST(HistoryIo, WhatWasReadIsToldThoughItIsNothing) {
  const HistoryResult read = read_history(
      "{:type :invoke, :process 0, :f :read, :value [x nil]}\n"
      "{:type :ok, :process 0, :f :read, :value [x nil]}\n"
      "{:type :invoke, :process 0, :f :acquire}\n{:type :ok, :process 0, :f :acquire}\n");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->describe(read->operations()[0]), "process 0 read [x nil] -> [x nil] (ok)");
  EXPECT_EQ(read->describe(read->operations()[1]), "process 0 acquire (ok)");
}

TEST(HistoryIo, ProcessesHaveNumbersOrNames) {
  const HistoryResult read = read_history(
      "{:type :invoke, :process \"a\", :f :read}\n{:type :invoke, :process 7, :f :read}\n"
      "{:type :info, :process :nemesis, :f :start}\n{:type :info, :process :clock, :f :bump}\n"
      "{:type :ok, :process \"a\", :f :read}\n{:type :invoke, :process :a, :f :write, :value 1}\n"
      "{:type :invoke, :process :nemesis, :f :stop}\n{:type :info, :process :big-nemesis, :f :x}\n"
      "{:type :invoke, :process :not-nemesis, :f :read}\n"
      "{:type :ok, :process :not-nemesis, :f :read, :value 7}\n");
  ASSERT_TRUE(read.has_value());
  const auto& operations = read->operations();
  ASSERT_EQ(operations.size(), 4U);
  EXPECT_EQ(read->describe(operations[3]), "process not-nemesis read -> 7 (ok)");
  EXPECT_EQ(read->describe(operations[0]), "process a read -> nil (ok)");
  EXPECT_EQ(read->describe(operations[1]), "process 7 read (info)");
  EXPECT_EQ(read->describe(operations[2]), "process a write 1 (info)");
  EXPECT_EQ(read->process(operations[0]), read->process(operations[2]));
  EXPECT_NE(read->process(operations[0]), read->process(operations[1]));
  std::vector<std::string> actions;
  for (const Event& event : read->events()) {
    if (event.is_nemesis) actions.push_back(event.f);
  }
  EXPECT_EQ(actions, (std::vector<std::string>{"start", "bump", "stop", "x"}));
  EXPECT_TRUE(read->knowledge().sessions);
  EXPECT_EQ(error_of("{:type :ok, :process :a, :f :read}"),
            "line 1: process a completes (:ok) without an invocation");
}

TEST(HistoryIo, WithoutProcessesACompletionIsThatOfWhatIsOpenAndFits) {
  const std::string read = "{:type :invoke, :f :read, :value nil}\n";
  const std::string write = "{:type :invoke, :f :write, :value 1}\n";
  const HistoryResult history =
      read_history(read + write + "{:type :ok, :f :read, :value 1}\n" + read +
                   "{:type :ok, :f :write, :value 1}\n{:type :info, :f :read, :value nil}\n");
  ASSERT_TRUE(history.has_value());
  EXPECT_EQ(history->describe(history->operations()[0]), "a process read -> 1 (ok)");
  EXPECT_EQ(history->describe(history->operations()[1]), "a process write 1 (ok)");
  EXPECT_EQ(history->describe(history->operations()[2]), "a process read (info)");
  EXPECT_FALSE(history->knowledge().sessions);
  EXPECT_TRUE(history->knowledge().real_time);
  EXPECT_EQ(error_of(read + read + "{:type :ok, :f :read, :value 1}"),
            "line 3: several operations read are open; only a :process says which of them "
            "completes here");
  EXPECT_EQ(error_of("{:type :ok, :f :read, :value 1}"),
            "line 1: a process completes (:ok) without an invocation");
}

TEST(HistoryIo, AnInfoOfATransactionAloneMayHaveTakenPlace) {
  const std::string ok = "{:type :ok, :process b, :f :txn, :value [[:r x 1]]}\n";
  const std::string info = "{:type :info, :process a, :f :txn, :value [[:w x 1]]}\n";
  for (const std::string& text : {info + ok, ok + info + ok}) {
    const HistoryResult history = read_history(text);
    ASSERT_TRUE(history.has_value());
    const auto& all = history->operations();
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Operation& op) {
      return history->describe(op) == "process a txn [[:w x 1]] (info)";
    })) << text;
  }
  EXPECT_EQ(error_of("{:type :invoke, :process b, :f :txn}\n" + info),
            "line 2: process a completes (:info) without an invocation");
}

TEST(HistoryIo, TransactionsMayBeToldByTheirCompletionsAlone) {
  const std::string ok = "{:type :ok, :process 1, :f :txn, :value [[:append x 1]]}\n";
  const HistoryResult history = read_history(ok + "{:type :fail, :value [[:r x nil]]}\n" + ok);
  ASSERT_TRUE(history.has_value());
  ASSERT_EQ(history->operations().size(), 3U);
  EXPECT_EQ(history->describe(history->operations()[0]), "process 1 txn [[:append x 1]] (ok)");
  EXPECT_FALSE(history->knowledge().real_time);
  EXPECT_EQ(error_of(ok + "{:type :invoke, :process 2, :f :txn, :value []}\n"),
            "line 2: process 2 invokes an operation, though the history began with completions "
            "alone; it must tell all invocations or none");
  EXPECT_EQ(error_of("{:type :invoke, :process 2, :f :txn, :value []}\n" + ok),
            "line 2: process 1 completes (:ok) without an invocation");
}

TEST(HistoryIo, DamagedJsonIsRefusedWithLineAndColumn) {
  const std::string good = R"({"type":"invoke","process":0,"f":"read","value":null})";
  EXPECT_EQ(error_of(good + "\n{\"type\":}\n").substr(0, 17), "line 2, column 9:");
  EXPECT_EQ(error_of(good + "\n{\"type\":\"ok\"").substr(0, 7), "line 2,");
  EXPECT_NE(error_of("{\"value\":" + std::string(100, '[')).find("line 1"), std::string::npos);
}

// Every prefix of a history is read or refused; noise is refused. Nothing crashes.
TEST(HistoryIo, TruncationAndNoiseNeverCrash) {
  const std::string edn = "[" + std::string(kLines) + "]";
  for (std::size_t size = 0; size < edn.size(); ++size) {
    const HistoryResult read = read_history(std::string_view(edn).substr(0, size));
    EXPECT_EQ(read.has_error(), size > 0) << size;
    if (size > 0) {
      EXPECT_GT(read.error().line, 0U);
    }
  }
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string noisy = edn;
    for (int i = 0; i < 3; ++i) {
      state = state * 1664525U + 1013904223U;
      noisy[state % noisy.size()] = static_cast<char>(state >> 24);
    }
    const HistoryResult read = read_history(noisy);
    if (read.has_error()) {
      EXPECT_FALSE(read.error().reason.empty());
    }
  }
  std::string binary;
  for (int i = 0; i < 4096; ++i) binary += static_cast<char>(i * 7);
  EXPECT_TRUE(read_history(binary).has_error());
}

TEST(HistoryIo, AMissingFileAndAFolderAreMissing) {
  for (const std::string path : {"/no/such/file", "/"}) {
    bool missing = false;
    EXPECT_TRUE(read_history_file(path, &missing).has_error());
    EXPECT_TRUE(missing);
  }
}

}  // namespace
}  // namespace windtunnel::checkers
