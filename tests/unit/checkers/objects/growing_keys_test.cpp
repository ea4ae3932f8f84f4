// Keys to which texts are appended: what the reads prove, and what each contradiction looks like.
#include <windtunnel/checkers/objects/kv.h>
#include <windtunnel/checkers/objects/pieces.h>
#include "tests/unit/checkers/generated.h"
#include "tests/unit/checkers/histories.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace windtunnel::checkers {
namespace {

using test::check;
using Answer = Pieces::Answer;

std::string called(int process, std::string_view f, std::string_view text) {
  const std::string value = f == "get" ? "nil" : fmt::format("\"{}\"", text);
  return fmt::format("{{:type :invoke, :process {}, :f :{}, :key \"k\", :value {}}}\n", process, f,
                     value);
}
std::string returned(int process, std::string_view f, std::string_view text,
                     std::string_view outcome = "ok") {
  return fmt::format("{{:type :{}, :process {}, :f :{}, :key \"k\", :value \"{}\"}}\n", outcome,
                     process, f, text);
}
std::string keyed(int process, std::string_view f, std::string_view text) {
  return called(process, f, text) + returned(process, f, text);
}
std::string append(std::string_view text) { return keyed(0, "append", text); }
std::string get(std::string_view text) { return keyed(1, "get", text); }

void expect_ok(const std::string& history) {
  const Verdict verdict = check(history, "kv");
  EXPECT_EQ(verdict.decision, Decision::ok) << verdict.witness.explanation;
  EXPECT_EQ(verdict.algorithm, "append-order");
}

// The lines of the witness, and how it is explained.
void expect_refused(const std::string& history, const std::vector<std::uint32_t>& lines,
                    std::string_view why) {
  const Verdict verdict = check(history, "kv");
  EXPECT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.algorithm, "append-order");
  EXPECT_EQ(verdict.witness.explanation, why);
  std::vector<std::uint32_t> shown;
  for (const Witness::Item& item : verdict.witness.operations) shown.push_back(item.line);
  EXPECT_EQ(shown, lines);
  EXPECT_TRUE(verdict.witness.minimised);
  EXPECT_TRUE(verdict.witness.rechecked);
}

const std::string kGrown = append("<1>") + append("<2>") + get("<1><2>");

TEST(GrowingKeys, ReadsNameTheAppendsBeforeThem) {
  expect_ok(kGrown);
  expect_ok(called(0, "append", "<1>") + called(2, "append", "<2>") + get("<2>") + get("<2><1>") +
            returned(0, "append", "<1>") + returned(2, "append", "<2>"));
  expect_refused(kGrown + append("<3>") + get("<1><2>"), {7, 9},
                 "\"<3>\" was appended before a read began that does not show it.");
  expect_refused(kGrown + get("<1>"), {3, 7},
                 "\"<2>\" was appended before a read began that does not show it.");
  expect_refused(append("<1>") + append("<2>") + get("<2><1>"), {1, 3, 5},
                 "\"<1>\" had been appended when the append of \"<2>\" began, but a read shows "
                 "\"<2>\" before \"<1>\".");
  expect_refused(get("<1>") + append("<1>"), {1, 3},
                 "A read shows \"<1>\" and ended before that was appended.");
  expect_refused(append("<1>") + get("<1><9>"), {3},
                 "A read shows \"<9>\", which nobody appended.");
  expect_refused(append("<1>") + get("<1><1>"), {1, 3},
                 "A read shows \"<1>\" twice, and it was appended once.");
}

TEST(GrowingKeys, TwoReadsOfWhichNeitherBeginsTheOtherContradictEachOther) {
  const std::string both = called(0, "append", "<1>") + called(2, "append", "<2>");
  expect_refused(both + get("<1>") + get("<2>"), {1, 2, 3, 5},
                 "Where one read shows \"<2>\", another shows \"<1>\": the key cannot have grown "
                 "from either to the other.");
}

TEST(GrowingKeys, AnAppendWhoseEndIsNotKnownHappensLateOrNever) {
  const std::string open = called(0, "append", "<1>") + returned(0, "append", "<1>", "info");
  const std::string other = keyed(2, "append", "<2>");
  expect_ok(open + other + get("<2>"));
  expect_ok(open + other + get("<2>") + get("<2><1>"));
  expect_refused(open + other + get("<2><1>") + get("<2>"), {1, 5, 7},
                 "A read shows \"<1>\", and a read that began after it does not.");
}

TEST(GrowingKeys, APutMayComeFirst) {
  const std::string put = keyed(2, "put", "a");
  expect_ok(get("") + put + append("<1>") + get("a<1>"));
  expect_ok(called(2, "put", "a") + get("a") + get("a") + returned(2, "put", "a"));
  expect_refused(put + get(""), {1, 3},
                 "A read shows what was there before the put, though it began after the put had "
                 "returned.");
  expect_refused(get("a") + put, {1, 3},
                 "A read shows what was put and ended before the put began.");
  expect_refused(put + append("<1>") + get("a"), {1, 3, 5},
                 "\"<1>\" was appended before a read began that does not show it.");
}

TEST(GrowingKeys, WhatCanBeReadInSeveralWaysIsLeftToTheSearch) {
  for (const std::string& history :
       {append("1") + append("11") + append("111") + get("111111"),  // 1 11 111, 11 1 111, ...
        append("1") + append("1") + get("11"), append("") + get(""),
        append("<1>") + keyed(0, "put", "a") + get("a")}) {
    const Verdict verdict = check(history, "kv");
    EXPECT_EQ(verdict.decision, Decision::ok);
    EXPECT_EQ(verdict.algorithm, "jit");
  }
}

TEST(GrowingKeys, AKeyMayBeUnsetAtFirst) {
  const std::string unset =
      called(1, "get", "") + "{:type :ok, :process 1, :f :get, :key \"k\", :value nil}\n";
  const std::string grown = unset + append("<1>") + get("<1>");
  EXPECT_EQ(check(grown, "kv", "nil").decision, Decision::ok);
  EXPECT_EQ(check(grown, "kv", "nil").algorithm, "append-order");
  const Verdict verdict = check(grown + unset, "kv", "nil");
  EXPECT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.witness.operations.size(), 2U);
  EXPECT_EQ(check(unset + get(""), "kv", "nil").decision, Decision::violated) << "nobody put it";
}

// "11" and "111" can change places when nothing is between them: then nothing is left out.
TEST(GrowingKeys, AWitnessIsNotNarrowedWhereThatHidesTheContradiction) {
  expect_refused(called(2, "append", "x") + append("11") + append("111") +
                     returned(2, "append", "x") + get("111x11"),
                 {1, 2, 4, 7},
                 "\"11\" had been appended when the append of \"111\" began, but a read shows "
                 "\"111\" before \"11\".");
}

TEST(GrowingKeys, AWitnessIsSmallHoweverLongTheKeyHasGrown) {
  test::GeneratedKv kv;
  kv.keys = 20;
  kv.lost = 4000;
  const History history = test::generate({20, 10'000, 3, 20}, kv);
  const Verdict verdict = check_linearizable(history, *parse_model("kv", std::nullopt));
  ASSERT_EQ(verdict.decision, Decision::violated);
  EXPECT_EQ(verdict.algorithm, "append-order");
  EXPECT_EQ(verdict.objects_violated, 1U);
  EXPECT_NE(verdict.witness.explanation.find("\"x 4000 y\" had been appended"), std::string::npos);
  EXPECT_LE(verdict.witness.operations.size(), 3U);
  EXPECT_TRUE(verdict.witness.minimised);
  EXPECT_TRUE(verdict.witness.rechecked);
}

TEST(Pieces, ATextFallsApartInOneWaySeveralOrNone) {
  const Pieces marked({"<1>", "<2>", "<12>"});
  EXPECT_EQ(marked.take_apart("<12><1>").order, (std::vector<std::uint32_t>{2, 0}));
  EXPECT_EQ(marked.take_apart("").answer, Answer::one_way);
  const Pieces::Apart none = marked.take_apart("<12><3>");
  EXPECT_EQ(none.answer, Answer::no_way);
  EXPECT_EQ(none.reached, 4U);
  // Separators in front: one piece begins another, and still there is one way.
  const Pieces led({",1", ",12", ",2"});
  EXPECT_EQ(led.take_apart(",1,12,2").order, (std::vector<std::uint32_t>{0, 1, 2}));
  const Pieces bare({"1", "2", "12"});
  EXPECT_EQ(bare.take_apart("12").answer, Answer::unclear);
  EXPECT_EQ(bare.take_apart("21").order, (std::vector<std::uint32_t>{1, 0}));
}

TEST(Pieces, TooMuchWorkIsUnclear) {
  std::vector<std::string> texts;
  for (std::size_t i = 1; i <= 300; ++i) texts.push_back(std::string(i, 'a'));
  std::vector<std::string_view> views(texts.begin(), texts.end());
  std::string text(2000, 'a');
  text.back() = 'b';
  EXPECT_EQ(Pieces(views).take_apart(text).answer, Answer::unclear);
}

}  // namespace
}  // namespace windtunnel::checkers
