// The replicated key-value store as a pure value: commands in log order in, the same state and
// digest on every node out. Client sessions give each write exactly one effect, however often it is
// in the log.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/kv/command.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::kv {

// The answer to a request. Append only: numbers are on disk and on the wire.
enum class Status : std::uint8_t {
  ok = 0,
  mismatch = 1,         // cas: the key did not hold what was expected; definite
  stale = 2,            // a later write of the session was applied before; no effect now
  session_unknown = 3,  // never opened, or expired; no effect now
  not_leader = 4,       // ask the hinted node
  unavailable = 5,      // what became of it is not known: ask again with the same sequence
  invalid = 6,          // not a command
};
std::string_view name_of(Status status) noexcept;

// What applying one log entry did.
struct Applied {
  Status status = Status::invalid;
  SessionId session = 0;  // of an `open_session`: the new one
  std::uint64_t sequence = 0;
  // The entry was the one that takes effect for (session, sequence).
  bool effect = false;
};

class StateMachine {
 public:
  // Sessions kept; opening one more expires the one whose last write is oldest in the log. A
  // property of the replicated state: the same on every node, or they diverge.
  explicit StateMachine(std::size_t session_limit = 4096) : session_limit_(session_limit) {}

  // Applies the entry at `index`; indexes only grow. An entry that is no command has no effect.
  Applied apply(std::uint64_t index, BytesView command);

  std::optional<std::string_view> get(std::string_view key) const;
  std::size_t keys() const { return data_.size(); }
  std::size_t sessions() const { return sessions_.size(); }

  // A digest of all keys and sessions, kept up to date in O(1) an entry: a sum over hashes of the
  // items, so that the order in which they came to be does not matter.
  std::uint64_t digest() const { return digest_; }

  // The whole state with a checksum.
  void encode_snapshot(Bytes& out) const;
  // Replaces the state, sessions included; leaves it as it was and says Errc::corrupt where the
  // bytes are damaged.
  Result<void> restore(BytesView snapshot);

  friend bool operator==(const StateMachine&, const StateMachine&) = default;

 private:
  struct Session {
    std::uint64_t sequence = 0;  // of the last write applied
    Status reply = Status::ok;   // its answer, for retries
    std::uint64_t index = 0;     // of the last entry that used the session
    friend bool operator==(const Session&, const Session&) = default;
  };
  using Sessions = std::map<SessionId, Session>;
  struct Item {
    std::string value;
    std::uint64_t key_hash = 0;
    std::uint64_t hash = 0;  // of key and value: its part of the digest
    friend bool operator==(const Item&, const Item&) = default;
  };

  Applied open_session(std::uint64_t index);
  void expire_oldest();
  void touch(Sessions::iterator session, const Session& now);
  Status execute(const Command& command);
  void set(std::string_view key, std::string_view value, bool extend);
  void erase(std::string_view key);

  std::size_t session_limit_;
  std::map<std::string, Item, std::less<>> data_;
  Sessions sessions_;
  std::uint64_t digest_ = 0;
};

}  // namespace windtunnel::kv
