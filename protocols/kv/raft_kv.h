// The service `raft-kv`: the key-value store replicated by one Raft group, and its client.
#pragma once

#include <windtunnel/protocols/base/slab.h>
#include <windtunnel/protocols/env/option.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/host/host.h>
#include <windtunnel/protocols/kv/message.h>
#include <windtunnel/protocols/kv/raft_client.h>
#include <windtunnel/protocols/kv/state_machine.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel {

inline constexpr std::string_view kRaftKvName = "raft-kv";

// The keys of `config:` for nodes and clients, and their defaults.
std::span<const OptionSpec> raft_kv_options();
// The keys of the action `transfer`.
std::span<const OptionSpec> raft_kv_transfer_options();
kv::RaftClientOptions raft_kv_client_options(const ServiceConfig& config);

class RaftKvService final : public Service, private WholeStateApplication, private MessageSink {
 public:
  RaftKvService(Env& env, const ServiceConfig& config);
  void start() override;

  // Campaigns now, as if nothing had been heard of a leader.
  void time_out() { host_.time_out(group_); }
  // Hands leadership to the member of that name, or to the most advanced one where it is empty.
  // Does nothing where this node does not lead, or there is no such member.
  void transfer(std::string_view to);

  const Host& host() const { return host_; }
  // Null until the node has recovered.
  const raft::Raft* machine() const { return host_.machine(group_); }
  const kv::StateMachine& store() const { return store_; }

 private:
  // Who waits for a proposal; its slot is the token.
  struct PendingWrite {
    Endpoint client;
    std::uint64_t id = 0;
  };
  struct PendingRead {
    std::uint64_t token = 0;
    Endpoint client;
    std::uint64_t id = 0;
    std::string key;
  };

  Effect apply(raft::LogIndex index, const raft::Entry& entry) override;
  std::uint64_t digest() const override { return store_.digest(); }
  void encode_state(Bytes& out) const override { store_.encode_snapshot(out); }
  Result<void> decode_state(raft::LogIndex, BytesView state) override {
    return store_.restore(state);
  }
  void on_applied(std::uint64_t token, BytesView result) override;
  void on_dropped(std::uint64_t token, Errc why) override;
  void on_read(std::uint64_t token, bool confirmed) override;
  void on_started() override;

  void on_message(const Endpoint& from, BytesView bytes) override;
  void write(const Endpoint& client, const kv::Request& request);
  void read(const Endpoint& client, const kv::Request& request);
  void refuse(const Endpoint& client, std::uint64_t id, Errc why);
  void reply(const Endpoint& client, const kv::Response& response);

  Env& env_;
  GroupId group_;
  std::vector<NodeId> members_;
  std::vector<std::string> member_names_;  // parallel
  kv::StateMachine store_;
  Host host_;
  Slab<PendingWrite> writes_;
  std::deque<PendingRead> reads_;  // tokens ascend
  std::uint64_t last_read_ = 0;
  kv::Applied applied_;  // by the last entry
  Bytes buffer_;
  std::unique_ptr<MessageSocket> socket_;
};

}  // namespace windtunnel
