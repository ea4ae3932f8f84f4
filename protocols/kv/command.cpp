#include <windtunnel/protocols/kv/command.h>

#include <windtunnel/protocols/base/codec.h>

#include <iterator>

namespace windtunnel::kv {
namespace {

constexpr std::string_view kOps[] = {"get", "put", "append", "cas", "delete", "open-session"};

struct Verb {
  std::string_view f;
  Op op;
  bool takes_value;
};
constexpr Verb kVerbs[] = {{"get", Op::get, false},      {"read", Op::get, false},
                           {"put", Op::put, true},       {"write", Op::put, true},
                           {"append", Op::append, true}, {"cas", Op::cas, true},
                           {"delete", Op::remove, false}};

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

Result<Command> command_for(const Operation& operation) {
  for (const Verb& verb : kVerbs) {
    if (operation.f != verb.f) continue;
    if (verb.takes_value && !operation.value) return make_error_code(Errc::invalid_argument);
    Command command;
    command.op = verb.op;
    command.key = operation.key;
    if (verb.takes_value) command.value = *operation.value;
    if (verb.op == Op::cas && operation.expected) command.expected = *operation.expected;
    return command;
  }
  return make_error_code(Errc::unsupported);
}

}  // namespace windtunnel::kv
