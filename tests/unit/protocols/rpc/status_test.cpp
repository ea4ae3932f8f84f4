#include <windtunnel/protocols/rpc/status.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace windtunnel::rpc {
namespace {

std::string encoded(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

TEST(RpcStatus, EveryCodeHasItsNumber) {
  for (unsigned i = 0; i <= 16; ++i) {
    const auto code = static_cast<StatusCode>(i);
    EXPECT_EQ(parse_status_code(std::to_string(i)), code);
  }
}

TEST(RpcStatus, WhatIsNoNumberOfACodeIsUnknown) {
  for (const char* text : {"", "17", "-1", "1x", " 1", "99999999999999999999"}) {
    EXPECT_EQ(parse_status_code(text), StatusCode::unknown) << text;
  }
}

TEST(RpcStatus, MapsHttpAsTheDocumentDoes) {
  const std::pair<unsigned, StatusCode> table[] = {
      {400, StatusCode::internal},          {401, StatusCode::unauthenticated},
      {403, StatusCode::permission_denied}, {404, StatusCode::unimplemented},
      {429, StatusCode::unavailable},       {502, StatusCode::unavailable},
      {503, StatusCode::unavailable},       {504, StatusCode::unavailable},
      {500, StatusCode::unknown},           {302, StatusCode::unknown}};
  for (const auto& row : table) EXPECT_EQ(status_of_http(row.first), row.second) << row.first;
}

TEST(RpcStatus, MapsResetsAsTheDocumentDoes) {
  const std::pair<unsigned, StatusCode> table[] = {
      {0x0, StatusCode::internal},           {0x1, StatusCode::internal},
      {0x2, StatusCode::internal},           {0x3, StatusCode::internal},
      {0x4, StatusCode::internal},           {0x6, StatusCode::internal},
      {0x7, StatusCode::unavailable},        {0x8, StatusCode::cancelled},
      {0x9, StatusCode::internal},           {0xa, StatusCode::internal},
      {0xb, StatusCode::resource_exhausted}, {0xc, StatusCode::permission_denied}};
  for (const auto& row : table) EXPECT_EQ(status_of_reset(row.first), row.second) << row.first;
}

TEST(RpcStatus, PercentEncodesWhatIsNotPrintable) {
  EXPECT_EQ(encoded("plain text ~"), "plain text ~");
  EXPECT_EQ(encoded("100%\n"), "100%25%0A");
  EXPECT_EQ(encoded("\xe2\x98\xba"), "%E2%98%BA");
  EXPECT_EQ(percent_decoded("%e2%98%BA"), "\xe2\x98\xba");
}

TEST(RpcStatus, LeavesWhatIsNoEscape) {
  EXPECT_EQ(percent_decoded("%"), "%");
  EXPECT_EQ(percent_decoded("%2"), "%2");
  EXPECT_EQ(percent_decoded("%zz%41"), "%zzA");
}

RC_GTEST_PROP(RpcStatus, DecodingUndoesEncoding, (const std::string& text)) {
  RC_ASSERT(percent_decoded(encoded(text)) == text);
}

}  // namespace
}  // namespace windtunnel::rpc
