#include <windtunnel/protocols/base/utf8.h>

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

TEST(Utf8, AnyTextIsMadePrintable) {
  EXPECT_EQ(printable("a\xff"
                      "b\x01\n"),
            "a\xef\xbf\xbd"
            "b \n");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") << "a surrogate";
  EXPECT_EQ(printable("\xc3\xa4\xf0\x9f\x98\x80"), "\xc3\xa4\xf0\x9f\x98\x80");
}

TEST(Utf8, WhatIsNoCharacterHasNoLength) {
  EXPECT_EQ(utf8_length(""), 0U);
  EXPECT_EQ(utf8_length("a"), 1U);
  EXPECT_EQ(utf8_length("\xc3"), 0U) << "cut off";
  EXPECT_EQ(utf8_length("\xc0\x80"), 0U) << "overlong";
  EXPECT_EQ(utf8_length("\xf4\x90\x80\x80"), 0U) << "beyond the last code point";
}

TEST(Utf8, ACutKeepsCharactersWhole) {
  EXPECT_EQ(whole_characters("abc", 2), "ab");
  EXPECT_EQ(whole_characters("abc", 9), "abc");
  EXPECT_EQ(whole_characters("a\xc3\xa4", 2), "a");
  EXPECT_EQ(whole_characters("\xc3\xa4", 1), "");
}

}  // namespace
}  // namespace windtunnel
