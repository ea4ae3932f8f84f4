// The service `raft-kv`: the key-value store replicated by one Raft group, and its client.
#pragma once

#include <windtunnel/protocols/env/option.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/kv/message.h>
#include <windtunnel/protocols/kv/raft_client.h>
#include <windtunnel/protocols/kv/state_machine.h>
#include <windtunnel/protocols/host/host.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace windtunnel {

inline constexpr std::string_view kRaftKvName = "raft-kv";
// What one Raft group can carry.
inline constexpr std::size_t kRaftKvMaxNodes = raft::kMaxVoters;

// The keys of `config:` for nodes and clients, and their defaults.
std::span<const OptionSpec> raft_kv_options();
kv::RaftClientOptions raft_kv_client_options(const ServiceConfig& config);

class RaftKvService final : public Service, private Application, private MessageSink {
 public:
  RaftKvService(Env& env, const ServiceConfig& config);
  void start() override;

  // Campaigns now, as if nothing had been heard of a leader.
  void time_out() { host_.time_out(group_); }

  const Host& host() const { return host_; }
  // Null until the node has recovered.
  const raft::Raft* machine() const { return host_.machine(group_); }
  const kv::StateMachine& store() const { return store_; }

 private:
  // A client that waits for the entry at `index`, if that is of `term`.
  struct PendingWrite {
    raft::LogIndex index;
    raft::Term term;
    Endpoint client;
    std::uint64_t id = 0;
  };
  struct PendingRead {
    std::uint64_t request = 0;
    Endpoint client;
    std::uint64_t id = 0;
    std::string key;
  };

  Effect apply(raft::LogIndex index, const raft::Entry& entry) override;
  std::uint64_t digest() const override { return store_.digest(); }
  void save(Bytes& out) const override { store_.encode_snapshot(out); }
  Result<void> restore(raft::LogIndex index, BytesView state) override;
  void on_read(std::uint64_t request, bool confirmed) override;
  void on_started() override;

  void on_message(const Endpoint& from, BytesView bytes) override;
  void write(const Endpoint& client, const kv::Request& request);
  void read(const Endpoint& client, const kv::Request& request);
  void answer_writes(raft::LogIndex index, raft::Term term, const kv::Applied& applied);
  void refuse(const Endpoint& client, std::uint64_t id, Error why);
  void reply(const Endpoint& client, const kv::Response& response);

  Env& env_;
  GroupId group_;
  kv::StateMachine store_;
  Host host_;
  std::deque<PendingWrite> writes_;  // indexes ascend
  std::deque<PendingRead> reads_;    // requests ascend
  std::uint64_t last_read_ = 0;
  Bytes buffer_;
  std::unique_ptr<MessageSocket> socket_;
};

}  // namespace windtunnel
