#include <windtunnel/protocols/rpc/policy/round_robin.h>

namespace windtunnel::rpc {

Pick RoundRobin::pick(const PickArguments& arguments) {
  if (ready().empty()) return without_ready();
  if (!next_) next_ = scale(arguments.draw, ready().size());
  const EndpointId id = id_of(ready()[*next_]);
  next_ = (*next_ + 1) % ready().size();
  return Pick::of(id);
}

Pick LeastRequest::pick(const PickArguments& arguments) {
  if (ready().empty()) return without_ready();
  std::optional<EndpointId> best;
  for (std::uint32_t i = 0; i < choices_; ++i) {
    const std::size_t drawn = scale(nth_draw(arguments.draw, i), ready().size());
    const EndpointId id = id_of(ready()[drawn]);
    if (!best || in_flight(id) < in_flight(*best)) best = id;
  }
  return Pick::of(*best);
}

}  // namespace windtunnel::rpc
