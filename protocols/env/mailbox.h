// A message socket with a queue, for tasks:
//
//   Result<Mailbox::Message> message = co_await before(env, deadline, mailbox.next());
#pragma once

#include <windtunnel/protocols/env/channel.h>
#include <windtunnel/protocols/env/race.h>

#include <cstddef>
#include <memory>

namespace windtunnel {

// Messages over the limit are dropped, as a full socket buffer drops them.
class Mailbox final : public MessageSink {
 public:
  struct Message {
    Endpoint from;
    Bytes bytes;
  };
  using Next = Channel<Message>::Receive;

  explicit Mailbox(Env& env, std::size_t limit = 1024) : env_(env), queue_(env, limit) {}
  // Binds; Errc::address_in_use as `Transport::bind`.
  Result<void> open(Port port);
  MessageSocket& socket() { return *socket_; }
  std::size_t size() const { return queue_.size(); }
  Next next() { return queue_.receive(); }
  void on_message(const Endpoint& from, BytesView message) override;

 private:
  Env& env_;
  Channel<Message> queue_;
  std::unique_ptr<MessageSocket> socket_;
};

}  // namespace windtunnel
