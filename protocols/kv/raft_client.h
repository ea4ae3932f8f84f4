// A client of a store that has a leader. It follows hints, tries another node when one does not
// answer, and repeats a write with the same (session, sequence), which has one effect however often
// it arrives.
//
// A write that has not been answered by its time-out is `info`: a copy may still be under way. It
// is `fail` only where that is certain (a cas that did not match; nothing was ever sent). A read
// has no effect, so it is `fail` then.
#pragma once

#include <windtunnel/protocols/env/mailbox.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/kv/message.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::kv {

struct RaftClientOptions {
  std::vector<NodeId> servers;
  Port port = kClientPort;
  // How long to wait for one answer before the next server is asked.
  Duration attempt = milliseconds(300);
  // The longest pause before asking again where nobody knows a leader; drawn from half of it on.
  Duration pause = milliseconds(50);
};

class RaftClient final : public Client {
 public:
  explicit RaftClient(const RaftClientOptions& options) : options_(options) {}

  Task<Outcome> invoke(Env& env, const Operation& operation) override;

 private:
  // The response in owned form.
  struct Answer {
    Status status = Status::unavailable;
    SessionId session = 0;
    NodeId leader = kNoNode;
    std::optional<std::string> value;
  };

  Task<Outcome> write(Env& env, Command command, Instant deadline);
  Task<Result<void>> ensure_session(Env& env, Instant deadline);
  // Asks until a server decides; Errc::timed_out at the deadline.
  Task<Result<Answer>> ask(Env& env, Command command, Instant deadline);
  // One answer to request `id`, until `until`.
  Task<Result<Answer>> await_answer(Env& env, std::uint64_t id, Instant until);
  Result<void> open_mailbox(Env& env);
  void rotate() { target_ = (target_ + 1) % options_.servers.size(); }
  bool follow(NodeId leader);

  RaftClientOptions options_;
  std::unique_ptr<Mailbox> mailbox_;
  Bytes buffer_;
  std::size_t target_ = 0;
  std::uint64_t last_request_ = 0;
  SessionId session_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace windtunnel::kv
