#include <windtunnel/cli/serve.h>

#include <windtunnel/cli/command.h>
#include <windtunnel/cli/terminal.h>
#include <windtunnel/protocols/asio/run_service.h>

#include <fmt/format.h>

namespace windtunnel::cli {
namespace {

struct OneOperation {
  const scenarios::ServiceDefinition& service;
  ServiceConfig config;
  Operation operation;
  std::optional<Outcome> outcome;
};

// The whole life of a client. It ends with this frame, before the ports that it holds on to.
Task<void> perform(Env& env, OneOperation& what) {
  const std::unique_ptr<Client> client = what.service.make_client(env, what.config);
  what.outcome = co_await client->invoke(env, what.operation);
}

// The text that was read; nothing where the key is not set.
std::optional<std::string> found(const Outcome& outcome) {
  const Value& value = outcome.value;
  if (!value.is_sequence() || value.items().size() != 2) return std::nullopt;
  const Value& text = value.items()[1];
  if (text.is_integer()) return std::to_string(text.integer());
  return text.is_name() ? std::optional(std::string(text.text())) : std::nullopt;
}

int tell(const KvRequest& request, const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::ok:
      if (request.f != "get") return kExitOk;
      if (const std::optional<std::string> text = found(outcome)) {
        return print_line(*text) ? kExitOk : kExitInternal;
      }
      complain("there is nothing under '" + request.key + "'");
      return kExitViolated;
    case Outcome::Kind::fail:
      complain(fmt::format("error: {} failed: {}", request.f, outcome.error.text()));
      return kExitViolated;
    case Outcome::Kind::info: break;
  }
  complain(fmt::format("unknown: {} may have happened: {}", request.f, outcome.error.text()));
  return kExitUnknown;
}

// Only `read` tells a key that is not set from an empty text.
Operation operation_of(const KvRequest& request, Duration timeout) {
  const bool is_get = request.f == "get";
  Value argument = is_get ? Value() : Value(request.value);
  return {is_get ? "read" : request.f, Value::vector({Value(request.key), std::move(argument)}),
          timeout};
}

}  // namespace

int serve_command(const ServeRequest& request, const scenarios::Registry& registry) {
  std::optional<Cluster> cluster = read_cluster(request.cluster, registry);
  if (!cluster) return kExitUsage;
  const std::optional<NodeId> id = node_id_of(request.id);
  const auto own = id ? cluster->addresses.find(*id) : cluster->addresses.end();
  if (own == cluster->addresses.end()) {
    complain("error: --id " + request.id + ": the node is not among the peers");
    return kExitUsage;
  }
  AsioOptions options;
  options.id = *id;
  options.name = request.id;
  options.log = log_level_of(request.log).value_or(LogLevel::info);
  options.listen = request.listen.empty() ? own->second : request.listen;
  options.peers = cluster->addresses;
  options.peers.erase(*id);
  options.data_directory = request.data;
  cluster->config.name = request.id;
  const scenarios::ServiceDefinition& service = *registry.service(request.cluster.service);
  const Result<Ended> ended = run_service(
      options, [&](Env& env) { return service.make(env, cluster->config); },
      [&](std::uint16_t port) {
        print_line(fmt::format("{} listens at {}, port {}", request.id, options.listen, port));
      });
  if (!ended) {
    complain(fmt::format("error: {} cannot serve at {} with data in '{}': {}", request.id,
                         options.listen, request.data, ended.error().message()));
    return kExitInternal;
  }
  if (ended->reason == ExitReason::gave_up) {
    complain(fmt::format("error: {} gave up: {}", request.id, ended->why));
    return kExitInternal;
  }
  print_line(request.id + " ended");
  return kExitOk;
}

int kv_command(const KvRequest& request, const scenarios::Registry& registry) {
  std::optional<Cluster> cluster = read_cluster(request.cluster, registry);
  if (!cluster) return kExitUsage;
  const std::optional<Duration> timeout = parse_duration(request.timeout);
  if (!timeout || *timeout <= Duration{}) {
    complain("error: --timeout '" + request.timeout + "' is not a duration like 5s or 200ms");
    return kExitUsage;
  }
  AsioOptions options;
  options.id = draw_client_id();
  options.name = "client";
  options.peers = cluster->addresses;
  cluster->config.name = "client";
  OneOperation what{*registry.service(request.cluster.service),
                    std::move(cluster->config),
                    operation_of(request, *timeout),
                    {}};
  const Result<Ended> ended = run_task(options, [&](Env& env) { return perform(env, what); });
  if (!ended) {
    complain("error: " + ended.error().message());
    return kExitInternal;
  }
  return what.outcome ? tell(request, *what.outcome) : kExitInterrupted;
}

}  // namespace windtunnel::cli
