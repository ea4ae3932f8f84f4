#include <windtunnel/checkers/objects/positions.h>
#include <windtunnel/checkers/txn/dependencies.h>

#include <unordered_map>

namespace windtunnel::checkers {

void add_process_order(const TxnHistory& history, Dependencies& graph) {
  std::unordered_map<std::int64_t, std::uint32_t> last;  // by process
  for (std::uint32_t t = 0; t < history.transactions().size(); ++t) {
    const Transaction& one = history.transactions()[t];
    if (one.outcome == EventType::fail) continue;
    const auto [entry, first] =
        last.try_emplace(history.history().process(history.operation(one)), t);
    if (!first) graph.add(entry->second, t, kProcess);
    entry->second = t;
  }
}

void add_realtime_order(const TxnHistory& history, Dependencies& graph) {
  const std::vector<Transaction>& all = history.transactions();
  const auto end = static_cast<std::uint32_t>(history.history().events().size());
  const auto returns =
      order_by_position(static_cast<std::uint32_t>(all.size()), end, [&](std::uint32_t t) {
        const bool ok = all[t].outcome == EventType::ok;
        return ok ? history.operation(all[t]).completed : kNever;
      });
  std::size_t next = 0;
  std::uint32_t relay = 0;  // 0: nothing has returned; a relay is never vertex 0
  for (std::uint32_t t = 0; t < all.size(); ++t) {
    if (all[t].outcome == EventType::fail) continue;
    const std::uint32_t called = history.operation(all[t]).invoked;
    bool fresh = false;
    while (next < returns.size() && history.operation(all[returns[next]]).completed < called) {
      if (!fresh) {
        const std::uint32_t later = graph.add_relay();
        if (relay != 0) graph.add(relay, later, kLink);
        relay = later;
        fresh = true;
      }
      graph.add(returns[next++], relay, kRealtime);
    }
    if (relay != 0) graph.add(relay, t, kLink);
  }
}

}  // namespace windtunnel::checkers
