// The way to one server for calls: one connection, made when it is wanted and made again when it is
// lost (gRPC connectivity-semantics-and-api.md).
//
//   idle --a call--> connecting --> ready --the connection ends--> idle
//                        |  ^
//                 failed v  | a call, not before the backoff
//                     backing off
//
// A call that finds no connection waits for one; while backing off it ends with UNAVAILABLE, unless
// it waits for ready.
#pragma once

#include <windtunnel/protocols/env/channel.h>
#include <windtunnel/protocols/env/task.h>
#include <windtunnel/protocols/rpc/connection.h>

#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace windtunnel::rpc {

struct ChannelOptions {
  // gRPC connection-backoff.md: each wait is 1.6 of the one before, a fifth more or less.
  Duration first_backoff = seconds(1);
  Duration longest_backoff = seconds(120);
  Duration connect_patience = seconds(20);
};

class Channel final : private Connection::Owner {
 public:
  enum class State : std::uint8_t { idle, connecting, ready, backing_off };

  Channel(Env& env, const Endpoint& to, SessionMaker sessions, const ChannelOptions& options = {});
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  State state() const { return state_; }
  // Notified at every change of the state.
  Signal& changed() { return changed_; }
  // Makes a connection where there is none and none is on its way.
  void connect();
  // While ready: the connection that takes calls.
  Connection* ready() { return state_ == State::ready ? current_ : nullptr; }
  // It has turned out to take none: another one is made when it is wanted.
  void set_aside(Connection& connection);
  // Why there is none.
  const std::string& failure() const { return failure_; }

 private:
  void begin_attempt();
  void on_connected();
  void on_timer();
  void fail(std::string why);
  void enter(State state);
  void on_call(Connection&, const Event&) override {}
  void on_going_away(Connection& connection, const Status& why) override;
  void on_closed(Connection& connection) override;
  void reap();

  Env& env_;
  const Endpoint to_;
  SessionMaker sessions_;
  ChannelOptions options_;
  State state_ = State::idle;
  Signal changed_;
  bool is_wanted_ = false;  // by somebody, while backing off
  Duration backoff_;
  std::string failure_;
  std::unique_ptr<Stream> connecting_;
  Connection* current_ = nullptr;
  std::list<Connection> connections_;  // also those that end
  MemberWaiter<Channel, &Channel::on_connected> connected_{*this};
  MemberWaiter<Channel, &Channel::on_timer> timer_{*this};
  MemberWaiter<Channel, &Channel::reap> reap_{*this};
};

struct CallOptions {
  Instant deadline = kEndOfTime;
  // Waits for a connection until the deadline, however often none comes about.
  bool wait_for_ready = false;
};

class ClientCall final : public OpenCall {
 public:
  // `channel` must outlive it.
  ClientCall(Env& env, Channel& channel) : OpenCall(env), channel_(channel) {}

  // Once. False: the call has ended (`status`). What is passed must live until then.
  Task<bool> start(Env& env, std::string_view method, const Metadata& metadata,
                   CallOptions options);
  void half_close();
  // Waits for the end; messages that were not read are dropped.
  Task<Status> finish(Env& env);
  // What came of the server, so far.
  const Metadata& head() const { return head_; }
  const Metadata& trailers() const { return trailers_; }
  Reach reach() const { return reach_; }

 private:
  bool try_start(std::string_view method, const Metadata& metadata, const CallOptions& options);

  Channel& channel_;
};

// One message there, one back. What is passed must outlive the task.
Task<Status> call_unary(Env& env, Channel& channel, std::string_view method, BytesView request,
                        Bytes& response, CallOptions options);

}  // namespace windtunnel::rpc
