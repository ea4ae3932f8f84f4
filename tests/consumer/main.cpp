// The command with one more service. This is all that a protocol of one's own needs.
#include <windtunnel/cli/command.h>
#include <windtunnel/harness/builtin.h>
#include "my_store/my_kv.h"

int main(int argc, char** argv) {
  windtunnel::scenarios::Registry registry;
  windtunnel::scenarios::add_builtin(registry);
  registry.add(my_kv());
  return windtunnel::main(argc, argv, registry);
}
