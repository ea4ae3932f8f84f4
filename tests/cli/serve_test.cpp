// Three real nodes on loopback: the leader is killed under load and comes back, and no acknowledged
// write is lost.
#include "tests/cli/process.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace windtunnel::cli_test {
namespace {

using testing::HasSubstr;

constexpr int kNodes = 3;
constexpr int kClients = 6;

bool is_free(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

// A port that nobody has right now. Below those that the system gives to outgoing connections: one
// of these could have it by the time that a killed node starts again.
int free_port() {
  constexpr int kFirst = 12'000;
  constexpr int kPorts = 20'000;
  static int next = static_cast<int>(::getpid() * 61 % kPorts);
  for (int tries = 0; tries < kPorts; ++tries) {
    next = (next + 1) % kPorts;
    if (is_free(kFirst + next)) return kFirst + next;
  }
  return 0;
}

class RealCluster : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kNodes; ++i) {
      peers_ += (i == 0 ? "" : ",") + name(i) + "=127.0.0.1:" + std::to_string(free_port());
    }
    for (int i = 0; i < kNodes; ++i) start(i);
  }

  static std::string name(int node) { return "n" + std::to_string(node + 1); }

  void start(int node) {
    Start how;
    how.arguments = {"serve",   "raft-kv", "--id",   name(node),
                     "--peers", peers_,    "--data", directory_ / name(node)};
    // Elections are slower than in a scenario: the machine may be busy.
    how.arguments.insert(how.arguments.end(), {"--set", "election_timeout=400ms"});
    how.arguments.insert(how.arguments.end(), more_.begin(), more_.end());
    nodes_[node] = start_command(how);
    ASSERT_TRUE(nodes_[node]->wait_for(name(node) + " listens at")) << nodes_[node]->wait().err;
  }

  Start kv_command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "kv");
    arguments.insert(arguments.end(), {"--peers", peers_, "--timeout", "15s"});
    Start how;
    how.arguments = std::move(arguments);
    return how;
  }

  struct Put {
    std::string key;
    std::string value;
    std::unique_ptr<Process> client;
  };

  Put begin_put() {
    Put put;
    put.key = "key" + std::to_string(++written_ % 17);
    put.value = "value" + std::to_string(written_);
    put.client = start_command(kv_command({"put", put.key, put.value}));
    return put;
  }

  // Remembers what was acknowledged.
  void end_put(const Put& put) {
    const Ended ended = put.client->wait();
    EXPECT_TRUE(ended.code == 0 || ended.code == 2) << ended.code << ended.err;
    if (ended.code == 0) ++acknowledgements_;
    // An unanswered write may have happened, or may yet: the key says nothing from then on.
    if (ended.code == 0 && unsure_.count(put.key) == 0) acknowledged_[put.key] = put.value;
    if (ended.code == 2) {
      unsure_.insert(put.key);
      acknowledged_.erase(put.key);
    }
  }

  void write(int count) {
    for (int i = 0; i < count; ++i) end_put(begin_put());
  }

  // Clients write at once, each another key, while `disturb` happens.
  void write_during(const std::function<void()>& disturb) {
    std::vector<Put> puts;
    for (int i = 0; i < kClients; ++i) {
      if (i == kClients / 2) disturb();
      puts.push_back(begin_put());
    }
    for (const Put& put : puts) end_put(put);
  }

  void expect_acknowledged_writes() const {
    for (const auto& [key, value] : acknowledged_) {
      const Ended get = run_command(kv_command({"get", key}));
      EXPECT_EQ(get.code, 0) << key << get.err;
      EXPECT_EQ(get.out, value + "\n") << key;
    }
  }

  std::vector<std::string> more_;  // arguments of every node
  TemporaryDirectory directory_;
  std::string peers_;
  std::unique_ptr<Process> nodes_[kNodes];
  std::map<std::string, std::string> acknowledged_;
  std::set<std::string> unsure_;
  int written_ = 0;
  int acknowledgements_ = 0;
};

TEST_F(RealCluster, KeepsAcknowledgedWritesWhenEachNodeIsKilledInTurn) {
  write(10);
  // One of the three is the leader, whichever it is.
  for (int node = 0; node < kNodes; ++node) {
    write_during([&] { nodes_[node]->signal(SIGKILL); });
    EXPECT_EQ(nodes_[node]->wait().code, 128 + SIGKILL);
    write(5);
    start(node);
    write(2);
  }
  EXPECT_GE(acknowledgements_, 30);
  expect_acknowledged_writes();
}

// The same nodes, speaking over streams, in a group that is not the first.
class RealClusterOverStreams : public RealCluster {
 protected:
  RealClusterOverStreams() { more_ = {"--set", "transport=streams", "--group", "3"}; }
};

TEST_F(RealClusterOverStreams, KeepsAcknowledgedWritesWhenEachNodeIsKilledInTurn) {
  write(5);
  for (int node = 0; node < kNodes; ++node) {
    write_during([&] { nodes_[node]->signal(SIGKILL); });
    EXPECT_EQ(nodes_[node]->wait().code, 128 + SIGKILL);
    write(3);
    start(node);
    write(2);
  }
  EXPECT_GE(acknowledgements_, 20);
  expect_acknowledged_writes();
}

TEST_F(RealCluster, StopsInOrderOnSignalsAndKeepsItsData) {
  write(3);
  for (int node = 0; node < kNodes; ++node) nodes_[node]->signal(node == 0 ? SIGINT : SIGTERM);
  for (int node = 0; node < kNodes; ++node) {
    const Ended ended = nodes_[node]->wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr(name(node) + " ended"));
  }
  for (int node = 0; node < kNodes; ++node) start(node);
  expect_acknowledged_writes();
}

TEST_F(RealCluster, ASecondNodeOnTheSameDataIsRefused) {
  Start how;
  how.arguments = {"serve", "raft-kv",  "--id",        "n1",     "--peers",
                   peers_,  "--listen", "127.0.0.1:0", "--data", directory_ / "n1"};
  const Ended second = run_command(how);
  EXPECT_EQ(second.code, 70);
  EXPECT_THAT(second.err, HasSubstr("error: n1 cannot serve at 127.0.0.1:0"));
}

TEST_F(RealCluster, ANodeWhoseLogIsDamagedSaysSoAndEnds) {
  write(10);
  nodes_[0]->signal(SIGTERM);
  ASSERT_EQ(nodes_[0]->wait().code, 0);
  for (const auto& segment : std::filesystem::directory_iterator(directory_ / "n1" + "/wal")) {
    std::string bytes = read_file(segment.path().string());
    ASSERT_GT(bytes.size(), 100U);
    bytes[40] = static_cast<char>(bytes[40] ^ 1);  // In the first frame; others follow.
    write_file(segment.path().string(), bytes);
  }
  Start how;
  how.arguments = {"serve",   "raft-kv", "--id",   "n1",
                   "--peers", peers_,    "--data", directory_ / "n1"};
  const Ended ended = run_command(how);
  EXPECT_EQ(ended.code, 70);
  EXPECT_THAT(ended.err, HasSubstr("error: n1 gave up: the log could not be recovered: corrupt"));
  write(2);
}

TEST(KvClient, SaysWhenNothingAnswers) {
  const std::string peers = "n1=127.0.0.1:" + std::to_string(free_port());
  const Ended get = windtunnel({"kv", "get", "k", "--peers", peers, "--timeout", "300ms"});
  EXPECT_EQ(get.code, 1);
  EXPECT_THAT(get.err, HasSubstr("get failed"));
}

}  // namespace
}  // namespace windtunnel::cli_test
