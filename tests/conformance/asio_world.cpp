#include <windtunnel/protocols/asio/asio_env.h>
#include "tests/conformance/world.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace windtunnel::conformance {
namespace {

class KeepingProgram final : public Service {
 public:
  void start() override {}
  std::vector<std::shared_ptr<void>> things;
};

// Listens on loopback and never answers a greeting.
class SilentListener {
 public:
  SilentListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    WT_ASSERT(::bind(socket_, generic, size) == 0, "loopback can be bound");
    WT_ASSERT(::listen(socket_, 16) == 0, "a bound socket listens");
    WT_ASSERT(::getsockname(socket_, generic, &size) == 0, "a bound socket has a name");
    address_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~SilentListener() { ::close(socket_); }
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  const std::string& address() const { return address_; }

 private:
  int socket_;
  std::string address_;
};

class RealWorld final : public World {
 public:
  RealWorld() {
    std::string name = (std::filesystem::temp_directory_path() / "windtunnel-XXXXXX").string();
    WT_ASSERT(::mkdtemp(name.data()) != nullptr, "the temporary directory is writable");
    directory_ = name;
  }
  ~RealWorld() override {
    nodes_.clear();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  NodeId add_node() override { return add(true); }
  NodeId add_client() override { return add(false); }
  NodeId add(bool has_listener) {
    const NodeId id{static_cast<std::uint32_t>(nodes_.size())};
    nodes_.emplace_back();
    nodes_.back().has_listener = has_listener;
    start(id);
    return id;
  }
  Env& env(NodeId node) override { return nodes_[node.value].node->env(); }
  bool run_until(const std::function<bool()>& done, Duration limit) override {
    return loop_.run_until(done, limit);
  }
  void keep(NodeId node, std::shared_ptr<void> thing) override {
    nodes_[node.value].program->things.push_back(std::move(thing));
  }
  void crash(NodeId node) override { nodes_[node.value].node.reset(); }
  void restart(NodeId node) override { start(node); }
  void black_hole(NodeId from, NodeId to) override {
    holes_.push_back(std::make_unique<SilentListener>());
    introduce(from, to, holes_.back()->address());
  }

 private:
  struct Member {
    std::unique_ptr<AsioNode> node;
    KeepingProgram* program = nullptr;
    bool has_listener = true;
  };

  void start(NodeId id) {
    AsioOptions options;
    options.id = id;
    if (nodes_[id.value].has_listener) options.listen = "127.0.0.1:0";
    options.data_directory = directory_ / std::to_string(id.value);
    options.connect_timeout = milliseconds(800);
    Result<std::unique_ptr<AsioNode>> opened = AsioNode::open(loop_, options);
    WT_ASSERT(opened.has_value(), "a node opens on loopback");
    Member& member = nodes_[id.value];
    member.node = std::move(*opened);
    member.node->start([&member](Env&) {
      auto program = std::make_unique<KeepingProgram>();
      member.program = program.get();
      return program;
    });
    for (std::uint32_t other = 0; other < nodes_.size(); ++other) {
      if (nodes_[other].node == nullptr || other == id.value) continue;
      if (member.has_listener) introduce(NodeId{other}, id, address_of(id));
      if (nodes_[other].has_listener) introduce(id, NodeId{other}, address_of(NodeId{other}));
    }
  }
  std::string address_of(NodeId id) const {
    return "127.0.0.1:" + std::to_string(nodes_[id.value].node->tcp_port());
  }
  void introduce(NodeId to, NodeId peer, const std::string& address) {
    const Result<void> known = nodes_[to.value].node->set_peer(peer, address);
    WT_ASSERT(known.has_value(), "a numeric address resolves");
  }

  std::filesystem::path directory_;
  AsioLoop loop_;
  std::vector<std::unique_ptr<SilentListener>> holes_;
  std::vector<Member> nodes_;
};

}  // namespace

std::unique_ptr<World> make_real_world() { return std::make_unique<RealWorld>(); }

}  // namespace windtunnel::conformance
