// What a consensus group replicates: the state machine behind a log, as its host sees it.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/raft/types.h>

#include <cstdint>

namespace windtunnel {

class Application {
 public:
  // That an entry took effect for a client's request; observed, so that exactly-once can be
  // checked.
  struct Effect {
    bool happened = false;
    std::uint64_t session = 0;
    std::uint64_t sequence = 0;
  };

  // The next committed entry, of any kind; indexes grow by one but for `restore`.
  virtual Effect apply(raft::LogIndex index, const raft::Entry& entry) = 0;
  // Of the state, in O(1): the same on every node that has applied the same entries.
  virtual std::uint64_t digest() const = 0;
  // The state as bytes, and back. Errc::corrupt where they cannot be read.
  virtual void save(Bytes& out) const = 0;
  virtual Result<void> restore(raft::LogIndex index, BytesView state) = 0;
  // A read that the host was asked for: confirmed, the state is fresh enough to answer it now; else
  // this node does not lead.
  virtual void on_read(std::uint64_t request, bool confirmed) = 0;
  // The host serves from now on.
  virtual void on_started() {}

 protected:
  ~Application() = default;
};

}  // namespace windtunnel
