// A store of values by key, in memory, which clients reach over a stream each.
#pragma once

#include "frame.h"

#include <windtunnel/protocols/env/log.h>
#include <windtunnel/protocols/env/service.h>

#include <map>

namespace frames {

class Server final : public Service {
 public:
  Server(Env& env, const ServiceConfig& config)
      : env_(env), idle_(config.duration("idle", seconds(2))) {}

  void start() override {
    Result<std::unique_ptr<Listener>> listener = env_.transport.listen(kPort);
    if (!listener) return env_.process.exit("the port is taken");
    listener_ = std::move(*listener);
    tasks_.spawn(accept(env_));
  }

 private:
  Task<void> accept(Env& env) {
    for (;;) {
      Result<std::unique_ptr<Stream>> stream = co_await accept_stream(*listener_);
      if (stream) tasks_.spawn(serve(env, std::move(*stream)));
    }
  }
  // One connection, until it ends, or says nothing for too long.
  Task<void> serve(Env& env, std::unique_ptr<Stream> stream) {
    for (;;) {
      const Instant quiet_until = env.clock.now() + idle_;
      const Result<Message> request = co_await read_message(env, *stream, quiet_until);
      if (!request) {
        WT_LOG(env, info, "hangs up: {}", request.error().message());
        co_return;
      }
      Value& held = values_[request->key];
      if (request->kind == Kind::put) held = request->value;
      const Bytes answer = framed({Kind::answer, request->id, request->key, held});
      const Instant taken_until = env.clock.now() + idle_;
      const Result<void> sent = co_await before(env, taken_until, write_all(*stream, answer));
      if (!sent) co_return;
    }
  }

  Env& env_;
  const Duration idle_;
  std::map<std::string, Value> values_;
  std::unique_ptr<Listener> listener_;
  TaskScope tasks_;
};

}  // namespace frames
