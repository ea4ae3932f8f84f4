#pragma once

#include "frame.h"

#include <windtunnel/protocols/env/service.h>

namespace frames {

// Keeps a connection as long as it is in order: after a time-out the answer to the old request may
// be in it yet.
class FrameClient final : public Client {
 public:
  explicit FrameClient(const ServiceConfig& config)
      : server_{config.members.front(), kPort}, checks_(config.boolean("checks", true)) {}

  // read ["k1" nil], write ["k1" 5].
  Task<Outcome> invoke(Env& env, const Operation& operation) override {
    const std::vector<Value>& pair = operation.value.items();
    const bool reads = operation.f == "read";
    const Message request{reads ? Kind::get : Kind::put, ++last_id_, std::string(pair[0].text()),
                          pair[1]};
    const Instant deadline = env.clock.now() + operation.timeout;
    const Result<Value> found = co_await ask(env, request, deadline);
    const bool late = !found && found.error() == Errc::timed_out;
    if (!found && (checks_ || !late)) stream_.reset();
    if (found) co_return Outcome::ok(Value::vector({pair[0], *found}));
    // A write may have arrived.
    if (reads) co_return Outcome::fail(found.error());
    co_return Outcome::info(found.error());
  }

 private:
  Task<Result<Value>> ask(Env& env, Message request, Instant deadline) {
    if (!stream_) {
      Result<std::unique_ptr<Stream>> stream =
          co_await before(env, deadline, connect_stream(env, server_));
      if (!stream) co_return stream.error();
      stream_ = std::move(*stream);
    }
    const Bytes frame = framed(request);
    const Result<void> sent = co_await before(env, deadline, write_all(*stream_, frame));
    if (!sent) co_return sent.error();
    const Result<Message> answer = co_await read_message(env, *stream_, deadline);
    if (!answer) co_return answer.error();
    if (checks_ && answer->id != request.id) co_return Errc::corrupt;
    co_return answer->value;
  }

  const Endpoint server_;
  const bool checks_;  // that an answer is to its request, and a late one is not in the stream
  std::unique_ptr<Stream> stream_;
  std::uint64_t last_id_ = 0;
};

}  // namespace frames
