// What the nodes and clients of the naive store say to each other. One struct for all of it; each
// kind uses some fields.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/ids.h>
#include <windtunnel/protocols/base/result.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel::naive {

// The first byte of a message, as faults and traces see it.
enum class Kind : std::uint8_t {
  request = 0x70,    // client: id, f, key, value, expected
  reply = 0x71,      // to a client: id, ok, leader, value
  heartbeat = 0x72,  // from a primary: epoch, version
  replicate = 0x73,  // from a primary: epoch, version, key, value (nothing: deleted)
  pull = 0x74,       // from a backup that has missed something
  state = 0x75,      // from a primary: epoch, version, data
};

enum class Answer : std::uint8_t { ok = 0, mismatch = 1, not_primary = 2, invalid = 3 };

using Data = std::map<std::string, std::string, std::less<>>;

struct Message {
  Kind kind = Kind::request;
  std::uint64_t id = 0;
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;
  NodeId leader = kNoNode;
  Answer answer = Answer::ok;
  std::string f;
  std::string key;
  std::optional<std::string> value;
  std::optional<std::string> expected;
  Data data;
};

// "naive-heartbeat"; empty for another byte.
std::string_view message_name(std::uint8_t kind) noexcept;
Bytes encode(const Message& message);
Result<Message> decode(BytesView bytes);

}  // namespace windtunnel::naive
