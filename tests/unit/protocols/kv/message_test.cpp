#include <windtunnel/protocols/kv/message.h>

#include <gtest/gtest.h>

namespace windtunnel::kv {
namespace {

Bytes sample_request() {
  Request request;
  request.id = 77;
  request.command.op = Op::cas;
  request.command.session = 5;
  request.command.sequence = 300;
  request.command.key = "key";
  request.command.value = "new";
  request.command.expected = "old";
  Bytes bytes;
  encode(request, bytes);
  return bytes;
}

TEST(KvMessage, ARequestSurvivesTheWire) {
  const Bytes bytes = sample_request();
  const Result<Request> request = decode_request(bytes);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->id, 77U);
  EXPECT_EQ(request->command.op, Op::cas);
  EXPECT_EQ(request->command.session, 5U);
  EXPECT_EQ(request->command.sequence, 300U);
  EXPECT_EQ(request->command.key, "key");
  EXPECT_EQ(request->command.value, "new");
  EXPECT_EQ(request->command.expected, "old");
}

TEST(KvMessage, AResponseSurvivesTheWire) {
  Response response;
  response.id = 9;
  response.status = Status::not_leader;
  response.session = 4;
  response.leader = NodeId{2};
  response.value = "v";
  Bytes bytes;
  encode(response, bytes);
  const Result<Response> decoded = decode_response(bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->id, 9U);
  EXPECT_EQ(decoded->status, Status::not_leader);
  EXPECT_EQ(decoded->session, 4U);
  EXPECT_EQ(decoded->leader, NodeId{2});
  EXPECT_EQ(decoded->value, "v");
}

TEST(KvMessage, DamageIsNoticedAtEveryByteAndLength) {
  const Bytes good = sample_request();
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= std::byte{0x04};
    EXPECT_FALSE(decode_request(bad)) << "byte " << i;
    EXPECT_FALSE(decode_request(BytesView(good).first(i))) << "length " << i;
  }
}

TEST(KvMessage, AResponseIsNotARequest) {
  Bytes bytes;
  encode(Response{}, bytes);
  EXPECT_FALSE(decode_request(bytes));
  EXPECT_EQ(message_name(std::to_integer<std::uint8_t>(bytes[0])), "kv-response");
}

}  // namespace
}  // namespace windtunnel::kv
