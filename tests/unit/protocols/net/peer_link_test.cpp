// The link to one peer, over a stream made by hand.
#include <windtunnel/protocols/net/framing.h>
#include <windtunnel/protocols/net/peer_link.h>
#include "tests/bench/allocations.h"
#include "tests/unit/protocols/env/hand_made_env.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace windtunnel {
namespace {

// Takes `room` bytes, then blocks until there is room again. Keeps nothing.
class HandStream final : public Stream, private WaiterHolder {
 public:
  HandStream(Executor& executor, std::size_t& room) : executor_(executor), room_(room) {}
  ~HandStream() override {
    if (reader_ != nullptr) reader_->disarm();
    if (writer_ != nullptr) writer_->disarm();
  }
  Endpoint local() const override { return {}; }
  Endpoint remote() const override { return {}; }
  Result<std::size_t> write(BytesView bytes) override {
    const std::size_t taken = std::min(bytes.size(), room_);
    if (taken == 0) return make_error_code(Errc::would_block);
    room_ -= taken;
    return taken;
  }
  Result<std::size_t> read(MutableBytesView) override { return make_error_code(Errc::would_block); }
  void when_readable(Waiter& waiter) override { hold(waiter, reader_); }
  void when_writable(Waiter& waiter) override { hold(waiter, writer_); }
  void shutdown_write() override {}
  void reset() override {}
  void make_room(std::size_t count) {
    room_ += count;
    if (writer_ == nullptr) return;
    Waiter& waiter = *writer_;
    waiter.disarm();
    executor_.post(waiter);
  }

 private:
  void hold(Waiter& waiter, Waiter*& place) {
    waiter.hold(*this);
    place = &waiter;
  }
  void forget(Waiter& waiter) noexcept override {
    (reader_ == &waiter ? reader_ : writer_) = nullptr;
    waiter.release();
  }
  Executor& executor_;
  std::size_t& room_;
  Waiter* reader_ = nullptr;
  Waiter* writer_ = nullptr;
};

class HandStreams final : public Transport {
 public:
  explicit HandStreams(Executor& executor) : executor_(executor) {}
  Result<std::unique_ptr<MessageSocket>> bind(Port, MessageSink&) override {
    return make_error_code(Errc::unsupported);
  }
  Result<std::unique_ptr<Listener>> listen(Port) override {
    return make_error_code(Errc::unsupported);
  }
  std::unique_ptr<Stream> connect(const Endpoint&, Waiter& connected) override {
    ++attempts;
    if (answers) {
      connected.complete(refuses ? Errc::refused : Errc::ok, 0);
      executor_.post(connected);
    }
    auto stream = std::make_unique<HandStream>(executor_, room);
    latest = stream.get();
    return stream;
  }
  bool answers = true;
  bool refuses = false;
  int attempts = 0;
  std::size_t room = 0;
  HandStream* latest = nullptr;

 private:
  Executor& executor_;
};

struct Fixture {
  explicit Fixture(const LinkOptions& options = {}) : link(env, {NodeId{1}, 7000}, options) {}
  void send(std::size_t size) {
    link.send(Bytes(size));
    hand.executor.drain();
  }
  testing::HandMadeEnv hand;
  HandStreams streams{hand.executor};
  Env env{NodeId{0},    hand.clock,  hand.clock,    hand.executor, streams, hand.disk,
          hand.compute, hand.random, hand.observer, hand.process,  hand.log};
  PeerLink link;
};

TEST(PeerLink, SendsTheRestWhenTheStreamHasRoomAgain) {
  Fixture f;
  f.streams.room = 30;
  f.send(100);
  EXPECT_TRUE(f.link.is_open());
  EXPECT_EQ(f.streams.room, 0U);
  f.streams.latest->make_room(1000);
  f.hand.executor.drain();
  EXPECT_EQ(f.streams.room, 1030 - kFrameHeaderBytes - 100);
  EXPECT_EQ(f.link.dropped(), 0U);
}

TEST(PeerLink, CountsWhatItDropped) {
  LinkOptions options;
  options.queue_bytes = 300;
  Fixture f(options);
  f.send(200);  // alone
  f.send(200);  // does not fit
  f.send(80);   // does
  EXPECT_EQ(f.link.dropped(), 1U);
  f.streams.refuses = true;
  f.hand.clock.advance(seconds(2));
  f.send(10);  // finds the peer silent; what waited goes with the stream
  EXPECT_FALSE(f.link.is_open());
  EXPECT_EQ(f.link.dropped(), 4U);
}

TEST(PeerLink, WaitsTwiceAsLongAfterEachFailureUpToALimit) {
  Fixture f;
  f.streams.refuses = true;
  f.send(1);
  std::vector<std::int64_t> waits;
  std::int64_t waited = 0;
  int seen = f.streams.attempts;
  while (waits.size() < 7) {
    f.send(1);
    f.hand.clock.advance(milliseconds(1));
    f.hand.executor.drain();
    ++waited;
    if (f.streams.attempts == seen) continue;
    seen = f.streams.attempts;
    waits.push_back(waited);
    waited = 0;
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{20, 40, 80, 160, 320, 320, 320}));
}

TEST(PeerLink, GivesUpAnAttemptThatNothingAnswers) {
  Fixture f;
  f.streams.answers = false;
  f.send(5);
  f.hand.clock.advance(milliseconds(499));
  f.hand.executor.drain();
  EXPECT_EQ(f.link.dropped(), 0U);
  f.hand.clock.advance(milliseconds(1));
  f.hand.executor.drain();
  EXPECT_EQ(f.link.dropped(), 1U);
  f.send(5);  // dropped too, and wants another attempt
  f.streams.answers = true;
  f.hand.clock.advance(milliseconds(20));
  f.hand.executor.drain();
  EXPECT_EQ(f.streams.attempts, 2);
  EXPECT_TRUE(f.link.is_open());
}

TEST(PeerLink, AllocatesNothingInTheSteadyState) {
  Fixture f;
  f.streams.room = 100;
  const Bytes message(1000);
  const auto round = [&] {
    for (int i = 0; i < 20; ++i) f.link.send(message);
    f.streams.latest->make_room(7'000);
    f.hand.executor.drain();
    f.streams.latest->make_room(20 * 1'008 - 7'000);
    f.hand.executor.drain();
    f.link.heard();
  };
  f.send(10);
  f.link.send(message);  // the queue is never quite empty
  for (int i = 0; i < 10; ++i) round();
  const std::uint64_t before = bench::allocations();
  for (int i = 0; i < 100; ++i) round();
  const std::uint64_t after = bench::allocations();
  EXPECT_EQ(after, before);
  EXPECT_EQ(f.link.dropped(), 0U);
}

}  // namespace
}  // namespace windtunnel
