// A run of a dozen records, written by hand, for golden texts.
#pragma once

#include <windtunnel/protocols/raft/words.h>
#include <windtunnel/reports/run/run_directory.h>
#include <windtunnel/reports/words/narrator.h>

#include <unistd.h>

#include <filesystem>
#include <string>

namespace windtunnel::reports {

inline Record at_ms(std::int64_t ms, RecordKind kind, std::uint32_t node) {
  Record record;
  record.time = Instant{ms * 1'000'000};
  record.kind = kind;
  record.node = NodeId{node};
  return record;
}

inline RecordKind said(raft::Word kind) {
  return static_cast<RecordKind>(static_cast<unsigned>(RecordKind::observation) +
                                 static_cast<unsigned>(kind));
}

// n1 becomes leader and sends to n2, twice: one message arrives, one is lost. Then n1 crashes, and
// a check complains.
inline TraceData small_trace() {
  TraceData trace;
  trace.nodes = {"n1", "n2"};
  trace.dictionary.add("n", "raft-kv", 1, raft::kWords);
  auto add = [&](Record record, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0,
                 std::uint64_t cause = 0) {
    record.a = a;
    record.b = b;
    record.c = c;
    record.cause = cause;
    trace.records.push_back(record);
  };
  add(at_ms(0, RecordKind::start, 0));
  add(at_ms(0, RecordKind::start, 1));
  add(at_ms(10, said(raft::Word::role), 0), 3, 1);
  add(at_ms(11, RecordKind::send, 0), 1, 1 << 16 | 7000, 40 << 8 | 5, 3);
  add(at_ms(12, RecordKind::deliver, 1), 1, 7000, 40 << 8 | 5, 4);
  add(at_ms(12, said(raft::Word::term), 1), 1, 1, 0, 5);
  add(at_ms(13, RecordKind::send, 0), 2, 1 << 16 | 7000, 40 << 8 | 5);
  Record drop = at_ms(14, RecordKind::drop, 0);
  drop.aux = static_cast<std::uint16_t>(DropReason::cut);
  add(drop, 2, 1 << 16 | 7000, 40 << 8 | 5, 7);
  Record crash = at_ms(15, RecordKind::crash, 0);
  crash.aux = static_cast<std::uint16_t>(CrashKind::power);
  add(crash);
  const std::uint64_t check = hash_text("raft.commit-durable");
  trace.names.push_back({check, "raft.commit-durable"});
  add(at_ms(16, RecordKind::violation, 1), check, 0, 0, 6);
  return trace;
}

// Two nodes that form two groups; each leads one of them in term 7.
inline TraceData two_groups() {
  TraceData trace;
  trace.nodes = {"n1", "n2"};
  trace.dictionary.add("n", "raft-kv", 2, raft::kWords);
  const auto add = [&](std::int64_t ms, std::uint32_t node, std::uint32_t group, raft::Word word,
                       std::uint64_t a, std::uint64_t b) {
    Record record = at_ms(ms, said(word), node);
    record.group = GroupId{group};
    record.a = a;
    record.b = b;
    trace.records.push_back(record);
  };
  add(1, 0, 0, raft::Word::role, 3, 7);
  add(2, 1, 1, raft::Word::role, 3, 7);
  add(3, 0, 1, raft::Word::role, 0, 7);
  add(4, 0, 0, raft::Word::commit, 20, 7);
  add(5, 1, 1, raft::Word::commit, 5, 7);
  add(6, 0, 1, raft::Word::commit, 4, 7);
  return trace;
}

inline RecordedRun small_run() {
  RecordedRun run;
  run.path = "run";
  run.trace = small_trace();
  ResultFile& result = run.result;
  result.scenario = "small";
  result.seed = "18446744073709551615";
  result.verdict = "fail";
  result.events = run.trace.records.size();
  result.replay = "windtunnel run small.yaml --seed 18446744073709551615";
  PropertyRow property;
  property.check = "raft.commit-durable";
  property.verdict = "violated";
  property.expected = "holds";
  property.witness = "Entry 1 is on no disk.";
  result.properties.push_back(property);
  result.violation = ViolationRow{.check = "raft.commit-durable",
                                  .event = 10,
                                  .time_ns = 16'000'000,
                                  .node = "n2",
                                  .text = "Entry 1 was acknowledged at event 6 and is on no disk.",
                                  .related = {3, 6}};
  FaultRow fault;
  fault.id = "f1";
  fault.label = "power loss";
  fault.begin_ns = 15'000'000;
  fault.victims = {"n1"};
  fault.bites = 1;
  result.faults.push_back(fault);
  return run;
}

inline MessageWords small_words() {
  MessageWords words;
  words.name = [](NodeId, std::uint8_t type) { return std::string(type == 5 ? "append" : ""); };
  return words;
}

// A fresh folder that is removed at the end.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("windtunnel-reports-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name = {}) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace windtunnel::reports
