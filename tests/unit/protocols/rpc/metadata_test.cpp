#include <windtunnel/protocols/rpc/metadata.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace windtunnel::rpc {
namespace {

std::string base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::optional<std::string> bytes_of(std::string_view text) {
  std::string out;
  if (!append_from_base64(out, text)) return std::nullopt;
  return out;
}

TEST(RpcMetadata, KeepsTheOrderAndEveryValueOfAName) {
  Metadata metadata;
  metadata.add("b", "1");
  metadata.add("a", "");
  metadata.add("b", "2");
  ASSERT_EQ(metadata.size(), 3U);
  EXPECT_EQ(metadata[0], (Metadata::Entry{"b", "1"}));
  EXPECT_EQ(metadata[1], (Metadata::Entry{"a", ""}));
  EXPECT_EQ(metadata[2], (Metadata::Entry{"b", "2"}));
  EXPECT_EQ(metadata.find("b"), "1");
  EXPECT_FALSE(metadata.find("c").has_value());
  Metadata other;
  EXPECT_FALSE(metadata == other);
  metadata.clear();
  EXPECT_TRUE(metadata == other);
}

TEST(RpcMetadata, RefusesNamesOfTheProtocolAndValuesThatDoNotTravel) {
  EXPECT_TRUE(may_travel({"x-key_1.2", "a value"}));
  EXPECT_TRUE(may_travel({"x-bin", std::string_view("\0\xff", 2)}));
  EXPECT_TRUE(may_travel({"grpc-retry-pushback-ms", "100"}));
  for (const char* name : {"", ":path", "X", "a b", "grpc-timeout", "grpc-anything", "te"}) {
    EXPECT_FALSE(may_travel({name, "v"})) << name;
  }
  EXPECT_FALSE(may_travel({"x", "\n"}));
  EXPECT_FALSE(may_travel({"x", "\xc3\xa4"}));
}

TEST(RpcMetadata, EncodesTheVectorsOfRfc4648WithoutPadding) {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& row : table) {
    EXPECT_EQ(base64(row.first), row.second);
    EXPECT_EQ(bytes_of(row.second), row.first);
  }
  EXPECT_EQ(bytes_of("Zg=="), "f");
  EXPECT_EQ(bytes_of("Zm8="), "fo");
  for (const char* text : {"Z", "Zg=", "Z===", "Zg==Zg", "Zm9 ", "Z-9v", "===="}) {
    EXPECT_FALSE(bytes_of(text).has_value()) << text;
  }
}

TEST(RpcMetadata, SplitsBinaryValuesAtCommas) {
  Metadata metadata;
  EXPECT_TRUE(add_from_wire(metadata, "x-bin", "Zg==,Zm8,"));
  ASSERT_EQ(metadata.size(), 3U);
  EXPECT_EQ(metadata[0].value, "f");
  EXPECT_EQ(metadata[1].value, "fo");
  EXPECT_EQ(metadata[2].value, "");
  EXPECT_TRUE(add_from_wire(metadata, "x", "a,b"));
  EXPECT_EQ(metadata.find("x"), "a,b");
  EXPECT_FALSE(add_from_wire(metadata, "x-bin", "Zg,?"));
}

RC_GTEST_PROP(RpcMetadata, AnyBytesComeBack, (const std::string& bytes)) {
  RC_ASSERT(bytes_of(base64(bytes)) == bytes);
}

}  // namespace
}  // namespace windtunnel::rpc
