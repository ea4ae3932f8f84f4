#include <windtunnel/cli/command.h>
#include <windtunnel/harness/builtin.h>

int main(int argc, char** argv) {
  windtunnel::scenarios::Registry registry;
  windtunnel::scenarios::add_builtin(registry);
  return windtunnel::main(argc, argv, registry);
}
