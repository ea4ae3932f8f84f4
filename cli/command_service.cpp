// The command line of serve and kv.
#include <windtunnel/cli/command_line.h>
#include <windtunnel/cli/serve.h>

#include <limits>

namespace windtunnel::cli {
namespace {

void add_cluster(Subcommand command, ClusterRequest& cluster) {
  command.add("--peers", &cluster.peers, "all nodes: n1=127.0.0.1:7001,n2=...")
      .required()
      .single()
      .split_at(',');
  command.add("--set", &cluster.set, "KEY=VALUE: an option of the service").single();
}

void add_serve(CommandLine& line) {
  const auto [command, request] = line.add<ServeRequest>(
      line.top(), "serve", "run a real node of a service on sockets and files",
      [&line](const ServeRequest& asked) { return serve_command(asked, line.registry); });
  command.add("service", &request->cluster.service, "as `list services` names it").required();
  command.add("--id", &request->id, "this node's name; it ends in its number").required();
  command.add("--listen", &request->listen,
              "where to listen, HOST:PORT (default: as the peers say)");
  command.add("--data", &request->data, "the directory of this node's files").required();
  command
      .add("--group", &request->cluster.group,
           "the number of the nodes' group, the same on each of them")
      .whole(0, std::numeric_limits<std::uint32_t>::max())
      .with_default();
  command.add("--log", &request->log, "lines on stderr: off, error, warning, info or debug")
      .log_level()
      .with_default();
  add_cluster(command, request->cluster);
}

void add_kv_operation(CommandLine& line, Subcommand kv, const std::string& f,
                      const std::string& doc) {
  const auto [command, request] = line.add<KvRequest>(
      kv, f, doc, [&line](const KvRequest& asked) { return kv_command(asked, line.registry); });
  request->f = f;
  command.add("key", &request->key, "the key").required();
  if (f == "put") command.add("value", &request->value, "the value").required();
  command.add("--timeout", &request->timeout, "how long to wait for an answer")
      .shown_as("DURATION (5s)");
  command.add("--service", &request->cluster.service, "what the nodes serve").with_default();
  add_cluster(command, request->cluster);
}

}  // namespace

void add_service_commands(CommandLine& line) {
  add_serve(line);
  Subcommand kv = line.top().add_subcommand("kv", "a client of a key-value service");
  kv.require_subcommand();
  add_kv_operation(line, kv, "put", "store a value under a key");
  add_kv_operation(line, kv, "get", "print the value under a key");
}

}  // namespace windtunnel::cli
