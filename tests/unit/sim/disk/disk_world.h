// A node with a disk and no program, for tests of the disk: each call runs the simulation until it
// has completed.
#pragma once

#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/trace/trace.h>
#include "tests/unit/sim/programs.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::testing {

struct Completion final : Waiter {
  void run() noexcept override { ++runs; }
  int runs = 0;
};
struct ReadCompletion final : ReadWaiter {
  void run() noexcept override { ++runs; }
  int runs = 0;
};
struct ListCompletion final : ListWaiter {
  void run() noexcept override { ++runs; }
  int runs = 0;
};

// Counts records by kind.
struct RecordCounter final : RecordListener {
  void on_record(std::uint64_t, const Record& record) override {
    if (record.kind == RecordKind::disk_fault) ++faults;
    if (record.kind == RecordKind::fault_bite) ++bites;
    if (record.kind == RecordKind::disk_lost) lost.push_back(record);
  }
  int faults = 0;
  int bites = 0;
  std::vector<Record> lost;
};

class DiskWorld {
 public:
  explicit DiskWorld(std::uint64_t seed = 1)
      : sim(with_seed(seed)), node(add_node(sim, "n1", [](Env&, TaskScope&) {})) {
    sim.trace().add_listener(records);
    node.start();
  }
  ~DiskWorld() { sim.trace().remove_listener(records); }

  Disk& port() { return node.env().disk; }
  SimDisk& disk() { return node.disk(); }
  void run(Duration time = seconds(10)) { sim.run_until(sim.now() + time); }

  Errc finish(const Completion& done) {
    run();
    EXPECT_EQ(done.runs, 1);
    return done.error();
  }
  File open(std::string_view path, OpenMode mode = OpenMode::create) {
    Completion done;
    port().open(path, mode, done);
    EXPECT_EQ(finish(done), Errc::ok) << path;
    return File{static_cast<std::uint32_t>(done.value())};
  }
  Errc open_error(std::string_view path, OpenMode mode) {
    Completion done;
    port().open(path, mode, done);
    return finish(done);
  }
  Errc write(File file, std::uint64_t offset, std::string_view text) {
    Completion done;
    port().write(file, offset, as_bytes(text), done);
    return finish(done);
  }
  Errc sync(File file) {
    Completion done;
    port().sync(file, done);
    return finish(done);
  }
  Errc sync_directory(std::string_view path = "") {
    Completion done;
    port().sync_directory(path, done);
    return finish(done);
  }
  Errc rename(std::string_view from, std::string_view to) {
    Completion done;
    port().rename(from, to, done);
    return finish(done);
  }
  Errc remove(std::string_view path) {
    Completion done;
    port().remove(path, done);
    return finish(done);
  }
  Errc make_directory(std::string_view path) {
    Completion done;
    port().make_directory(path, done);
    return finish(done);
  }
  Errc truncate(File file, std::uint64_t size) {
    Completion done;
    port().truncate(file, size, done);
    return finish(done);
  }
  Errc allocate(File file, std::uint64_t size) {
    Completion done;
    port().allocate(file, size, done);
    return finish(done);
  }
  std::vector<std::string> list(std::string_view path = "") {
    ListCompletion done;
    port().list(path, done);
    run();
    EXPECT_EQ(done.runs, 1);
    return done.names;
  }
  Errc read_error(File file) {
    ReadCompletion done;
    port().read(file, 0, 1, done);
    run();
    return done.error();
  }
  std::string read(File file, std::uint64_t offset = 0, std::uint64_t length = 1 << 20) {
    ReadCompletion done;
    port().read(file, offset, length, done);
    run();
    EXPECT_EQ(done.runs, 1);
    EXPECT_EQ(done.error(), Errc::ok);
    EXPECT_EQ(done.value(), done.data.size());
    return std::string(as_text(done.data));
  }
  // A file whose content and name are durable.
  File stored(std::string_view path, std::string_view text) {
    const File file = open(path);
    EXPECT_EQ(write(file, 0, text), Errc::ok);
    EXPECT_EQ(sync(file), Errc::ok);
    EXPECT_EQ(sync_directory(), Errc::ok);
    return file;
  }
  void restart(CrashKind kind) {
    node.crash(kind);
    node.start();
  }
  DiskFault fault(DiskFaultKind kind, std::uint64_t id = 7) {
    DiskFault made;
    made.id = id;
    made.kind = kind;
    return made;
  }

  RecordCounter records;
  Simulation sim;
  Node& node;
};

}  // namespace windtunnel::testing
