// The commands of the key-value store as they stand in a replicated log, and how a client's
// call maps to them.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/env/store_call.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace windtunnel::kv {

// Append only: numbers are on disk and on the wire.
enum class Op : std::uint8_t {
  get = 0,  // never in a log: reads are confirmed by ReadIndex
  put = 1,
  append = 2,
  cas = 3,  // sets `value` where the key holds `expected` (nothing: where it is not set)
  remove = 4,
  open_session = 5,  // the new session's id is the log index of this entry
};
std::string_view name_of(Op op) noexcept;

// Names a client's session: the log index that opened it, so that no two sessions ever share an id,
// not even when one has expired. 0 is no session.
using SessionId = std::uint64_t;

// Views into the bytes it was decoded from, or into what the caller holds.
struct Command {
  Op op = Op::put;
  SessionId session = 0;
  // From 1, one more for each write of the session. A retry carries the number of the first try.
  std::uint64_t sequence = 0;
  std::string_view key;
  std::string_view value;
  std::optional<std::string_view> expected;
};

void encode(const Command& command, Bytes& out);
// Errc::corrupt where `bytes` is not exactly one command.
Result<Command> decode_command(BytesView bytes);

// The command for a client's call, with views into it. Session and sequence are left 0.
Command command_for(const StoreCall& call);

}  // namespace windtunnel::kv
