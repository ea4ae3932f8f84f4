// Every call to the disk that the host makes fails once: the node says so, and ends its process or
// goes on as docs/raft-kv.md says ("The disk says"). Either way nothing is lost, and nothing stays
// behind.
#include <windtunnel/sim/disk/sim_disk.h>
#include "tests/unit/protocols/host/log_service.h"

#include <gmock/gmock.h>

namespace windtunnel {
namespace {

using testing::DiskCall;
using testing::FailingCall;
using ::testing::HasSubstr;
using testing::LogCluster;

struct Row {
  const char* name;
  std::vector<FailingCall> calls;
  std::string says;  // a line of the log; where the process ends: its reason
};

class DiskCalls : public ::testing::TestWithParam<Row>, private LogListener {
 protected:
  DiskCalls() {
    cluster.host.wal.segment_bytes = 1024;
    cluster.options[0].snapshot_every = 20;
    cluster.options[0].keep_entries = 2;
    cluster.options[0].snapshot_piece_bytes = 512;
    cluster.sim.set_log_listener(this);
    cluster.start();
  }
  ~DiskCalls() override { cluster.sim.set_log_listener(nullptr); }

  Node& node(std::size_t i) { return *cluster.nodes()[i]; }
  void write(int count) {
    for (int i = 0; i < count; ++i) {
      const std::size_t leader = cluster.await_leader();
      cluster.propose(leader, "command number " + std::to_string(token_), token_);
      ++token_;
      cluster.run_for(milliseconds(5));
    }
  }
  void arm(std::size_t i) { cluster.failing[i] = GetParam().calls; }
  void expect_all_failed(std::size_t i) {
    for (const FailingCall& call : cluster.failing[i]) EXPECT_EQ(call.failed, call.times);
  }
  void expect_ended(std::size_t i) {
    EXPECT_FALSE(node(i).up());
    EXPECT_EQ(node(i).exit_reason(), GetParam().says);
    if (!node(i).up()) node(i).start();
  }
  void expect_goes_on(std::size_t i) {
    ASSERT_TRUE(node(i).up()) << node(i).exit_reason();
    EXPECT_THAT(log_, HasSubstr(GetParam().says));
  }
  std::size_t files(std::size_t i, std::string_view ending) {
    std::size_t count = 0;
    for (const auto& [path, bytes] : node(i).disk().dump(DiskImage::cached)) {
      count += path.ends_with(ending) ? 1 : 0;
    }
    return count;
  }
  // It has all that was written, and a start leaves nothing of what failed.
  void expect_whole(std::size_t i) {
    write(60);
    cluster.run_for(seconds(2));
    EXPECT_LE(files(i, ".log"), 4U) << "segments that a snapshot covers are removed";
    for (int life = 0; life < 2; ++life) {
      ASSERT_TRUE(node(i).up()) << node(i).exit_reason();
      const std::size_t leader = cluster.await_leader();
      EXPECT_GT(cluster.at(leader).lines.size(), 100U);
      EXPECT_EQ(cluster.at(i).lines, cluster.at(leader).lines) << "life " << life;
      if (life == 1) break;
      node(i).crash(CrashKind::power);
      node(i).start();
      cluster.run_for(seconds(2));
    }
    EXPECT_EQ(files(i, ".snap"), 1U);
    EXPECT_EQ(files(i, ".tmp"), 0U);
  }

  LogCluster cluster{1};

 private:
  void on_log(Simulation&, const LogLine& line) override { log_ += line.text + "\n"; }
  std::string log_;
  std::uint64_t token_ = 0;
};

FailingCall call(DiskCall what, const char* ending, Errc error = Errc::io_error, int times = 1) {
  FailingCall made;
  made.call = what;
  made.ending = ending;
  made.error = error;
  made.times = times;
  return made;
}
FailingCall second(DiskCall what, const char* ending) {
  FailingCall made = call(what, ending);
  made.after = 1;
  return made;
}
FailingCall after_removal(DiskCall what, const char* ending) {
  FailingCall made = call(what, ending);
  made.awaits_removal = true;
  return made;
}
FailingCall with_effect(DiskCall what, const char* ending) {
  FailingCall made = call(what, ending);
  made.has_effect = true;
  return made;
}
std::string name_of(const ::testing::TestParamInfo<Row>& info) { return info.param.name; }

// --- In operation: the node ends. ---

class LogCalls : public DiskCalls {};

TEST_P(LogCalls, EndTheProcess) {
  write(60);
  arm(0);
  write(60);
  expect_all_failed(0);
  expect_ended(0);
  expect_whole(0);
}

const char* const kUnwritten = "the log on disk could not be written: io-error";
INSTANTIATE_TEST_SUITE_P(
    Disk, LogCalls,
    ::testing::Values(Row{"write", {call(DiskCall::write, ".log")}, kUnwritten},
                      Row{"sync", {call(DiskCall::sync, ".log")}, kUnwritten},
                      Row{"open", {call(DiskCall::open, ".log")}, kUnwritten},
                      Row{"name", {call(DiskCall::sync_directory, "wal")}, kUnwritten},
                      Row{"removal", {after_removal(DiskCall::sync_directory, "wal")}, kUnwritten}),
    name_of);

// --- In operation: the node goes on. ---

class OtherCalls : public DiskCalls {};

TEST_P(OtherCalls, LetTheNodeGoOn) {
  write(60);
  arm(0);
  write(60);
  expect_all_failed(0);
  expect_goes_on(0);
  expect_whole(0);
}

const char* const kFull = "the disk is full: the log waits for space";
const char* const kNoSnapshot = "cannot be written (io-error): the log stays as it is";
const char* const kStays = "cannot be removed (io-error)";
INSTANTIATE_TEST_SUITE_P(
    Disk, OtherCalls,
    ::testing::Values(
        Row{"log_write_full", {call(DiskCall::write, ".log", Errc::no_space, 3)}, kFull},
        Row{"log_open_full", {call(DiskCall::open, ".log", Errc::no_space, 3)}, kFull},
        Row{"log_space_again",
            {call(DiskCall::write, ".log", Errc::no_space, 3)},
            "there is space: the log goes on"},
        Row{"log_remove", {call(DiskCall::remove, ".log")}, kStays},
        Row{"log_remove_done", {with_effect(DiskCall::remove, ".log")}, kStays},
        Row{"snapshot_open", {call(DiskCall::open, ".tmp")}, kNoSnapshot},
        Row{"snapshot_truncate", {call(DiskCall::truncate, ".tmp")}, kNoSnapshot},
        Row{"snapshot_write", {call(DiskCall::write, ".tmp")}, kNoSnapshot},
        Row{"snapshot_sync", {call(DiskCall::sync, ".tmp")}, kNoSnapshot},
        Row{"snapshot_rename", {call(DiskCall::rename, ".tmp")}, kNoSnapshot},
        Row{"snapshot_name", {call(DiskCall::sync_directory, "snap")}, kNoSnapshot},
        Row{"snapshot_full",
            {call(DiskCall::write, ".tmp", Errc::no_space)},
            "cannot be written (no-space): the log stays as it is"},
        Row{"snapshot_remove", {call(DiskCall::remove, ".snap")}, kStays},
        Row{"snapshot_remove_unfinished",
            {call(DiskCall::rename, ".tmp"), call(DiskCall::remove, ".tmp")},
            kNoSnapshot}),
    name_of);

// --- At a start. ---

class StartCalls : public DiskCalls {};

TEST_P(StartCalls, EndTheProcess) {
  write(60);
  node(0).crash(CrashKind::process);
  arm(0);
  node(0).start();
  cluster.run_for(seconds(1));
  expect_all_failed(0);
  expect_ended(0);
  expect_whole(0);
}

const char* const kNoSnapshots = "the snapshots could not be recovered: io-error";
const char* const kNoLog = "the log could not be recovered: io-error";
INSTANTIATE_TEST_SUITE_P(
    Disk, StartCalls,
    ::testing::Values(
        Row{"snapshots_directory", {call(DiskCall::make_directory, "snap")}, kNoSnapshots},
        Row{"snapshots_list", {call(DiskCall::list, "snap")}, kNoSnapshots},
        Row{"snapshots_open", {call(DiskCall::open, ".snap")}, kNoSnapshots},
        Row{"snapshots_size", {call(DiskCall::size, ".snap")}, kNoSnapshots},
        Row{"snapshots_read", {call(DiskCall::read, ".snap")}, kNoSnapshots},
        Row{"snapshots_sync", {call(DiskCall::sync, ".snap")}, kNoSnapshots},
        Row{"snapshots_names", {call(DiskCall::sync_directory, "snap")}, kNoSnapshots},
        Row{"log_directory", {call(DiskCall::make_directory, "wal")}, kNoLog},
        Row{"log_full",
            {call(DiskCall::make_directory, "wal", Errc::no_space)},
            "the log could not be recovered: no-space"},
        Row{"directories_names", {second(DiskCall::sync_directory, "")}, kNoLog},
        Row{"log_list", {call(DiskCall::list, "wal")}, kNoLog},
        Row{"log_open", {call(DiskCall::open, ".log")}, kNoLog},
        Row{"log_size", {call(DiskCall::size, ".log")}, kNoLog},
        Row{"log_read", {call(DiskCall::read, ".log")}, kNoLog},
        Row{"log_truncate", {call(DiskCall::truncate, ".log")}, kNoLog},
        Row{"log_write", {call(DiskCall::write, ".log")}, kNoLog},
        Row{"log_sync", {call(DiskCall::sync, ".log")}, kNoLog},
        Row{"log_names", {call(DiskCall::sync_directory, "wal")}, kNoLog}),
    name_of);

class Leftovers : public DiskCalls {};

TEST_P(Leftovers, StayUntilAStartThatCanRemoveThem) {
  write(60);
  arm(0);
  write(22);
  EXPECT_GT(files(0, ".snap") + files(0, ".tmp"), 1U);
  node(0).crash(CrashKind::process);
  node(0).start();
  cluster.run_for(seconds(1));
  expect_all_failed(0);
  EXPECT_GT(files(0, ".snap") + files(0, ".tmp"), 1U);
  expect_goes_on(0);
  expect_whole(0);
}

const char* const kNextStart = "cannot be removed (io-error): the next start tries again";
INSTANTIATE_TEST_SUITE_P(
    Disk, Leftovers,
    ::testing::Values(Row{"old", {call(DiskCall::remove, ".snap", Errc::io_error, 2)}, kNextStart},
                      Row{"unfinished",
                          {call(DiskCall::rename, ".tmp"),
                           call(DiskCall::remove, ".tmp", Errc::io_error, 2)},
                          kNextStart}),
    name_of);

// --- Snapshots on their way to a node that lags. ---

class ReceivingCalls : public DiskCalls {};

TEST_P(ReceivingCalls, LetTheSnapshotComeAgain) {
  cluster.await_leader();
  node(0).crash(CrashKind::process);
  write(120);
  arm(0);
  node(0).start();
  cluster.run_for(seconds(3));
  expect_all_failed(0);
  expect_goes_on(0);
  expect_whole(0);
}

const char* const kNotReceived = "could not be received (io-error): it is to come again";
INSTANTIATE_TEST_SUITE_P(
    Disk, ReceivingCalls,
    ::testing::Values(Row{"open", {call(DiskCall::open, ".tmp")}, kNotReceived},
                      Row{"truncate", {call(DiskCall::truncate, ".tmp")}, kNotReceived},
                      Row{"write", {call(DiskCall::write, ".tmp")}, kNotReceived},
                      Row{"sync", {call(DiskCall::sync, ".tmp")}, kNotReceived},
                      Row{"rename", {call(DiskCall::rename, ".tmp")}, kNotReceived},
                      Row{"name", {second(DiskCall::sync_directory, "snap")}, kNotReceived},
                      Row{"full",
                          {call(DiskCall::write, ".tmp", Errc::no_space, 3)},
                          "could not be received (no-space)"}),
    name_of);

class SendingCalls : public DiskCalls {};

TEST_P(SendingCalls, MoveTheLeadership) {
  const std::size_t before = cluster.await_leader();
  const std::size_t lagging = (before + 1) % LogCluster::kNodes;
  node(lagging).crash(CrashKind::process);
  write(120);
  ASSERT_EQ(cluster.await_leader(), before);
  arm(before);
  node(lagging).start();
  cluster.run_for(seconds(3));
  expect_all_failed(before);
  expect_goes_on(before);
  EXPECT_NE(cluster.await_leader(), before);
  expect_whole(lagging);
}

const char* const kUnreadable = "cannot be read (io-error): another is to lead";
INSTANTIATE_TEST_SUITE_P(
    Disk, SendingCalls,
    ::testing::Values(Row{"open", {call(DiskCall::open, ".snap", Errc::io_error, 3)}, kUnreadable},
                      Row{"read", {call(DiskCall::read, ".snap", Errc::io_error, 3)}, kUnreadable},
                      Row{"short",
                          {call(DiskCall::read, ".snap", Errc::ok, 3)},
                          "cannot be read (corrupt): another is to lead"}),
    name_of);

}  // namespace
}  // namespace windtunnel
