// A primary-backup store as one might write it in an afternoon, and an example of how to put a
// protocol of your own into the wind tunnel: a `Service` for the nodes, a `Client` for the users,
// both over `Env` alone.
//
// It is unsafe, on purpose and in plausible ways:
//  - the primary answers a write before any backup has it: a crash then loses an acknowledged
//  write;
//  - every node answers reads from what it has: a backup that lags gives a stale read;
//  - a backup that hears nothing for a while promotes itself, without asking anyone: in a partition
//  two
//    primaries take writes, and when it heals those of the older epoch are thrown away (split
//    brain).
#pragma once

#include <windtunnel/protocols/env/mailbox.h>
#include <windtunnel/protocols/env/option.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/naive/message.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace windtunnel::naive {

inline constexpr Port kPort = 7200;

// The keys of `config:` and their defaults.
std::span<const OptionSpec> options();

// One node. The constructor keeps references; `start` is the first step.
class NaiveService final : public Service, private MessageSink {
 public:
  NaiveService(Env& env, const ServiceConfig& config);
  void start() override;

 private:
  void on_message(const Endpoint& from, BytesView bytes) override;
  void on_request(const Endpoint& from, const Message& request);
  void on_primary_sign(const Endpoint& from, const Message& sign);
  void on_timer();

  Answer execute(const Message& request);
  void write(const std::string& key, std::optional<std::string> value);
  void apply(const std::string& key, const std::optional<std::string>& value);
  void become_primary();
  void send(const Endpoint& to, const Message& message);
  void send_to_backups(Message message);
  void arm(Duration after);
  Duration failover_timeout() const;

  Env& env_;
  const ServiceConfig config_;
  const Duration heartbeat_;
  const Duration failover_;
  std::unique_ptr<MessageSocket> socket_;
  MemberWaiter<NaiveService, &NaiveService::on_timer> timer_{*this};

  bool primary_ = false;
  NodeId leader_ = kNoNode;
  std::uint64_t epoch_ = 0;    // one more at each promotion
  std::uint64_t version_ = 0;  // of the data: writes applied in this epoch and before
  Data data_;  // in memory only: a crash loses it, and the node pulls it from the primary
};

// A user: writes go to the primary, reads to the node that `reads` says.
class NaiveClient final : public Client {
 public:
  explicit NaiveClient(const ServiceConfig& config);
  Task<Outcome> invoke(Env& env, const Operation& operation) override;

 private:
  Task<Result<Message>> ask(Env& env, NodeId server, Bytes request, std::uint64_t id,
                            Instant until);

  const ServiceConfig config_;
  const bool read_anywhere_;
  std::unique_ptr<Mailbox> mailbox_;
  std::uint64_t last_id_ = 0;
  std::size_t primary_ = 0;  // whom we believe to be it: a position among the members
};

}  // namespace windtunnel::naive
