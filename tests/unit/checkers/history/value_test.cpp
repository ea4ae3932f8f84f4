#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/numbering.h>

#include <gtest/gtest.h>

namespace windtunnel::checkers {
namespace {

Value value(std::string_view edn) {
  EdnReader reader(edn);
  Value out;
  EXPECT_TRUE(reader.read(out)) << edn;
  return out;
}

TEST(Value, IsEqualAsInClojure) {
  for (const auto& [a, b] : {std::pair{"{:a 1 :b 2}", "{:b 2 :a 1}"},
                             std::pair{"#{1 2 3}", "#{3 1 2}"}, std::pair{"[1 2]", "(1 2)"},
                             std::pair{"#{{1 2, 3 4}}", "#{{3 4, 1 2}}"}, std::pair{"[]", "()"}}) {
    EXPECT_EQ(value(a), value(b)) << a;
    EXPECT_EQ(hash_of(value(a)), hash_of(value(b))) << a;
  }
}

TEST(Value, DiffersWhereClojuresDo) {
  const char* const all[] = {"[1 2]",      "[2 1]",      "#{1 2}", "#{1}", "{1 2}", "{2 1}",
                             "{1 2, 3 4}", "{1 4, 3 2}", "\"a\"",  ":a",   "a",     "1",
                             "nil",        "[]",         "{}",     "#{}"};
  for (const char* a : all) {
    for (const char* b : all) {
      EXPECT_EQ(value(a) == value(b), a == b) << a << " " << b;
      EXPECT_EQ((value(a) < value(b)) + (value(b) < value(a)), a == b ? 0 : 1) << a << " " << b;
    }
  }
}

TEST(Value, IsLeftWholeByCopiesWhoseItemsAreTaken) {
  const Value kept = value("[1 \"two\" {:three 3}]");
  Value copy = kept;
  const std::vector<Value> taken = std::move(copy).take_items();
  EXPECT_EQ(kept, value("[1 \"two\" {:three 3}]"));
  EXPECT_EQ(taken, kept.items());
}

TEST(Value, IsMovedFromWhereNoCopySharesIt) {
  Value only = value("[1 [2 3]]");
  const Value* const first = only.items().data();
  const std::vector<Value> taken = std::move(only).take_items();
  EXPECT_EQ(taken.data(), first);
}

TEST(Value, IsNumberedByWhatItIs) {
  Numbering numbers;
  const std::uint32_t first = numbers.number(value("{:a 1 :b 2}"));
  EXPECT_EQ(numbers.number(value("{:b 2 :a 1}")), first);
  EXPECT_NE(numbers.number(value("{:b 1 :a 2}")), first);
}

}  // namespace
}  // namespace windtunnel::checkers
