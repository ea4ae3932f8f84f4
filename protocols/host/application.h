// What a consensus group replicates: the state machine behind a log, as its host sees it. One
// object a group.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/env/observation.h>
#include <windtunnel/protocols/raft/types.h>

#include <cstdint>

namespace windtunnel {

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
  // The state as bytes, and back. Errc::corrupt where they cannot be read.
  virtual void save(Bytes& out) const = 0;
  virtual Result<void> restore(raft::LogIndex index, BytesView state) = 0;
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

}  // namespace windtunnel
