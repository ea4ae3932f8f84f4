#include <windtunnel/harness/describe_messages.h>

#include <windtunnel/harness/raft/raft_describe.h>
#include <windtunnel/protocols/kv/message.h>
#include <windtunnel/protocols/naive/message.h>
#include <windtunnel/protocols/raft/message_codec.h>

#include <fmt/format.h>

namespace windtunnel::scenarios {
namespace {

std::string describe(const kv::Command& command) {
  std::string text(kv::name_of(command.op));
  if (command.op == kv::Op::open_session) return text;
  text += fmt::format(" '{}'", command.key);
  if (command.expected) text += fmt::format(" from '{}'", *command.expected);
  if (command.op != kv::Op::get && command.op != kv::Op::remove) {
    text += fmt::format(" '{}'", command.value);
  }
  if (command.session != 0) text += fmt::format(" {}.{}", command.session, command.sequence);
  return text;
}

std::string describe_command(BytesView payload) {
  const Result<kv::Command> command = kv::decode_command(payload);
  return command ? "(" + describe(*command) + ")" : std::string("(no command)");
}

std::string describe(const kv::Response& response) {
  std::string text = fmt::format("{} {}", response.id, kv::name_of(response.status));
  if (response.session != 0) text += fmt::format(" session={}", response.session);
  if (response.value) text += fmt::format(" '{}'", *response.value);
  return text;
}

}  // namespace

std::string describe_raft_kv(BytesView message) {
  if (const Result<kv::Request> request = kv::decode_request(message)) {
    return fmt::format("{} {}", request->id, describe(request->command));
  }
  if (const Result<kv::Response> response = kv::decode_response(message))
    return describe(*response);
  raft::MessageDecoder decoder;
  raft::Message decoded;
  if (!decoder.decode(message, decoded)) return {};
  return explore::describe_message(decoded, describe_command);
}

std::string describe_naive_kv(BytesView bytes) {
  using naive::Kind;
  const Result<naive::Message> message = naive::decode(bytes);
  if (!message) return {};
  const std::string value = message->value ? fmt::format(" '{}'", *message->value) : "";
  switch (message->kind) {
    case Kind::request:
      return fmt::format("{} {} '{}'{}", message->id, message->f, message->key, value);
    case Kind::reply: return fmt::format("{}{}", message->id, value);
    case Kind::heartbeat:
    case Kind::pull: return fmt::format("epoch={} version={}", message->epoch, message->version);
    case Kind::replicate:
      return fmt::format("epoch={} version={} '{}'{}", message->epoch, message->version,
                         message->key, value);
    case Kind::state:
      return fmt::format("epoch={} version={} keys={}", message->epoch, message->version,
                         message->data.size());
  }
  return {};
}

}  // namespace windtunnel::scenarios
