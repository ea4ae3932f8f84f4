#include <windtunnel/protocols/env/mailbox.h>

#include "tests/unit/protocols/env/tasks.h"

namespace windtunnel {
namespace {

using testing::HandMadeEnv;
using testing::Log;

Task<void> take(Env& env, Mailbox& mailbox, Log& log, Instant deadline) {
  Result<Mailbox::Message> message = co_await before(env, deadline, mailbox.next());
  if (message) {
    log.push_back(std::string(as_text(message->bytes)));
  } else {
    log.push_back(std::string(name_of(static_cast<Errc>(message.error().value()))));
  }
}

TEST(Mailbox, WakesItsReaderWithTheMessage) {
  HandMadeEnv world;
  Log log;
  Mailbox mailbox(world.env);
  ASSERT_TRUE(mailbox.open(9).has_value());
  Task<void> task = take(world.env, mailbox, log, Instant{} + seconds(1));
  world.transport.sink()->on_message({}, as_bytes("hi"));
  EXPECT_TRUE(log.empty());
  world.executor.drain();
  EXPECT_EQ(log, Log{"hi"});
  EXPECT_EQ(world.clock.armed(), 0U);
}

TEST(Mailbox, TimesOutAtTheDeadlineAndThenServesTheNextReader) {
  HandMadeEnv world;
  Log log;
  Mailbox mailbox(world.env);
  Task<void> task = take(world.env, mailbox, log, Instant{} + seconds(1));
  world.clock.advance(seconds(1));
  world.executor.drain();
  EXPECT_EQ(log, Log{"timed-out"});
  mailbox.on_message({}, as_bytes("late"));
  Task<void> next = take(world.env, mailbox, log, Instant{} + seconds(2));
  EXPECT_EQ(log, (Log{"timed-out", "late"}));
}

TEST(Mailbox, DropsMessagesOverItsLimit) {
  HandMadeEnv world;
  Mailbox mailbox(world.env, 2);
  for (int i = 0; i < 5; ++i) mailbox.on_message({}, as_bytes("x"));
  EXPECT_EQ(mailbox.size(), 2U);
}

TEST(Mailbox, ForgetsAReaderThatWasDestroyed) {
  HandMadeEnv world;
  Log log;
  Mailbox mailbox(world.env);
  { Task<void> task = take(world.env, mailbox, log, Instant{} + seconds(1)); }
  mailbox.on_message({}, as_bytes("x"));
  EXPECT_EQ(world.executor.drain(), 0);
  EXPECT_EQ(mailbox.size(), 1U);
}

}  // namespace
}  // namespace windtunnel
