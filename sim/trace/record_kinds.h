// A set of kinds of records: what a listener of the trace wants to see.
#pragma once

#include <windtunnel/sim/trace/record.h>

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <initializer_list>

namespace windtunnel {

class RecordKinds {
 public:
  // Each kind has a place: those of the simulator, then the words of protocols that ship, then
  // those of users. What is beyond the last place of its part shares that one.
  static constexpr std::size_t kObservations = 128;
  static constexpr std::size_t kUsers = 192;
  static constexpr std::size_t kPlaces = 256;

  RecordKinds() = default;
  RecordKinds(std::initializer_list<RecordKind> kinds) {
    for (const RecordKind kind : kinds) add(kind);
  }
  static RecordKinds all() {
    RecordKinds made;
    made.set_.set();
    return made;
  }
  RecordKinds& add(RecordKind kind) {
    set_.set(place(kind));
    return *this;
  }
  RecordKinds& add_observations() {
    for (std::size_t at = kObservations; at < kPlaces; ++at) set_.set(at);
    return *this;
  }

  bool has_place(std::size_t at) const { return set_.test(at); }
  static constexpr std::size_t place(RecordKind kind) {
    const auto number = static_cast<std::size_t>(kind);
    const auto first = static_cast<std::size_t>(RecordKind::observation);
    if (number < first) return std::min(number, kObservations - 1);
    constexpr auto user = static_cast<std::size_t>(ObservationKind::user);
    if (number - first < user) return std::min(kObservations + number - first, kUsers - 1);
    return std::min(kUsers + number - first - user, kPlaces - 1);
  }

 private:
  std::bitset<kPlaces> set_;
};

}  // namespace windtunnel
