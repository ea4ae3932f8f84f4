// A session on a stream: carries bytes between the two, arms the session's timer, and brings its
// events to the calls that they are of.
//
// What is said in one step of the node goes out together: commands only ask for a flush, which the
// executor runs after what is going on now.
#pragma once

#include <windtunnel/protocols/env/env.h>
#include <windtunnel/protocols/rpc/open_call.h>
#include <windtunnel/protocols/rpc/session.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace windtunnel::rpc {

// Makes the session of a new connection: which protocol carries the calls.
using SessionMaker = std::function<std::unique_ptr<Session>(Side side, Instant now)>;

class Connection {
 public:
  // Who owns it. None of these may destroy it before it has returned.
  class Owner {
   public:
    // Server: a call that nobody has yet; `attach` gives it to somebody.
    virtual void on_call(Connection& connection, const Event& event) = 0;
    // It takes no more calls.
    virtual void on_going_away(Connection& connection, const Status& why) = 0;
    // It is over: to be destroyed.
    virtual void on_closed(Connection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  Connection(Env& env, Owner& owner, std::unique_ptr<Stream> stream,
             std::unique_ptr<Session> session);
  // Calls that are in somebody's hands end with UNAVAILABLE.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // First step: the constructor does nothing to the stream.
  void start();
  Session& session() { return *session_; }
  bool is_over() const { return is_over_; }
  void attach(OpenCall& call, CallId id);
  // The call's owner has let go.
  void abandon(OpenCall& call);
  // The session keeps nothing of it for its owner any more.
  void detach(OpenCall& call);
  void consume(CallId id, std::uint32_t credit);
  void flush_soon();
  void drain();

 private:
  // What is read at a time, and how often in a step.
  static constexpr std::size_t kReadBytes = std::size_t{16} << 10;
  static constexpr int kReadsAStep = 16;

  void on_readable();
  void on_timer();
  void flush();
  void write_output();
  void bring_events();
  void lose(std::string_view why);
  // After anything that was done to the session.
  void settle();

  Env& env_;
  Owner& owner_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Session> session_;
  std::vector<OpenCall*> calls_;  // by slot
  Instant timer_at_ = kEndOfTime;
  bool is_over_ = false;
  MemberWaiter<Connection, &Connection::on_readable> readable_{*this};
  MemberWaiter<Connection, &Connection::flush> writable_{*this};
  MemberWaiter<Connection, &Connection::flush> flush_{*this};
  MemberWaiter<Connection, &Connection::on_timer> timer_{*this};
};

}  // namespace windtunnel::rpc
