#include "client.h"

#include <windtunnel/cli/command.h>
#include <windtunnel/harness/builtin.h>

using namespace windtunnel;

namespace {

constexpr OptionSpec kOptions[] = {
    {"dedupe", OptionKind::boolean, "true", "a value that is sent again keeps its place"},
    {"everywhere", OptionKind::boolean, "true", "the last node carries the last partition too"},
};

scenarios::ServiceDefinition partition_log() {
  scenarios::ServiceDefinition log;
  log.name = "partition-log";
  log.doc = "a log of several partitions, each replicated by a Raft group of its own";
  log.options = kOptions;
  scenarios::add_host(log);
  log.groups = [](const ServiceConfig&) { return plog::kPartitions; };
  log.make = scenarios::make_service<plog::Server>;
  log.make_client = scenarios::make_client<plog::LogClient>;
  log.messages.insert(log.messages.end(),
                      {{0x40, "client-send"}, {0x41, "client-poll"}, {0x42, "client-answer"}});
  return log;
}

// Sends and polls: [[:send 1 17]] and [[:poll]].
class Steps final : public scenarios::OperationSource {
 public:
  Steps(const scenarios::WorkloadSpec& spec, std::uint32_t client)
      : clients_(spec.clients), next_(client) {}

  void next(Random& random, Operation& operation) override {
    const auto choice = static_cast<std::int64_t>(random.draw("operation") % 3);
    operation.f = choice < plog::kPartitions ? "send" : "poll";
    std::vector<Value> step{Value::keyword(operation.f)};
    if (operation.f == "send") step = {step[0], choice, next_ += clients_};  // Each value once.
    operation.value = Value::vector({Value::vector(std::move(step))});
  }

 private:
  const std::int64_t clients_;
  std::int64_t next_;
};

scenarios::WorkloadDefinition sends_and_polls() {
  scenarios::WorkloadDefinition steps;
  steps.name = "sends-and-polls";
  steps.doc = "sends to the partitions of a log, and polls of all of them";
  steps.reading.model = "log";
  steps.make = scenarios::make_source<Steps>;
  return steps;
}

}  // namespace

int main(int argc, char** argv) {
  scenarios::Registry registry;
  scenarios::add_builtin(registry);
  registry.add(partition_log());
  registry.add(sends_and_polls());
  return windtunnel::main(argc, argv, registry);
}
