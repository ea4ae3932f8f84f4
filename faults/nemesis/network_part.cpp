#include <windtunnel/faults/nemesis/network_part.h>

#include <algorithm>

namespace windtunnel::faults {
namespace {

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

struct Split {
  std::vector<NodeId> inside;
  std::vector<NodeId> outside;
};

Split split(const std::vector<NodeId>& nodes, const std::vector<NodeId>& healed) {
  Split parts;
  for (const NodeId node : nodes) {
    (contains(healed, node) ? parts.inside : parts.outside).push_back(node);
  }
  return parts;
}

NetworkPart piece(const NetworkPart& part, std::vector<NodeId> from, std::vector<NodeId> to) {
  NetworkPart made;
  made.fault = part.fault;
  made.fault.from = to_set(from);
  made.fault.to = to_set(to);
  made.from = std::move(from);
  made.to = std::move(to);
  return made;
}

}  // namespace

NodeSet to_set(const std::vector<NodeId>& nodes) {
  NodeSet set;
  for (const NodeId node : nodes) set.add(node);
  return set;
}

Latency to_latency(const Distribution& distribution) {
  using Shape = Distribution::Shape;
  const auto milli = [](Decimal value) {
    return static_cast<std::uint32_t>(value.millionths / 1'000);
  };
  Latency latency;
  switch (distribution.shape) {
    case Shape::constant: latency = Latency::constant(distribution.value.min); break;
    case Shape::uniform:
      latency = Latency::uniform(distribution.value.min, distribution.value.max);
      break;
    case Shape::normal: {
      Latency::NormalParameters parameters;
      parameters.mean = distribution.mean;
      parameters.deviation = distribution.stddev;
      latency = Latency::normal(parameters);
      break;
    }
    case Shape::lognormal: {
      Latency::LognormalParameters parameters;
      parameters.median = distribution.median;
      parameters.sigma_milli = milli(distribution.sigma);
      latency = Latency::lognormal(parameters);
      break;
    }
    case Shape::exponential: {
      Latency::ExponentialParameters parameters;
      parameters.mean_above = distribution.mean;
      latency = Latency::exponential(parameters);
      break;
    }
    case Shape::pareto: {
      Latency::ParetoParameters parameters;
      parameters.scale = distribution.scale;
      parameters.shape_milli = milli(distribution.tail);
      latency = Latency::pareto(parameters);
      break;
    }
  }
  if (distribution.min.ns > 0) latency.least = distribution.min;
  if (distribution.max.ns > 0) latency.greatest = std::min(distribution.max, Latency::kLongest);
  return latency;
}

bool has_link_among(const NetworkPart& part, const std::vector<NodeId>& healed) {
  return !split(part.from, healed).inside.empty() && !split(part.to, healed).inside.empty();
}

std::vector<NetworkPart> without_links_among(const NetworkPart& part,
                                             const std::vector<NodeId>& healed) {
  const Split from = split(part.from, healed);
  const Split to = split(part.to, healed);
  std::vector<NetworkPart> left;
  if (!from.outside.empty() && !part.to.empty()) left.push_back(piece(part, from.outside, part.to));
  if (!from.inside.empty() && !to.outside.empty()) {
    left.push_back(piece(part, from.inside, to.outside));
  }
  return left;
}

}  // namespace windtunnel::faults
