#include <windtunnel/scenarios/campaign/run_report.h>

#include <gtest/gtest.h>

namespace windtunnel::scenarios {
namespace {

ServiceDefinition service(const std::string& name, const std::vector<MessageType>& messages) {
  ServiceDefinition made;
  made.name = name;
  made.messages = messages;
  made.describe = [name](BytesView) { return "told by " + name; };
  return made;
}

const char* const kTwoServices = R"(scenario: v1
name: s
limits: { sim_time: 1s }
cluster:
  groups:
    - { name: a, count: 1, service: one }
    - { name: b, count: 1, service: two }
workloads:
  - { name: w, type: register, clients: 1, target: b }
)";

class MessageWordsOf : public testing::Test {
 protected:
  MessageWordsOf() {
    registry_.add(service("one", {{'x', "ping"}, {'y', "pong"}}));
    registry_.add(service("two", {{'x', "note"}}));
  }
  std::string name(std::uint32_t sender, char type, const char* scenario = kTwoServices) {
    return message_words(registry_, scenario).name(NodeId{sender}, static_cast<std::uint8_t>(type));
  }
  Registry registry_;
};

TEST_F(MessageWordsOf, EachNodeAreThoseOfItsService) {
  EXPECT_EQ(name(0, 'x'), "ping");
  EXPECT_EQ(name(1, 'x'), "note");
  EXPECT_EQ(name(0, 'y'), "pong");
  EXPECT_EQ(name(1, 'y'), "");
  const reports::MessageWords words = message_words(registry_, kTwoServices);
  EXPECT_EQ(words.describe(NodeId{1}, 'x', as_bytes("x1")), "told by two");
  EXPECT_EQ(words.describe(NodeId{1}, 'y', as_bytes("y1")), "");
}

TEST_F(MessageWordsOf, AClientAreThoseOfTheServiceThatItCalls) { EXPECT_EQ(name(2, 'x'), "note"); }

TEST_F(MessageWordsOf, ARunWithoutAScenarioAreThoseOfAnyService) {
  EXPECT_EQ(name(7, 'x', ""), "ping");
  EXPECT_EQ(name(7, 'y', ""), "pong");
}

}  // namespace
}  // namespace windtunnel::scenarios
