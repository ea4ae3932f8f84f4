// The record of a run. Every record enters the rolling hash; what else is kept depends on the
// level, the hash does not.
#pragma once

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/env/log.h>
#include <windtunnel/sim/trace/record_kinds.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

enum class TraceLevel : std::uint8_t {
  hash,  // nothing kept
  ring,  // the last kRingRecords
  full,  // all records, and message bytes
};

// A line of the log: what node code said or printed. It is no record: it has no number, and takes
// no part in the hash.
struct LogLine {
  std::uint64_t after = 0;  // number of the last record before it
  std::uint64_t cause = 0;  // of the record that led to what the code was doing; 0: none
  Instant time;
  NodeId node = kNoNode;
  Incarnation incarnation;
  LogLevel level = LogLevel::info;
  std::string text;
  friend bool operator==(const LogLine&, const LogLine&) = default;
};

// Sees records as they are appended: invariants, triggers, statistics. Must not append from inside
// the call. Kinds that share a place come together (record_kinds.h).
class RecordListener {
 public:
  virtual void on_record(std::uint64_t number, const Record& record) = 0;

 protected:
  ~RecordListener() = default;
};

class Trace {
 public:
  static constexpr std::size_t kRingRecords = 4096;
  // The hash is kept every so many records, so that two runs that differ are told apart at the
  // first record.
  static constexpr std::uint64_t kCheckpointEvery = 1024;

  explicit Trace(TraceLevel level = TraceLevel::hash);
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // Returns the record's number.
  std::uint64_t append(const Record& record);
  std::uint64_t size() const { return count_; }
  Digest hash() const { return hash_.digest(); }
  TraceLevel level() const { return level_; }
  const std::vector<Digest>& checkpoints() const { return checkpoints_; }

  // Record `number`, where it is still kept; null otherwise.
  const Record* find(std::uint64_t number) const;

  // Keeps bytes for record `number` at level full (a message's payload); a no-op otherwise.
  void attach_bytes(std::uint64_t number, BytesView bytes);
  // The kept bytes; empty when none.
  BytesView bytes_of(std::uint64_t number) const;

  // Registers a name (file, fault label, check, operation) under its hash, for readers. Returns the
  // hash.
  std::uint64_t name(std::string_view text);
  // The text registered for `hash`; empty when unknown.
  std::string_view text_of(std::uint64_t hash) const;
  struct Name {
    std::uint64_t hash;
    std::string text;
  };
  // Sorted by hash.
  const std::vector<Name>& names() const { return names_; }

  // Keeps a line at level full, a no-op otherwise. What comes after the last of so many lines or
  // bytes is dropped, and said to be.
  static constexpr std::size_t kMostLogLines = 1'000'000;
  static constexpr std::size_t kMostLogBytes = std::size_t{64} << 20;
  void log(LogLine line);
  // In order of time.
  const std::vector<LogLine>& log_lines() const { return log_; }

  // Listeners are called in the order they were added, for the kinds they asked for. The caller
  // keeps ownership.
  void add_listener(RecordListener& listener, const RecordKinds& kinds = RecordKinds::all());
  void remove_listener(RecordListener& listener);

 private:
  struct Attachment {
    std::uint64_t number;
    std::uint64_t offset;
    std::uint64_t size;
  };
  void keep(std::uint64_t number, const Record& record);

  TraceLevel level_;
  RollingHash hash_;
  std::uint64_t count_ = 0;
  std::vector<Record> records_;
  std::vector<Digest> checkpoints_;
  std::vector<Name> names_;
  std::vector<Attachment> attachments_;
  Bytes arena_;
  std::vector<LogLine> log_;
  std::size_t log_bytes_ = 0;
  std::array<std::vector<RecordListener*>, RecordKinds::kPlaces>
      listeners_;  // by place of the kind
};

}  // namespace windtunnel
