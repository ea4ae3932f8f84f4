// What a consensus group replicates: the state machine behind a log, as its host sees it. One
// object a group.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/env/observation.h>
#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/raft/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace windtunnel {

// A state on its way out, in pieces. It is that of the moment at which it was asked for, though the
// application goes on.
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  // The next piece, of about `limit` bytes; empty at the end.
  virtual Task<Result<Bytes>> next(Env& env, std::size_t limit) = 0;
};

// A state on its way in. The application stays as it is until `finish`; destroyed before, all that
// came is forgotten.
class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;
  virtual Task<Result<void>> write(Env& env, BytesView piece) = 0;
  // All has come, undamaged: it is the application's state from now on. Errc::corrupt where it
  // cannot be read. The file that it came from is durable already, and stays until a newer one is.
  virtual Result<void> finish() = 0;
};

class Application {
 public:
  // What became of an entry.
  struct Effect {
    // It took effect for a client's request; observed, so that exactly-once can be checked.
    bool happened = false;
    std::uint64_t session = 0;
    std::uint64_t sequence = 0;
    // For who proposed it; points into what the application keeps until its next call.
    BytesView result;
  };

  // The next committed entry, of any kind; indexes grow by one but for `restore`.
  virtual Effect apply(raft::LogIndex index, const raft::Entry& entry) = 0;
  // Of the state, in O(1): the same on every node that has applied the same entries.
  virtual std::uint64_t digest() const = 0;
  // The state as it is now, and one that will take its place: that after entry `index`. Of the
  // latter there is one at a time: the sink before it is finished or destroyed.
  virtual std::unique_ptr<SnapshotSource> save() const = 0;
  virtual std::unique_ptr<SnapshotSink> restore(raft::LogIndex index) = 0;
  // Of an application that keeps its state on disk by itself: the last entry that it has durably
  // applied, asked when the host recovers. It is given no entry up to there again, and no snapshot
  // that is not beyond it. What it has applied counts even where the log on disk is shorter: a
  // leader may commit, and apply, an entry before its own write is durable (thesis 10.2.1).
  virtual raft::LogIndex applied_index() const { return {}; }

  // --- How what was asked of the host ends; all from its loop. `token` is the asker's. ---
  // A proposal: called straight after the `apply` of its entry.
  virtual void on_applied(std::uint64_t token, BytesView result) { (void)token, (void)result; }
  // A proposal that this node will never report as applied:
  //   not_leader, overloaded, message_too_large: refused; no node will apply it. These come from
  //     inside `propose`.
  //   cancelled: this node stopped leading while it was under way. A later leader may have it, and
  //     it may be applied yet, here too: ask again in a way that has its effect once (thesis 6.3).
  virtual void on_dropped(std::uint64_t token, Errc why) { (void)token, (void)why; }
  // A read. Confirmed: the state is fresh enough to answer it now; else this node does not lead.
  virtual void on_read(std::uint64_t token, bool confirmed) { (void)token, (void)confirmed; }
  // This node's role in the group, at the start and whenever it or the term changes. Once it is
  // told that it does not lead, no proposal of an earlier term is under way.
  virtual void on_role(Role role, raft::Term term) { (void)role, (void)term; }
  // The host serves from now on.
  virtual void on_started() {}

 protected:
  ~Application() = default;
};

// An application whose state is small enough to be encoded in one step and held in memory twice.
class WholeStateApplication : public Application {
 public:
  std::unique_ptr<SnapshotSource> save() const override;
  std::unique_ptr<SnapshotSink> restore(raft::LogIndex index) override;

 protected:
  ~WholeStateApplication() = default;

 private:
  friend class WholeStateSink;
  virtual void encode_state(Bytes& out) const = 0;
  // Errc::corrupt where the bytes cannot be read.
  virtual Result<void> decode_state(raft::LogIndex index, BytesView state) = 0;
};

}  // namespace windtunnel
