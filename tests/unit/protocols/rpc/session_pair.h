// Two sessions that speak to each other through memory, and what each of them told.
#pragma once

#include <windtunnel/protocols/base/keyed_random.h>
#include <windtunnel/protocols/rpc/grpc/session.h>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace windtunnel::rpc::testing {

inline std::string text_of(const Metadata& metadata) {
  std::string text;
  for (std::size_t i = 0; i < metadata.size(); ++i) {
    if (metadata[i].name == "user-agent") continue;
    text += fmt::format(" {}={}", metadata[i].name, metadata[i].value);
  }
  return text;
}

inline std::string text_of(const Status& status) {
  return fmt::format(" {} '{}'", name_of(status.code), status.message);
}

// One end: a session, its events as lines, and what it has written that was not taken.
struct End {
  explicit End(std::unique_ptr<Session> made) : session(std::move(made)) {}

  // Takes the events; messages are consumed at once where `consumes`.
  void listen() {
    Event event;
    while (session->next(event)) note(event);
  }
  void note(const Event& event) {
    switch (event.kind) {
      case Event::Kind::call_arrived:
        calls.push_back(event.call);
        deadline = event.deadline;
        lines.push_back(fmt::format("call {}{}", event.method, text_of(*event.metadata)));
        break;
      case Event::Kind::head: lines.push_back("head" + text_of(*event.metadata)); break;
      case Event::Kind::message:
        messages.push_back(*event.message);
        lines.push_back(fmt::format("message of {}", event.message->size()));
        if (consumes) session->consume(event.call, event.credit);
        break;
      case Event::Kind::half_closed: lines.push_back("half-closed"); break;
      case Event::Kind::ended:
        reach = event.reach;
        lines.push_back("ended" + text_of(*event.status) + text_of(*event.metadata));
        break;
      case Event::Kind::writable: lines.push_back("writable"); break;
      case Event::Kind::going_away: lines.push_back("going away" + text_of(*event.status)); break;
      case Event::Kind::closed: lines.push_back("closed" + text_of(*event.status)); break;
    }
  }
  Bytes take_output(Instant now, std::size_t most) {
    const BytesView shown = session->output(now);
    const Bytes taken = to_bytes(shown.first(std::min(most, shown.size())));
    session->written(taken.size());
    return taken;
  }
  bool has(std::string_view line) const {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }

  std::unique_ptr<Session> session;
  std::vector<std::string> lines;
  std::vector<Bytes> messages;
  std::vector<CallId> calls;
  Instant deadline = kEndOfTime;
  Reach reach = Reach::application;
  bool consumes = true;
};

// What is to be said of a call while bytes go to and fro.
struct Pair {
  Pair(std::unique_ptr<Session> at_client, std::unique_ptr<Session> at_server)
      : client(std::move(at_client)), server(std::move(at_server)) {}
  explicit Pair(const GrpcOptions& options = {}) : Pair(options, options) {}
  Pair(const GrpcOptions& at_client, const GrpcOptions& at_server)
      : client(std::make_unique<GrpcSession>(Side::client, at_client, now)),
        server(std::make_unique<GrpcSession>(Side::server, at_server, now)) {}

  // Carries bytes both ways until there are none; in chunks of 1 to `most` bytes that `seed` draws.
  void pump(std::uint64_t seed = 0, std::size_t most = SIZE_MAX) {
    const DrawKey draws(seed, "chunks", "");
    for (bool moved = true; moved;) {
      const bool there = carry(client, server, draws, most);
      const bool back = carry(server, client, draws, most);
      moved = there || back;
    }
  }
  bool carry(End& from, End& to, const DrawKey& draws, std::size_t most) {
    std::size_t size = most;
    if (most != SIZE_MAX) size = 1 + scale(draws.at(chunks++), most);
    const Bytes bytes = from.take_output(now, size);
    from.listen();
    carried.insert(carried.end(), bytes.begin(), bytes.end());
    if (!bytes.empty()) to.session->feed(bytes, now);
    to.listen();
    return !bytes.empty();
  }
  void advance(Duration by) {
    now = now + by;
    for (End* end : {&client, &server}) {
      if (end->session->next_timer() <= now) end->session->on_time(now);
      end->listen();
    }
  }
  CallId start(std::string_view method, const Metadata& metadata = {},
               Instant deadline = kEndOfTime) {
    const Result<CallId> call = client.session->start(method, metadata, deadline, now);
    WT_ASSERT(call.has_value(), "the client takes calls");
    return *call;
  }
  Session& at_client() { return *client.session; }
  Session& at_server() { return *server.session; }

  Instant now{1'000'000'000};
  End client;
  End server;
  std::uint64_t chunks = 0;
  Bytes carried;
};

inline Bytes bytes_of(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256);
  return bytes;
}

}  // namespace windtunnel::rpc::testing
