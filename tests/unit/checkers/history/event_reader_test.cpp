// Reading event by event: wherever the text is cut, what is read is the same.
#include <windtunnel/checkers/history/event_reader.h>

#include <windtunnel/checkers/history/event_form.h>
#include <windtunnel/checkers/history/history_io.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Gives a text a few bytes at a time.
class Trickle final : public ByteSource {
 public:
  Trickle(std::string_view text, std::size_t at_once) : text_(text), at_once_(at_once) {}
  std::optional<ReadError> read(std::span<char> into, std::size_t& count) override {
    count = std::min({into.size(), at_once_, text_.size()});
    std::copy_n(text_.begin(), count, into.begin());
    text_.remove_prefix(count);
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_once_;
};

// Every event with its line, and the error at last.
std::vector<std::string> all_of(EventReader& reader) {
  std::vector<std::string> all;
  Event event;
  while (reader.next(event)) all.push_back(std::to_string(event.line) + ": " + event_to_edn(event));
  if (reader.failed()) all.push_back(to_string(reader.error()));
  if (reader.ended_early()) all.push_back("ended early, " + to_string(*reader.ended_early()));
  return all;
}
std::vector<std::string> whole(std::string_view text, const WindowSize& size = {}) {
  EventReader reader(text, size);
  return all_of(reader);
}
std::vector<std::string> trickled(std::string_view text, const WindowSize& size) {
  Trickle source(text, size.block_bytes);
  EventReader reader(source, size);
  return all_of(reader);
}

// Where a text may end early.
std::vector<std::string> until_the_end(std::string_view text, std::size_t block = 1000) {
  Trickle source(text, block);
  EventReader reader(source, {block});
  reader.let_end_early();
  return all_of(reader);
}

constexpr std::string_view kEvents =
    "{:index 0, :time 10, :type :invoke, :process 0, :f :write, :value [1 (2 #{3}) {:k \"\"}]}\n"
    "; a comment with ) and \"\r\n"
    "#_{:discarded [form \"]\"]} #_ #_ two forms\r\n"
    "#jepsen.history.Op{:type :info, :process :nemesis, :f :start, :value "
    "\"a\\u00e9\\ud83d\\ude00\"}"
    "\n\n,,, {:index 2 :type :ok\n :process 0\n :f :write :node \\u0041 :c \\newline :s sym\n"
    " :value 12345678901234567890N, :x ##NaN, #inst \"2020\" -1.5e3, :error \"\\\"\\\\\"}\n"
    "{:type :invoke, :process 1, :f read, :value #_gone nil ;why\n} #_last";

constexpr std::string_view kJson =
    "{\"index\":0,\"type\":\"invoke\",\"process\":0,\"f\":\"write\",\"value\":[1,{\"a\":null}]}\n"
    "\r\n   \n"
    "{\"type\":\"ok\",\"process\":0,\"f\":\"write\",\"value\":\"\\u00e9\\n\\ud83d\\ude00\",\"x\":1."
    "50}"
    "\r\n  { \"type\":\"info\",\"process\":\"nemesis\",\"f\":\"x\",\"n\":18446744073709551616} ";

// The same as an array, and with an event over several lines.
std::string json_array() {
  return R"({"index":0,"type":"invoke","process":0,"f":"write","value":[1,{"a":"],{"}]} ,)"
         "\n"
         R"({"type":"ok","process":0,"f":"write","value":[]},{"type":"invoke","process":1})";
}
std::string pretty_json() {
  return "{\n  \"type\": \"invoke\",\n  \"process\": 0,\n  \"f\": \"txn\",\n  \"value\": [\n    "
         "{\n      \"a\": 1\n    }\n  ]\n}\n{\n  \"type\": \"ok\", \"process\": 0,\n  \"f\": "
         "\"txn\"\n}\n";
}

std::vector<std::string> good_texts() {
  const std::string events(kEvents);
  const std::string json(kJson);
  const std::string mark = "\xef\xbb\xbf";
  return {events,
          "[" + events + "\n]\n",
          " ; c\n(" + events + "\n) #_ [x] ; end",
          mark + events,
          mark + "\r\n[" + events + "\n]",
          json,
          mark + json,
          "\n \n" + json + "\n",
          "[" + json_array() + "]",
          mark + " [ " + json_array() + "\n]\n",
          pretty_json(),
          "[]",
          "",
          " ; nothing\n",
          "[]",
          "\n( )\n",
          "{ ",
          mark};
}

TEST(EventReader, ReadsTheSameWhereverBlocksEnd) {
  for (const std::string& text : good_texts()) {
    const std::vector<std::string> expected = whole(text);
    for (std::size_t block = 1; block <= 64; ++block) {
      EXPECT_EQ(trickled(text, {block}), expected) << block << "\n" << text;
    }
  }
}

TEST(EventReader, KeepsLinesCommentsAndUnknownKeysApart) {
  EXPECT_THAT(
      whole("[" + std::string(kEvents) + "\n]"),
      ElementsAre(
          "1: {:index 0, :time 10, :type :invoke, :process 0, :f :write, :value [1 (2 #{3}) {:k "
          "\"\"}]}",
          "4: {:index -1, :type :info, :process :nemesis, :f :start, :value "
          "\"a\xc3\xa9\xf0\x9f\x98\x80\"}",
          "6: {:index 2, :type :ok, :process 0, :f :write, :value 12345678901234567890N, :error "
          "\"\\\"\\\\\", :node \\A, :c \\newline, :s sym, :x ##NaN, #inst \"2020\" -1.5e3}",
          "10: {:index -1, :type :invoke, :process 1, :f :read, :value nil}"));
  EXPECT_THAT(whole(kJson),
              ElementsAre("1: {:index 0, :type :invoke, :process 0, :f :write, :value [1 {\"a\" "
                          "nil}]}",
                          "4: {:index -1, :type :ok, :process 0, :f :write, :value "
                          "\"\xc3\xa9\\n\xf0\x9f\x98\x80\", :x 1.50}",
                          "5: {:index -1, :type :info, :process :nemesis, :f :x, :value nil, :n "
                          "18446744073709551616}"));
}

// Cut anywhere, and with a byte too many or a wrong one.
TEST(EventReader, RefusesTheSameWhereverBlocksEnd) {
  for (const std::string& text : good_texts()) {
    std::vector<std::string> damaged;
    for (std::size_t size = 0; size < text.size(); ++size) damaged.push_back(text.substr(0, size));
    for (std::size_t at = 0; at < text.size(); at += 3) {
      for (const char c : {')', '"', '#', '\\', '}', '\x01'}) {
        damaged.push_back(text);
        damaged.back()[at] = c;
      }
    }
    for (const std::string& each : damaged) {
      const std::vector<std::string> expected = whole(each);
      for (const std::size_t block : {1, 2, 7, 64}) {
        ASSERT_EQ(trickled(each, {block}), expected) << block << "\n" << each;
      }
    }
  }
}

TEST(EventReader, NamesLineAndColumnOfWhatIsWrong) {
  const std::string good = "{:type :invoke, :process 0, :f :read, :value nil}\n";
  const std::string json = "{\"type\":\"invoke\",\"process\":0,\"f\":\"read\"}\n";
  const std::vector<std::pair<std::string, std::string>> texts = {
      {good + "  {:a }", "line 2, column 3: a map with a key but no value"},
      {good + good + "\n[1 }", "line 4, column 4: unexpected '}'"},
      {"[" + good + " 12x", "line 2, column 2: '12x' is not a number"},
      {"[" + good, "line 2: the text ends before the history is closed"},
      {"[]\n\n{}", "line 3: extra data after the end of the history"},
      {good + "\"\\ud800x\"", "line 2, column 7: half a character after \\u"},
      {"\xef\xbb\xbf}", "line 1, column 1: unexpected '}'"},
      {json + "  {\"a\":}", "line 2, column 8: JSON: syntax error"},
      {json + R"({"type":"ok","process":0,"f":"read"} x)",
       "line 2, column 38: extra data after the JSON value"},
      {"  " + json.substr(0, json.size() - 1) + " x",
       "line 1, column 44: extra data after the JSON value"},
      {"[" + json + "]\n1", "line 3: extra data after the end of the history"},
      {"[" + json + json + "]", "line 2, column 1: a comma is missing between two events"},
      {"[" + json + ",\n  {\"a\":}]", "line 3, column 8: JSON: syntax error"},
      {"[" + json, "line 2: the text ends before the history is closed"}};
  for (const auto& [text, error] : texts) {
    for (const std::size_t block : {1, 5, 1000}) {
      EXPECT_THAT(trickled(text, {block}).back(), HasSubstr(error)) << text;
    }
    EXPECT_THAT(whole(text).back(), HasSubstr(error)) << text;
  }
}

TEST(EventReader, JsonIsReadAsOneArrayAndOverSeveralLines) {
  EXPECT_THAT(whole("[" + json_array() + "]"),
              ElementsAre("1: {:index 0, :type :invoke, :process 0, :f :write, :value [1 {\"a\" "
                          "\"],{\"}]}",
                          "2: {:index -1, :type :ok, :process 0, :f :write, :value []}",
                          "2: {:index -1, :type :invoke, :process 1, :f \"\", :value nil}"));
  EXPECT_THAT(whole(pretty_json()),
              ElementsAre("1: {:index -1, :type :invoke, :process 0, :f :txn, :value [{\"a\" 1}]}",
                          "11: {:index -1, :type :ok, :process 0, :f :txn, :value nil}"));
}

// The process that wrote it was ended: every event before the cut is read, and the cut is named.
TEST(EventReader, ATextThatEndsEarlyIsReadUpToThere) {
  const std::string line = "{:type :invoke, :process 0, :f :read, :value \"x\"}\n";
  const std::string json = "{\"type\":\"invoke\",\"process\":0,\"f\":\"read\"}";
  const std::vector<std::pair<std::string, std::string>> texts = {
      {line + line.substr(0, 20), "line 2: "},
      {line + line.substr(0, 46), "line 2: a string without an end"},
      {line + "\n  {", "line 3: "},
      {line + line.substr(0, 20) + "\n", "line 2: "},
      {json + "\n{\"type\":\n", "line 2: JSON: the text ends inside a value"},
      {line + "#jepsen.history.O", "line 2: "},
      {"[" + line + " " + line.substr(0, 30), "line 2: "},
      {"[" + line, "line 2: the text ends before the history is closed"},
      {json + "\n" + json.substr(0, 20), "line 2: JSON: the text ends inside a value"},
      {"[" + json + ",\n" + json + ",{\n  \"type\":", "line 2: JSON: the text ends inside a value"},
      {"[" + json + ",", "line 1: the text ends before the history is closed"}};
  for (const auto& [text, where] : texts) {
    for (const std::size_t block : {1, 7, 1000}) {
      const std::vector<std::string> read = until_the_end(text, block);
      ASSERT_GE(read.size(), 2U) << text;
      EXPECT_THAT(read.back(), HasSubstr("ended early, " + where)) << text;
    }
    EXPECT_THAT(whole(text).back(), testing::Not(HasSubstr("ended early"))) << text;
  }
}

TEST(EventReader, MetadataMayStandBeforeTheHistory) {
  const std::string event = "{:type :invoke, :process 0, :f :read, :value nil}";
  for (const char* metadata : {"^{:a 1} ", "^:a\n", "#^{:a [1]} ^:b "}) {
    for (const std::size_t block : {1, 7, 1000}) {
      EXPECT_THAT(trickled(metadata + ("[" + event + " ^:b " + event + "]"), {block}),
                  testing::SizeIs(2))
          << metadata;
      EXPECT_THAT(trickled(metadata + event, {block}), testing::SizeIs(1)) << metadata;
    }
  }
  EXPECT_THAT(whole("^{:a 1"), ElementsAre(testing::StartsWith("line 1")));
}

// What lacks its end and is not the last event is damaged, and so is a text with no whole event.
TEST(EventReader, WhatIsDamagedBeforeTheEndIsNoEarlyEnd) {
  const std::string line = "{:type :invoke, :process 0, :f :read, :value \"x\"}\n";
  const std::string json = "{\"type\":\"invoke\",\"process\":0,\"f\":\"read\"}\n";
  for (const std::string& text :
       {line + "{:type :invoke, :f :read, :value \"x}\n" + line + line,
        line + "{:type :invoke\n" + line, line.substr(0, 20), std::string("{"),
        json + "{\"type\":\"invoke}\n" + json, json + "{\"type\":\"invoke\"\n" + json, line + "}",
        line + "{:type :ok, :value [1)\n", json + "{\"type\":]\n"}) {
    EXPECT_THAT(until_the_end(text).back(), testing::StartsWith("line ")) << text;
  }
}

std::string event_of_size(std::size_t size, bool json) {
  std::string text = json ? R"({"type":"invoke","process":0,"f":"w","value":"")"
                          : R"({:type :invoke, :process 0, :f :w, :value "")";
  text.insert(text.size() - 1, std::string(size - text.size() - 1, 'x'));
  return text + "}";
}

TEST(EventReader, AnEventHasABoundAndItsLineIsNamed) {
  const std::string too_long =
      "line 4: an event, a comment or a discarded form is longer than 200 bytes";
  for (const bool json : {false, true}) {
    const std::size_t most = 200;
    const std::string fits = event_of_size(most, json);
    ASSERT_EQ(fits.size(), most);
    const std::string large = event_of_size(most + 1, json);
    for (const std::size_t block : {1, 13, 64, 150, 500, 5000}) {
      const WindowSize size{block, 200};
      EXPECT_EQ(trickled(fits + "\n" + fits + "\n\n" + fits + "\n", size).size(), 3U);
      const std::string text = fits + "\n" + fits + "\n\n" + large + "\n" + fits;
      EXPECT_EQ(trickled(text, size).back(), too_long) << block;
      EXPECT_EQ(whole(text, size).back(), too_long);
    }
  }
}

TEST(EventReader, WhatStandsBetweenEventsHasNoBoundButEachPieceOfIt) {
  const std::string event = event_of_size(100, false);
  std::string between = std::string(10'000, ' ');
  for (int i = 0; i < 100; ++i) between += ";" + std::string(100, 'c') + "\n#_[" + event + "]\n";
  for (const std::size_t block : {1, 64, 5000}) {
    EXPECT_EQ(trickled(event + between + event + between, {block, 200}).size(), 2U);
    EXPECT_EQ(trickled("\n" + event + "\n\n;" + std::string(300, 'c'), {block, 200}).back(),
              "line 4: an event, a comment or a discarded form is longer than 200 bytes");
    EXPECT_THAT(trickled("#_\"" + std::string(300, 'c') + "\"", {block, 200}).back(),
                HasSubstr("longer than 200 bytes"));
  }
}

// Noise that never ends is refused at the bound; the source is not read to its end.
TEST(EventReader, ReadsNoFurtherThanItMust) {
  class Endless final : public ByteSource {
   public:
    std::optional<ReadError> read(std::span<char> into, std::size_t& count) override {
      std::fill(into.begin(), into.end(), given == 0 ? '"' : 'x');
      count = given == 0 ? 1 : into.size();
      given += count;
      return std::nullopt;
    }
    std::size_t given = 0;
  } endless;
  EventReader reader(endless);
  EXPECT_THAT(all_of(reader), ElementsAre(HasSubstr("line 1: ")));
  EXPECT_LE(endless.given, 2 * WindowSize().limit_bytes);
}

TEST(EventReader, AFailingSourceIsAnErrorWithoutALine) {
  FileSource missing("/no/such/file");
  EventReader reader(missing);
  Event event;
  EXPECT_FALSE(reader.next(event));
  EXPECT_EQ(reader.error().line, 0U);
  EXPECT_EQ(to_string(reader.error()), "cannot read /no/such/file: No such file or directory");
  EXPECT_FALSE(reader.next(event));
}

}  // namespace
}  // namespace windtunnel::checkers
