// A set of nodes: all of them, or some by id. A fault says with two of them which links it is
// about.
#pragma once

#include <windtunnel/protocols/base/ids.h>

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace windtunnel {

class NodeSet {
 public:
  NodeSet() = default;  // empty
  NodeSet(std::initializer_list<NodeId> nodes) {
    for (const NodeId node : nodes) add(node);
  }
  // Every node there is or will be.
  static NodeSet all() {
    NodeSet set;
    set.all_ = true;
    return set;
  }

  void add(NodeId node) {
    const std::size_t word = node.value / 64;
    if (words_.size() <= word) words_.resize(word + 1);
    words_[word] |= std::uint64_t{1} << (node.value % 64);
  }
  bool contains(NodeId node) const {
    const std::size_t word = node.value / 64;
    return all_ || (word < words_.size() && ((words_[word] >> (node.value % 64)) & 1) != 0);
  }

 private:
  bool all_ = false;
  std::vector<std::uint64_t> words_;
};

}  // namespace windtunnel
