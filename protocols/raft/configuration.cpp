#include <windtunnel/protocols/raft/configuration.h>

#include <algorithm>

namespace windtunnel::raft {
namespace {

bool contains(const std::vector<NodeId>& sorted, NodeId node) {
  return std::binary_search(sorted.begin(), sorted.end(), node);
}

void encode_set(Writer& writer, const std::vector<NodeId>& nodes) {
  writer.varint(nodes.size());
  for (const NodeId node : nodes) writer.varint(node.value);
}

std::vector<NodeId> decode_set(Reader& reader) {
  std::vector<NodeId> nodes;
  const std::uint64_t count = reader.varint();
  if (count > kMaxVoters) {
    reader.fail();
    return nodes;
  }
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    const std::uint64_t value = reader.varint();
    const bool is_sorted = nodes.empty() || nodes.back().value < value;
    if (value >= kNoNode.value || !is_sorted) reader.fail();
    nodes.push_back(NodeId{static_cast<std::uint32_t>(value)});
  }
  return nodes;
}

}  // namespace

Configuration Configuration::of_voters(std::vector<NodeId> voters) {
  std::sort(voters.begin(), voters.end());
  const bool unique = std::adjacent_find(voters.begin(), voters.end()) == voters.end();
  WT_ASSERT(unique, "a voter is named once");
  WT_ASSERT(voters.size() <= kMaxVoters, "a configuration has a bounded number of voters");
  Configuration configuration;
  configuration.voters = std::move(voters);
  return configuration;
}

bool Configuration::is_voter(NodeId node) const {
  return contains(voters, node) || contains(outgoing, node);
}

bool Configuration::is_learner(NodeId node) const { return contains(learners, node); }

std::vector<NodeId> Configuration::members() const {
  std::vector<NodeId> all = voters;
  all.insert(all.end(), outgoing.begin(), outgoing.end());
  all.insert(all.end(), learners.begin(), learners.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::uint64_t Configuration::bits(const std::vector<NodeId>& nodes) {
  std::uint64_t bits = 0;
  for (const NodeId node : nodes) {
    if (node.value < 64) bits |= std::uint64_t{1} << node.value;
  }
  return bits;
}

void encode(Writer& writer, const Configuration& configuration) {
  encode_set(writer, configuration.voters);
  encode_set(writer, configuration.outgoing);
  encode_set(writer, configuration.learners);
}

Configuration decode_configuration(Reader& reader) {
  Configuration configuration;
  configuration.voters = decode_set(reader);
  configuration.outgoing = decode_set(reader);
  configuration.learners = decode_set(reader);
  for (const NodeId node : configuration.learners) {
    if (configuration.is_voter(node)) reader.fail();
  }
  return configuration;
}

}  // namespace windtunnel::raft
