// The command line of serve and kv.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/serve.h>

#include <limits>

namespace windtunnel::cli {
namespace {

void add_cluster(CLI::App& command, ClusterRequest& cluster) {
  command.add_option("--peers", cluster.peers, "all nodes: n1=127.0.0.1:7001,n2=...")
      ->required()
      ->allow_extra_args(false)
      ->delimiter(',');
  command.add_option("--set", cluster.set, "KEY=VALUE: an option of the service")
      ->allow_extra_args(false);
}

void add_serve(CommandLine& line) {
  CLI::App* command = nullptr;
  const auto request = line.add<ServeRequest>(
      line.app, "serve", "run a real node of a service on sockets and files", command,
      [&line](const ServeRequest& asked) { return serve_command(asked, line.registry); });
  command->add_option("service", request->cluster.service, "as `list services` names it")
      ->required();
  command->add_option("--id", request->id, "this node's name; it ends in its number")->required();
  command->add_option("--listen", request->listen,
                      "where to listen, HOST:PORT (default: as the peers say)");
  command->add_option("--data", request->data, "the directory of this node's files")->required();
  command
      ->add_option("--group", request->cluster.group,
                   "the number of the nodes' group, the same on each of them")
      ->check(whole_number(0, std::numeric_limits<std::uint32_t>::max()))
      ->capture_default_str();
  add_cluster(*command, request->cluster);
}

void add_kv_operation(CommandLine& line, CLI::App& kv, const std::string& f,
                      const std::string& doc) {
  CLI::App* command = nullptr;
  const auto request = line.add<KvRequest>(kv, f, doc, command, [&line](const KvRequest& asked) {
    return kv_command(asked, line.registry);
  });
  request->f = f;
  command->add_option("key", request->key, "the key")->required();
  if (f == "put") command->add_option("value", request->value, "the value")->required();
  command->add_option("--timeout", request->timeout, "how long to wait for an answer")
      ->option_text("DURATION (5s)");
  command->add_option("--service", request->cluster.service, "what the nodes serve")
      ->capture_default_str();
  add_cluster(*command, request->cluster);
}

}  // namespace

void add_service_commands(CommandLine& line) {
  add_serve(line);
  CLI::App* kv = line.app.add_subcommand("kv", "a client of a key-value service");
  kv->require_subcommand(1);
  add_kv_operation(line, *kv, "put", "store a value under a key");
  add_kv_operation(line, *kv, "get", "print the value under a key");
}

}  // namespace windtunnel::cli
