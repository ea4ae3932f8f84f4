// A log of several partitions, which each node carries on one host, a Raft group each. Clients
// append values and read from a place on.
#pragma once

#include <windtunnel/protocols/base/hash.h>
#include <windtunnel/protocols/base/value_codec.h>
#include <windtunnel/protocols/env/service.h>
#include <windtunnel/protocols/env/value_messages.h>
#include <windtunnel/protocols/host/host.h>

#include <map>
#include <optional>

namespace plog {

using namespace windtunnel;

inline constexpr Port kPort = 9100;
inline constexpr std::uint32_t kPartitions = 2;

// The first byte of a message. Those of Raft are smaller.
enum class Kind : std::uint8_t { send = 0x40, poll, answer };

using Message = ValueMessage<Kind>;
// A request's body is [partition value], or [partition first-place]; the answer to it is
// [place value], or a list of these, or nil: ask somebody else.
inline std::uint64_t partition_of(const Message& request) {
  const std::vector<Value>& body = request.body.items();
  const bool is_pair = body.size() == 2 && body[0].kind() == Value::Kind::integer;
  return is_pair ? static_cast<std::uint64_t>(body[0].integer()) : kPartitions;
}

// One partition: its values in their order, and who waits for what. A value that comes again keeps
// its place.
class Partition final : public WholeStateApplication {
 public:
  Partition(Host& host, GroupId group, const ServiceConfig& config)
      : host_(host), group_(group), dedupe_(config.boolean("dedupe", true)) {}

  void ask(MessageSocket& socket, const Endpoint& client, const Message& request) {
    if (host_.machine(group_) == nullptr) return;  // Not yet recovered, or not carried here.
    socket_ = &socket;
    waiting_[++last_token_] = {client, request};
    if (request.kind == Kind::poll) return host_.read(group_, last_token_);
    Bytes command;
    Writer writer(command);
    write_value(writer, request.body.items()[1]);
    host_.propose(group_, command, last_token_);
  }

 private:
  Effect apply(raft::LogIndex, const raft::Entry& entry) override {
    Reader command(entry.payload.view());
    if (entry.kind == raft::EntryKind::command) append(read_value(command));
    return {};
  }
  std::uint64_t digest() const override { return digest_; }
  void on_applied(std::uint64_t token, BytesView) override { answer(token, last_); }
  void on_dropped(std::uint64_t token, Errc) override { answer(token, {}); }
  void on_read(std::uint64_t token, bool confirmed) override {
    const std::int64_t first = waiting_.at(token).second.body.items()[1].integer();
    std::vector<Value> found;
    for (auto i = first; i < static_cast<std::int64_t>(values_.size()); ++i) {
      found.push_back(Value::vector({i, values_[static_cast<std::size_t>(i)]}));
    }
    answer(token, confirmed ? Value::vector(std::move(found)) : Value());
  }
  void answer(std::uint64_t token, Value body) {
    const auto [client, request] = waiting_.extract(token).mapped();
    (void)socket_->send(client, encode(Message{Kind::answer, request.id, std::move(body)}));
  }

  void append(const Value& value) {
    const auto [known, fresh] = places_.try_emplace(value, values_.size());
    const bool stores = fresh || !dedupe_;
    last_ = Value::vector({stores ? static_cast<int>(values_.size()) : known->second, value});
    if (!stores) return;
    values_.push_back(value);
    digest_ = hash_combine(digest_, hash_of(value));
  }
  void encode_state(Bytes& out) const override {
    Writer writer(out);
    write_value(writer, Value::vector(values_));
  }
  Result<void> decode_state(raft::LogIndex, BytesView state) override {
    values_.clear();
    places_.clear();
    digest_ = 0;
    Reader reader(state);
    for (const Value& value : read_value(reader).take_items()) append(value);
    return {};
  }

  Host& host_;
  const GroupId group_;
  const bool dedupe_;
  std::vector<Value> values_;
  std::map<Value, int> places_;
  Value last_;  // [place value] of the last entry
  std::uint64_t digest_ = 0;
  MessageSocket* socket_ = nullptr;
  std::map<std::uint64_t, std::pair<Endpoint, Message>> waiting_;  // who asks what, by token
  std::uint64_t last_token_ = 0;
};

class Server final : public Service, private MessageSink {
 public:
  Server(Env& env, const ServiceConfig& config) : env_(env), host_(env, {}) {
    for (std::uint32_t i = 0; i < kPartitions; ++i) {
      GroupOptions group;
      group.raft.group = GroupId{config.group.value + i};
      group.first_configuration = raft::Configuration::of_voters(config.members);
      partitions_.push_back(std::make_unique<Partition>(host_, group.raft.group, config));
      const bool is_last = i + 1 == kPartitions && env.self == config.members.back();
      if (!is_last || config.boolean("everywhere", true)) host_.add_group(group, *partitions_[i]);
    }
  }
  void start() override {
    Result<std::unique_ptr<MessageSocket>> socket = env_.transport.bind(kPort, *this);
    if (!socket) return env_.process.exit("the port of clients is taken");
    socket_ = std::move(*socket);
    host_.start();
  }

 private:
  void on_message(const Endpoint& from, BytesView bytes) override {
    const std::optional<Message> request = Message::decode(bytes);
    const std::uint64_t partition = request ? partition_of(*request) : kPartitions;
    if (partition < kPartitions) partitions_[partition]->ask(*socket_, from, *request);
  }

  Env& env_;
  std::unique_ptr<MessageSocket> socket_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  Host host_;
};

}  // namespace plog
