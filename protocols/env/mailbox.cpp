#include <windtunnel/protocols/env/mailbox.h>

namespace windtunnel {

Result<void> Mailbox::open(Port port) {
  Result<std::unique_ptr<MessageSocket>> socket = env_.transport.bind(port, *this);
  if (!socket) return socket.error();
  socket_ = std::move(*socket);
  return {};
}

void Mailbox::on_message(const Endpoint& from, BytesView message) {
  (void)queue_.try_send({from, to_bytes(message)});  // Full: it is lost.
}

}  // namespace windtunnel
