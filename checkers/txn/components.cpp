#include <windtunnel/checkers/txn/components.h>

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

namespace windtunnel::checkers {

std::vector<std::uint32_t> components_of(std::uint32_t count, std::vector<VertexPair> edges) {
  using Graph =
      boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                         boost::no_property, std::uint32_t, std::uint32_t>;
  const Graph graph(boost::edges_are_unsorted_multi_pass, edges.begin(), edges.end(), count);
  std::vector<std::uint32_t> components(count);
  if (count == 0) return components;
  const auto index = boost::get(boost::vertex_index, graph);
  boost::strong_components(graph, boost::make_iterator_property_map(components.begin(), index));
  return components;
}

}  // namespace windtunnel::checkers
