// What the conformance tests share: the fixture, waiters that note what happened to them, and the
// two ends of a stream.
#pragma once

#include <windtunnel/protocols/env/mailbox.h>
#include <windtunnel/protocols/env/streams.h>
#include "tests/conformance/world.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace windtunnel::conformance {

class Conformance : public ::testing::TestWithParam<WorldKind> {
 protected:
  Conformance() : world(make_world(GetParam())) {}
  std::unique_ptr<World> world;
};

// For use once in each test file, with the fixture's alias there.
inline std::string world_name(const ::testing::TestParamInfo<WorldKind>& info) {
  return info.param == WorldKind::simulated ? "Simulated" : "Real";
}
#define WT_IN_BOTH_WORLDS(Suite)          \
  INSTANTIATE_TEST_SUITE_P(Worlds, Suite, \
                           ::testing::Values(WorldKind::simulated, WorldKind::real), world_name)

// Counts its completions.
template <class Base>
class Noting final : public Base {
 public:
  void run() noexcept override { ++runs; }
  int runs = 0;
};
using Flag = Noting<Waiter>;
using ReadFlag = Noting<ReadWaiter>;
using ListFlag = Noting<ListWaiter>;

// Appends its name to a log when it completes.
class Scribe final : public Waiter {
 public:
  Scribe(std::vector<int>& log, int name) : log_(log), name_(name) {}
  void run() noexcept override { log_.push_back(name_); }

 private:
  std::vector<int>& log_;
  int name_;
};

// Keeps what arrives.
class Inbox final : public MessageSink {
 public:
  struct Letter {
    Endpoint from;
    Bytes bytes;
  };
  void on_message(const Endpoint& from, BytesView message) override {
    letters.push_back({from, to_bytes(message)});
  }
  std::vector<Letter> letters;
};

// A stream's two ends, and the listener that it came through.
struct Connection {
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> client;
  std::unique_ptr<Stream> server;
};
Connection connect(World& world, NodeId from, NodeId to);

// Bytes that do not repeat with a short period.
Bytes make_bytes(std::size_t size);

// Writes everything, waiting where there is no room, then ends the direction.
struct Sending {
  std::size_t waits = 0;
  Errc error = Errc::ok;
  bool done = false;
};
Task<void> send_all(Env& env, Stream& stream, BytesView bytes, Sending& sending);
// Reads until the end of the stream or an error.
struct Receiving {
  Bytes bytes;
  Errc error = Errc::ok;
  bool done = false;
};
Task<void> receive_all(Env& env, Stream& stream, Receiving& receiving);

// The code of an error that a port gave.
Errc code_of(const Error& error);

// Operations on a node's disk, each run to completion.
class Files {
 public:
  Files(World& world, NodeId node) : world_(world), node_(node) {}

  Result<File> open(std::string_view path, OpenMode mode);
  File opened(std::string_view path, OpenMode mode = OpenMode::create);
  Errc write(File file, std::uint64_t offset, std::string_view text);
  Result<std::string> read(File file, std::uint64_t offset, std::uint64_t length);
  // Everything, from the beginning.
  std::string contents(File file);
  std::uint64_t size(File file);
  Errc truncate(File file, std::uint64_t size);
  Errc allocate(File file, std::uint64_t size);
  Errc sync(File file);
  Errc make_directory(std::string_view path);
  Errc rename(std::string_view from, std::string_view to);
  Errc remove(std::string_view path);
  Result<std::vector<std::string>> list(std::string_view directory);
  Errc sync_directory(std::string_view directory);
  void close(File file) { disk().close(file); }
  Disk& disk() { return world_.env(node_).disk; }
  // Runs the world until the waiter's completion and returns its error.
  Errc finish(const Waiter& waiter);

 private:
  World& world_;
  NodeId node_;
};

}  // namespace windtunnel::conformance
