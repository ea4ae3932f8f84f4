#include "client.h"
#include "server.h"

#include <windtunnel/cli/command.h>
#include <windtunnel/harness/builtin.h>

using namespace windtunnel;

namespace {

constexpr OptionSpec kOptions[] = {
    bounded({"idle", OptionKind::duration, "2s", "silence after which a server hangs up"}, "1ms",
            "1h"),
    {"checks", OptionKind::boolean, "true", "clients take no late answer for theirs"},
};

scenarios::ServiceDefinition frame_store() {
  scenarios::ServiceDefinition store;
  store.name = "frame-store";
  store.doc = "a store of values that talks over streams";
  store.options = kOptions;
  store.max_nodes = 1;
  store.make = scenarios::make_service<frames::Server>;
  store.make_client = scenarios::make_client<frames::FrameClient>;
  store.messages = {{1, "get"}, {2, "put"}, {3, "answer"}};
  store.classes.frame = frames::frame_of;
  return store;
}

}  // namespace

int main(int argc, char** argv) {
  scenarios::Registry registry;
  scenarios::add_builtin(registry);
  registry.add(frame_store());
  return windtunnel::main(argc, argv, registry);
}
