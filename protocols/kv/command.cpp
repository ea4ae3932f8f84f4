#include <windtunnel/protocols/kv/command.h>

#include <windtunnel/protocols/base/codec.h>

#include <iterator>

namespace windtunnel::kv {
namespace {

constexpr std::string_view kOps[] = {"get", "put", "append", "cas", "delete", "open-session"};
static_assert(std::size(kOps) == static_cast<std::size_t>(Op::open_session) + 1);

}  // namespace

std::string_view name_of(Op op) noexcept {
  const auto index = static_cast<std::size_t>(op);
  return index < std::size(kOps) ? kOps[index] : std::string_view("unknown");
}

void encode(const Command& command, Bytes& out) {
  Writer writer(out);
  writer.fixed(static_cast<std::uint8_t>(command.op));
  writer.varint(command.session);
  writer.varint(command.sequence);
  writer.text(command.key);
  writer.text(command.value);
  writer.boolean(command.expected.has_value());
  if (command.expected) writer.text(*command.expected);
}

Result<Command> decode_command(BytesView bytes) {
  Reader reader(bytes);
  Command command;
  const auto op = reader.fixed<std::uint8_t>();
  command.op = static_cast<Op>(op);
  command.session = reader.varint();
  command.sequence = reader.varint();
  command.key = reader.text();
  command.value = reader.text();
  if (reader.boolean()) command.expected = reader.text();
  if (!reader.done() || op >= std::size(kOps)) return make_error_code(Errc::corrupt);
  return command;
}

Command command_for(const StoreCall& call) {
  Command command;
  switch (call.verb) {
    case StoreVerb::read: command.op = Op::get; break;
    case StoreVerb::write: command.op = Op::put; break;
    case StoreVerb::append: command.op = Op::append; break;
    case StoreVerb::cas: command.op = Op::cas; break;
    case StoreVerb::remove: command.op = Op::remove; break;
  }
  command.key = call.key;
  command.value = call.value;
  if (call.expected) command.expected = *call.expected;
  return command;
}

}  // namespace windtunnel::kv
