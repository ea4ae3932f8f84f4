// The command with one more service. This is all that a protocol of one's own needs.
#include "cli/command.h"
#include "my_store/naive.h"
#include "scenarios/builtin.h"

namespace {

windtunnel::scenarios::ServiceDefinition my_kv() {
  windtunnel::scenarios::ServiceDefinition definition;
  definition.name = "my-kv";
  definition.doc = "a store from outside the tree";
  definition.options = windtunnel::my_store::options();
  definition.make =
      [](windtunnel::Env& env,
         const windtunnel::ServiceConfig& config) -> std::unique_ptr<windtunnel::Service> {
    return std::make_unique<windtunnel::my_store::NaiveService>(env, config);
  };
  definition.make_client =
      [](windtunnel::Env&,
         const windtunnel::ServiceConfig& config) -> std::unique_ptr<windtunnel::Client> {
    return std::make_unique<windtunnel::my_store::NaiveClient>(config);
  };
  return definition;
}

}  // namespace

int main(int argc, char** argv) {
  windtunnel::scenarios::Registry registry;
  windtunnel::scenarios::add_builtin(registry);
  registry.add(my_kv());
  return windtunnel::main(argc, argv, registry);
}
