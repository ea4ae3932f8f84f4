// A node of the store: it keeps the newest value of each key that it was told, on its disk.
#pragma once

#include "messages.h"

#include <windtunnel/protocols/env/await.h>
#include <windtunnel/protocols/env/log.h>
#include <windtunnel/protocols/env/mailbox.h>
#include <windtunnel/protocols/env/service.h>

#include <map>

namespace store {

// One life of a node: a crash destroys it, and a restart makes a new one, which finds the disk.
class Server final : public Service {
 public:
  Server(Env& env, const ServiceConfig&) : env_(env), mailbox_(env) {}
  void start() override { tasks_.spawn(serve(env_)); }

 private:
  Task<void> serve(Env& env) {
    const Result<void> recovered = co_await recover(env);
    if (!recovered) co_return env.process.exit("the log cannot be read");
    if (!mailbox_.open(kPort)) co_return env.process.exit("the port is taken");
    for (;;) {
      const Result<Mailbox::Message> got = co_await mailbox_.next();
      if (!got) co_return;
      const std::optional<Message> request = decode(got->bytes);
      if (!request) continue;
      if (request->kind == Kind::update && request->stamp > kept_[request->key].stamp) {
        const Result<void> written = co_await append(env, got->bytes);
        if (!written) co_return env.process.exit("the log cannot be written");
        kept_[request->key] = *request;
      }
      Message reply = kept_[request->key];
      reply.kind = Kind::reply;
      reply.id = request->id;
      reply.key = request->key;
      (void)mailbox_.socket().send(got->from, encode(reply));
    }
  }

  // To the log. Nothing is durable before the sync is done.
  Task<Result<void>> append(Env& env, BytesView update) {
    Bytes record;
    Writer(record).bytes(update);
    const Result<void> written = co_await write_file(env, log_, end_, record);
    if (!written) co_return written;
    const Result<void> synced = co_await sync_file(env, log_);
    if (synced) end_ += record.size();
    co_return synced;
  }

  // Reads the log up to the first update that is not whole: a crash came before its sync.
  Task<Result<void>> recover(Env& env) {
    const Result<File> log = co_await open_file(env, "log", OpenMode::create);
    if (!log) co_return log.error();
    log_ = *log;
    const Result<void> named = co_await sync_directory(env, "");
    if (!named) co_return named;
    const Result<std::uint64_t> size = co_await file_size(env, log_);
    if (!size) co_return size.error();
    const Result<Bytes> bytes = co_await read_file(env, log_, 0, *size);
    if (!bytes) co_return bytes.error();
    Reader reader(*bytes);
    for (;;) {
      const std::optional<Message> update = decode(reader.bytes());
      if (!update) break;
      kept_[update->key] = *update;
      end_ = bytes->size() - reader.remaining();
    }
    WT_LOG(env, info, "recovered {} keys from {} bytes of log", kept_.size(), end_);
    co_return Result<void>();
  }

  Env& env_;
  Mailbox mailbox_;
  std::map<std::string, Message> kept_;  // the newest update of each key
  File log_;
  std::uint64_t end_ = 0;  // of the log
  TaskScope tasks_;        // last, so that it goes first
};

}  // namespace store
