#include <windtunnel/protocols/env/value_messages.h>

#include "tests/unit/protocols/env/tasks.h"

namespace windtunnel {
namespace {

using testing::HandMadeEnv;

enum class Kind : std::uint8_t { request = 7, answer };
using Message = ValueMessage<Kind>;

const Value kBody = Value::vector({Value::keyword("send"), 17, "text"});

TEST(ValueMessages, AreReadAsTheyWereWritten) {
  const Bytes bytes = encode(Message{Kind::request, 300, kBody});
  EXPECT_EQ(bytes[0], std::byte{7}) << "what faults know it by";
  const std::optional<Message> message = Message::decode(bytes);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->kind, Kind::request);
  EXPECT_EQ(message->id, 300U);
  EXPECT_EQ(message->body, kBody);
}

TEST(ValueMessages, ThatAreDamagedOrShortAreNone) {
  const Bytes bytes = encode(Message{Kind::request, 300, kBody});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(Message::decode(BytesView(bytes).first(i)).has_value()) << i;
    Bytes damaged = bytes;
    damaged[i] ^= std::byte{0x10};
    EXPECT_FALSE(Message::decode(damaged).has_value()) << i;
  }
}

// What was answered; nil when the deadline came first.
Task<void> call(Env& env, Mailbox& mailbox, Value& answered) {
  const Message request{Kind::request, 5, {}};
  const Endpoint nobody;
  const Instant deadline = Instant{} + seconds(1);
  const Result<Value> got = co_await before(env, deadline, ask(env, mailbox, nobody, request));
  answered = got ? *got : Value();
}

TEST(Ask, TakesTheAnswerWithItsNumberAndDropsOthers) {
  HandMadeEnv world;
  Mailbox mailbox(world.env);
  ASSERT_TRUE(mailbox.open(9).has_value());
  Value answered;
  Task<void> task = call(world.env, mailbox, answered);
  mailbox.on_message({}, encode(Message{Kind::answer, 4, "of another request"}));
  mailbox.on_message({}, as_bytes("no message"));
  world.executor.drain();
  EXPECT_TRUE(answered.is_nil());
  mailbox.on_message({}, encode(Message{Kind::answer, 5, "of this one"}));
  world.executor.drain();
  EXPECT_EQ(answered, Value("of this one"));
  EXPECT_EQ(world.clock.armed(), 0U);
}

TEST(Ask, EndsAtItsDeadline) {
  HandMadeEnv world;
  Mailbox mailbox(world.env);
  ASSERT_TRUE(mailbox.open(9).has_value());
  Value answered = "not yet";
  Task<void> task = call(world.env, mailbox, answered);
  world.clock.advance(seconds(1));
  world.executor.drain();
  EXPECT_TRUE(answered.is_nil());
}

}  // namespace
}  // namespace windtunnel
