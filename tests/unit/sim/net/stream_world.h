// Streams for tests: a connection between the first two nodes, and a flow of bytes along a stream.
#pragma once

#include <gtest/gtest.h>

#include <windtunnel/protocols/base/keyed_random.h>
#include "tests/unit/sim/net/net_world.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace windtunnel::testing {

inline constexpr PerMillion kTenth{100'000};
inline constexpr std::size_t kMegabyte = 1'000'000;

class Signal final : public Waiter {
 public:
  void run() noexcept override { fired = true; }
  bool fired = false;
};

inline Bytes pattern(std::size_t size, std::uint64_t seed) {
  const DrawKey key(seed, "pattern", "");
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(key.at(i));
  return bytes;
}

inline Errc error_of(const Result<std::size_t>& result) {
  return result ? Errc::ok : static_cast<Errc>(result.error().value());
}

inline Errc try_read(Stream& stream) {
  std::byte buffer[16];
  return error_of(stream.read(buffer));
}

inline Owned<Listener> listen(NetWorld& world, int index, Port port) {
  Result<std::unique_ptr<Listener>> listening = world.env(index).transport.listen(port);
  WT_ASSERT(listening.has_value(), "the port is free");
  return {world, index, std::move(*listening)};
}

// From node 0 to node 1.
struct Connection {
  explicit Connection(NetWorld& world, Port port = 80) : listener(listen(world, 1, port)) {
    Signal connected;
    client = {world, 0, world.env(0).transport.connect(listener->local(), connected)};
    world.run_for(seconds(8));
    EXPECT_EQ(connected.error(), Errc::ok);
    EXPECT_TRUE(connected.fired);
    Result<std::unique_ptr<Stream>> accepted = listener->accept();
    WT_ASSERT(accepted.has_value(), "a connection is there");
    server = {world, 1, std::move(*accepted)};
  }
  Owned<Listener> listener;
  Owned<Stream> client;
  Owned<Stream> server;
};

// Writes `bytes` and the end of stream at one end, as fast as it can, and reads at the other.
class Flow {
 public:
  enum Mode { kBoth, kWriteOnly, kReadOnly };
  Flow(NetWorld& world, Stream& from, Stream& to, Bytes bytes, Mode mode = kBoth)
      : world_(world), from_(from), to_(to), bytes_(std::move(bytes)) {
    if (mode != kReadOnly) write();
    if (mode != kWriteOnly) read();
  }
  void start_reading() { read(); }
  bool finished() const { return finished_; }

  Bytes received;
  Instant finished_at;

 private:
  void write() {
    while (written_ < bytes_.size()) {
      const Result<std::size_t> wrote = from_.write(BytesView(bytes_).subspan(written_));
      if (!wrote) {
        EXPECT_EQ(wrote.error(), make_error_code(Errc::would_block));
        return from_.when_writable(writable_);
      }
      written_ += *wrote;
    }
    from_.shutdown_write();
  }
  void read() {
    std::byte buffer[5'000];
    for (;;) {
      const Result<std::size_t> count = to_.read(buffer);
      if (!count) {
        EXPECT_EQ(count.error(), make_error_code(Errc::would_block));
        return to_.when_readable(readable_);
      }
      if (*count == 0) break;
      received.insert(received.end(), buffer, buffer + *count);
    }
    finished_ = true;
    finished_at = world_.sim.now();
  }

  NetWorld& world_;
  Stream& from_;
  Stream& to_;
  Bytes bytes_;
  std::size_t written_ = 0;
  bool finished_ = false;
  MemberWaiter<Flow, &Flow::write> writable_{*this};
  MemberWaiter<Flow, &Flow::read> readable_{*this};
};

}  // namespace windtunnel::testing
