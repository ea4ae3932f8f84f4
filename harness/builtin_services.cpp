#include <windtunnel/harness/builtin.h>

#include <windtunnel/harness/describe_messages.h>
#include <windtunnel/protocols/kv/message.h>
#include <windtunnel/protocols/kv/raft_client.h>
#include <windtunnel/protocols/kv/raft_kv.h>
#include <windtunnel/protocols/naive/naive.h>
#include <windtunnel/protocols/net/framing.h>
#include <windtunnel/protocols/raft/message.h>
#include <windtunnel/protocols/raft/words.h>

namespace windtunnel::scenarios {
namespace {

template <class NameOf>
void add_types(std::vector<MessageType>& types, std::uint8_t first, std::uint8_t last,
               NameOf name_of_byte) {
  for (unsigned byte = first; byte <= last; ++byte) {
    const std::string_view name = name_of_byte(static_cast<std::uint8_t>(byte));
    if (!name.empty()) types.push_back({static_cast<std::uint8_t>(byte), std::string(name)});
  }
}

// Empty for a byte that is no kind: Raft's own name of it is a word for traces, not a type.
std::string_view raft_name(std::uint8_t byte) {
  const std::string_view name = raft::name_of(static_cast<raft::MessageKind>(byte));
  return name == "unknown" ? std::string_view() : name;
}

ServiceDefinition raft_kv() {
  ServiceDefinition definition;
  definition.name = "raft-kv";
  definition.doc = "the key-value store replicated by Raft";
  definition.options = raft_kv_options();
  add_host(definition);
  definition.make = make_service<RaftKvService>;
  definition.make_client = [](Env&, const ServiceConfig& config) -> std::unique_ptr<Client> {
    return std::make_unique<kv::RaftClient>(raft_kv_client_options(config));
  };
  definition.describe = describe_raft_kv;
  definition.ports = {kRaftPort, kv::kClientPort};
  add_types(definition.messages, 0x60, 0x6f, &kv::message_name);
  definition.actions.push_back(
      {"timeout", "its election timer expires now", [](Service& service, const OptionValues&) {
         static_cast<RaftKvService&>(service).time_out();
       }});
  definition.actions.push_back({"transfer", "hands leadership to another, where it leads",
                                [](Service& service, const OptionValues& options) {
                                  static_cast<RaftKvService&>(service).transfer(
                                      options.text("to", ""));
                                },
                                raft_kv_transfer_options()});
  return definition;
}

ServiceDefinition naive_kv() {
  ServiceDefinition definition;
  definition.name = "naive-kv";
  definition.doc = "primary and backups with asynchronous replication: fast, simple and unsafe";
  definition.options = naive::options();
  definition.make = make_service<naive::NaiveService>;
  definition.make_client = make_client<naive::NaiveClient>;
  definition.describe = describe_naive_kv;
  definition.ports = {naive::kPort};
  add_types(definition.messages, 0x70, 0x7f, &naive::message_name);
  return definition;
}

}  // namespace

void add_host(ServiceDefinition& definition) {
  definition.words = raft::kWords;
  definition.max_nodes = raft::kMaxVoters;
  definition.max_servers = kObservedNodes;
  add_types(definition.messages, 1, 0x1f, &raft_name);
  // With HostTransport::streams they talk in frames.
  definition.classes.frame = [](Port, BytesView bytes) { return frame_of(bytes); };
}

void add_services(Registry& registry) {
  registry.add(raft_kv());
  registry.add(naive_kv());
}

void add_builtin(Registry& registry) {
  add_services(registry);
  add_workloads(registry);
  add_checks(registry);
}

}  // namespace windtunnel::scenarios
