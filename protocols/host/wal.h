// The write-ahead log of a node, shared by all its groups: what must survive a crash is here or in
// a snapshot.
//
// Writes are staged, then flushed as one frame with one sync (group commit): one frame is under way
// at a time, and what is staged meanwhile goes into the next. Frames are numbered from 1; the
// listener hears when each is durable.
//
// Failures: a failed write or sync stops the log for good (a sync that is tried again proves
// nothing); a full disk stops acknowledgements until there is space; a segment that cannot be
// removed stays until the next one is closed. Recovery cuts off an incomplete last frame and
// refuses any other damage with Errc::corrupt.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/host/wal_format.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace windtunnel {

struct WalOptions {
  std::string directory = "wal";
  // A frame that would begin at or past this goes to a new segment.
  std::uint32_t segment_bytes = 1U << 20;
  // Pause before a write is tried again on a full disk.
  Duration full_disk_pause = milliseconds(50);
};

class WalListener {
 public:
  // Frame `number` and all before it are durable. Not called from inside a call to the log.
  virtual void on_wal_durable(std::uint64_t number) = 0;
  // The log has stopped; nothing becomes durable any more.
  virtual void on_wal_failed(Errc error) = 0;

 protected:
  ~WalListener() = default;
};

class Wal {
 public:
  Wal(Env& env, const WalOptions& options, WalListener& listener);

  // First, once: reads everything back, makes it durable (it may stand in the page cache only) and
  // returns it by group, sorted.
  Task<Result<std::vector<wal::GroupLog>>> recover(Env& env);

  // Stage. The frame that will carry it is number staged_frame().
  void stage(GroupId group, const raft::Write& write);
  void stage_base(GroupId group, const raft::LogBase& base, bool discard);
  std::uint64_t staged_frame() const { return durable_frame_ + (busy_ ? 2 : 1); }
  // Writes what is staged, unless a frame is under way: then it goes when that is durable.
  void flush();

  bool failed() const { return failed_; }
  std::size_t segments() const { return closed_.size() + (file_open_ ? 1 : 0); }

 private:
  struct Reach {
    GroupId group;
    raft::LogIndex highest;
  };
  struct Segment {
    std::uint32_t number = 0;
    std::vector<Reach> reach;  // the highest index in it, by group
  };
  // What a new segment repeats, so that the ones before it can go.
  struct Head {
    GroupId group;
    raft::HardState hard_state;
    raft::LogBase base;
    raft::LogIndex durable_base;
  };

  // wal_recovery.cpp
  Task<Result<std::vector<std::uint32_t>>> list_segments(Env& env);
  Task<Result<void>> load_segment(Env& env, std::uint32_t number, bool last);
  Task<Result<void>> repair_tail(Env& env);
  Result<void> scan(BytesView bytes, bool last);
  void adopt(const std::vector<wal::GroupLog>& groups);

  void write_frame();
  void open_segment();
  void put_head();
  void on_opened();
  void on_written();
  void on_synced();
  void on_directory_synced();
  void wait_for_space();
  void write_frame_again();
  void frame_is_durable();
  void remove_old_segments();
  void on_removed();
  void on_removal_synced();
  void fail(Errc error);
  void observe_extents();
  Head& head(GroupId group);
  static void raise(std::vector<Reach>& reach, GroupId group, raft::LogIndex index);
  bool is_obsolete(const Segment& segment) const;

  Env& env_;
  WalOptions options_;
  WalListener& listener_;

  bool failed_ = false;
  bool busy_ = false;         // a frame is under way
  bool new_segment_ = false;  // it is the first of its segment
  bool is_full_ = false;      // the disk, as it said last
  bool removing_ = false;
  bool cannot_remove_ = false;  // since the last segment was closed
  std::uint64_t durable_frame_ = 0;
  Bytes staged_;
  Bytes writing_;
  std::vector<wal::FrameItem> staged_items_;
  std::vector<wal::FrameItem> writing_items_;
  std::vector<Head> heads_;
  std::vector<Head> writing_heads_;  // as of the frame under way

  File file_;
  bool file_open_ = false;
  wal::Position position_;  // behind the last frame
  std::uint32_t frame_offset_ = 0;
  Segment current_;
  std::deque<Segment> closed_;
  // The last frame found by recovery.
  wal::Replay replay_;
  Bytes tail_;
  std::vector<wal::FrameItem> tail_items_;

  MemberWaiter<Wal, &Wal::on_opened> opened_{*this};
  MemberWaiter<Wal, &Wal::on_written> written_{*this};
  MemberWaiter<Wal, &Wal::on_synced> synced_{*this};
  MemberWaiter<Wal, &Wal::on_directory_synced> directory_synced_{*this};
  MemberWaiter<Wal, &Wal::write_frame_again> pause_{*this};
  MemberWaiter<Wal, &Wal::on_removed> removed_{*this};
  MemberWaiter<Wal, &Wal::on_removal_synced> removal_synced_{*this};
};

}  // namespace windtunnel
