// One call for all who want the same at the same time. The first to ask for a key leads and makes
// the call; the others wait. When it ends, errors too, its result is for all of them; who asks from
// then on leads a new call.
#pragma once

#include <windtunnel/protocols/base/assert.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace windtunnel::rpc {

// Waiters are told apart by id. Both are ordered values.
template <class Key, class Waiter>
class SingleFlight {
 public:
  // True for the one who leads.
  bool join(const Key& key, Waiter waiter) {
    auto& waiters = flights_[key];
    waiters.push_back(std::move(waiter));
    return waiters.size() == 1;
  }

  // The leader's call ended: who is told, in the order of asking, the leader first.
  std::vector<Waiter> finish(const Key& key) {
    const auto flight = flights_.find(key);
    WT_ASSERT(flight != flights_.end(), "a flight ends once, after it began");
    std::vector<Waiter> waiters = std::move(flight->second);
    flights_.erase(flight);
    return waiters;
  }

  // One who waits gives up. The leader does not leave: others may wait for it.
  void leave(const Key& key, const Waiter& waiter) {
    const auto flight = flights_.find(key);
    WT_ASSERT(flight != flights_.end(), "who leaves has joined");
    auto& waiters = flight->second;
    WT_ASSERT(!(waiters.front() == waiter), "a leader finishes");
    waiters.erase(std::remove(waiters.begin(), waiters.end(), waiter), waiters.end());
  }

  std::size_t flights() const { return flights_.size(); }
  friend bool operator==(const SingleFlight&, const SingleFlight&) = default;

 private:
  std::map<Key, std::vector<Waiter>> flights_;  // the leader first
};

}  // namespace windtunnel::rpc
