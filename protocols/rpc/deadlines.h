// The deadlines of calls by slot: a binary heap in which each slot knows its place, so that what is
// taken out leaves nothing behind. Equal deadlines are ordered by slot.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace windtunnel::rpc {

class Deadlines {
 public:
  bool empty() const { return heap_.empty(); }
  // kEndOfTime where there is none.
  Instant first() const { return heap_.empty() ? kEndOfTime : heap_.front().at; }
  std::uint32_t first_slot() const { return heap_.front().slot; }
  // Each slot once; kEndOfTime is no deadline.
  void add(std::uint32_t slot, Instant at);
  // Does nothing where it has none.
  void remove(std::uint32_t slot);

 private:
  struct Entry {
    Instant at;
    std::uint32_t slot = 0;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  void put(std::size_t place, const Entry& entry);
  void sift_up(std::size_t place);
  void sift_down(std::size_t place);

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> places_;  // by slot
};

}  // namespace windtunnel::rpc
