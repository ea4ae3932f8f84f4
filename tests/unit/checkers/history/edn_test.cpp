#include <windtunnel/checkers/history/edn.h>

#include <gtest/gtest.h>

#include <string>

namespace windtunnel::checkers {
namespace {

std::string round_trip(std::string_view text) {
  EdnReader reader(text);
  Value value;
  if (!reader.read(value)) return "error: " + to_string(reader.error());
  return to_edn(value);
}

TEST(Edn, ReadsAndWritesEveryKindOfForm) {
  for (const std::string form : {"nil",
                                 "true",
                                 "false",
                                 "0",
                                 "-17",
                                 "9223372036854775807",
                                 ":ok",
                                 ":a/b",
                                 "sym",
                                 "\"a\\\"b\"",
                                 "\\a",
                                 "\\newline",
                                 "[1 2]",
                                 "(1 2)",
                                 "{:a 1, :b [2]}",
                                 "#{1 2}",
                                 "#inst \"2020\"",
                                 "1.5",
                                 "##NaN",
                                 "[]",
                                 "{}",
                                 "+",
                                 "-"}) {
    EXPECT_EQ(round_trip(form), form);
  }
}

TEST(Edn, KeepsTheTextOfNumbersThatDoNotFit) {
  EXPECT_EQ(round_trip("123456789012345678901234567890N"), "123456789012345678901234567890N");
  EXPECT_EQ(round_trip("22/7"), "22/7");
  EXPECT_EQ(round_trip("1e400"), "1e400");
  EXPECT_EQ(round_trip("42N"), "42");
  for (const std::string form : {"-1.5e-3M", "1.", "+1e4", "1.0M"})
    EXPECT_EQ(round_trip(form), form);
  for (const std::string form : {"1-2", "1e", "1/", "1//2", "0MM", "1.5N", "1.2.3", "1/2M"}) {
    EXPECT_EQ(round_trip(form), "error: line 1, column 1: '" + form + "' is not a number");
  }
}

TEST(Edn, ReadsIntegersInOtherBasesAsClojureDoes) {
  EXPECT_EQ(round_trip("0x5b1f"), "23327");
  EXPECT_EQ(round_trip("[-0XFF +0x10N 2r101 36rZZ]"), "[-255 16 5 1295]");
  EXPECT_EQ(round_trip("0xffffffffffffffff"), "0xffffffffffffffff");
  for (const std::string text : {"0x", "0xg", "1r1", "37r1", "2a2r1", "2r2", "r1x"}) {
    EXPECT_EQ(round_trip(text).starts_with("error"), text != "r1x") << text;
  }
}

TEST(Edn, ReadsWhatClojurePrintsBeyondEdn) {
  EXPECT_EQ(round_trip("#object[some.Grudge 0x5b1f \"g\"]"), "#object [some.Grudge 23327 \"g\"]");
  EXPECT_EQ(round_trip("[^{:line 1} [1] ^:private x ^String \"s\" #^{:a 1} {:b ^:c 2}]"),
            "[[1] x \"s\" {:b 2}]");
  EXPECT_EQ(round_trip("[#\"a.*\" #'user/foo]"), "[#regex \"a.*\" #'user/foo]");
  EXPECT_EQ(round_trip(R"(#"a\d+\\ \"b")"), R"(#regex "a\\d+\\\\ \"b")");
  EXPECT_EQ(round_trip("[#regex \"a.*\" #'user/foo]"), "[#regex \"a.*\" #'user/foo]");
  EXPECT_EQ(round_trip("^{:a 1}"), "error: line 1, column 8: the text ends inside a form");
  std::string metadata;
  for (int i = 0; i < 100'000; ++i) metadata += "^a ";
  EXPECT_NE(round_trip(metadata).find("nested more than 64 deep"), std::string::npos);
}

TEST(Edn, RefusesWhatIsNotUtf8AndNamesItsPlace) {
  for (const std::string_view text :
       {"[1 \"a\xff\"]", "[ab\xc3]", "[:a\xed\xa0\x80]", "[\\\xf8]", "[#a\xff 1]"}) {
    EdnReader reader(text);
    Value value;
    EXPECT_FALSE(reader.read(value)) << text;
    EXPECT_NE(reader.error().reason.find("is not UTF-8"), std::string::npos)
        << reader.error().reason;
  }
  EXPECT_EQ(round_trip("\"\xf0\x9f\x98\x80\""), "\"\xf0\x9f\x98\x80\"");
}

TEST(Edn, SkipsCommentsCommasAndDiscardedForms) {
  EXPECT_EQ(round_trip("; a comment\n [1,,2 #_ {:gone [3]} #_#_ 4 5 6]"), "[1 2 6]");
}

TEST(Edn, ReadsEscapesAndUnicode) {
  EXPECT_EQ(round_trip("\"a\\n\\t\\u00e9\""), "\"a\\n\\t\xc3\xa9\"");
  EXPECT_EQ(round_trip("\\u0041"), "\\A");
}

TEST(Edn, ErrorsNameLineAndColumn) {
  EXPECT_EQ(round_trip("[1\n  }"), "error: line 2, column 3: unexpected '}'");
  EXPECT_EQ(round_trip("[1 2"), "error: line 1, column 5: the text ends before ']'");
  EXPECT_EQ(round_trip("{:a}"), "error: line 1, column 1: a map with a key but no value");
  EXPECT_EQ(round_trip("\n\"abc"), "error: line 2, column 1: a string without an end");
  EXPECT_EQ(round_trip("12x"), "error: line 1, column 1: '12x' is not a number");
  EXPECT_EQ(round_trip("#"), "error: line 1, column 2: the text ends after '#'");
  EXPECT_EQ(round_trip("\x01"), "error: line 1, column 1: unexpected byte 0x01");
}

TEST(Edn, NestingIsBounded) {
  EXPECT_EQ(round_trip(std::string(60, '[') + std::string(60, ']')),
            std::string(60, '[') + std::string(60, ']'));
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(round_trip(deep), "error: line 1, column 65: nested more than 64 deep");
  std::string discards;
  for (int i = 0; i < 100'000; ++i) discards += "#_ ";
  EXPECT_NE(round_trip(discards).find("nested more than 64 deep"), std::string::npos);
  std::string tags;
  for (int i = 0; i < 100'000; ++i) tags += "#t ";
  EXPECT_NE(round_trip(tags).find("nested more than 64 deep"), std::string::npos);
}

}  // namespace
}  // namespace windtunnel::checkers
