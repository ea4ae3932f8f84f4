#include <windtunnel/checkers/explore/renaming.h>

#include <algorithm>

namespace windtunnel::explore {

std::vector<Renaming> renamings(std::size_t nodes, bool symmetry) {
  Renaming names;
  for (std::size_t i = 0; i < nodes; ++i) names.push_back(NodeId{static_cast<std::uint32_t>(i)});
  std::vector<Renaming> all{names};
  if (!symmetry || nodes > kMaxSymmetricNodes) return all;
  while (std::next_permutation(names.begin(), names.end())) all.push_back(names);
  return all;
}

}  // namespace windtunnel::explore
