// The command: all of windtunnel, with one service more.
#include "client.h"
#include "server.h"

#include <windtunnel/cli/command.h>
#include <windtunnel/harness/builtin.h>

#include <fmt/format.h>

using namespace windtunnel;

namespace {

// The keys of `config:` in a scenario.
constexpr OptionSpec kOptions[] = {
    bounded({"resend", OptionKind::duration, "100ms", "when a client asks silent nodes again"},
            "1ms", "1h"),
};

// A line about a message, for the reports.
std::string describe(BytesView bytes) {
  const std::optional<store::Message> message = store::decode(bytes);
  if (!message) return "damaged";
  if (message->kind == store::Kind::query) return message->key;
  return fmt::format("{} = {} ({})", message->key, message->value.value_or("nothing"),
                     message->stamp.count);
}

scenarios::ServiceDefinition service() {
  auto service = scenarios::service_of<store::Server, store::StoreClient>(
      "@NAME@", "a store that keeps each value on a majority of its nodes");
  service.options = kOptions;
  service.messages = {{0x80, "query"}, {0x81, "update"}, {0x82, "reply"}};
  service.describe = describe;
  return service;
}

}  // namespace

int main(int argc, char** argv) {
  scenarios::Registry registry;
  scenarios::add_builtin(registry);
  registry.add(service());
  return windtunnel::main(argc, argv, registry);
}
