// A first-in first-out queue in one circular array. Elements are named by the ordinal at which they
// were pushed, which stays valid until they are popped. Allocates only when it grows.
#pragma once

#include <windtunnel/protocols/base/assert.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace windtunnel {

template <class T>
class Ring {
 public:
  bool empty() const { return head_ == tail_; }
  std::size_t size() const { return static_cast<std::size_t>(tail_ - head_); }
  // The ordinal of the first element, and the one that the next push will get.
  std::uint64_t first() const { return head_; }
  std::uint64_t next() const { return tail_; }

  std::uint64_t push_back(T value) {
    if (size() == slots_.size()) grow();
    slots_[tail_ & (slots_.size() - 1)] = std::move(value);
    return tail_++;
  }
  T& front() { return (*this)[head_]; }
  T& operator[](std::uint64_t ordinal) {
    WT_ASSERT(ordinal - head_ < tail_ - head_, "an ordinal that is not in the ring");
    return slots_[ordinal & (slots_.size() - 1)];
  }
  T pop_front() {
    WT_ASSERT(!empty(), "pop from an empty ring");
    return std::move(slots_[head_++ & (slots_.size() - 1)]);
  }

 private:
  void grow() {
    std::vector<T> larger(slots_.empty() ? 16 : slots_.size() * 2);
    for (std::uint64_t i = head_; i != tail_; ++i) {
      larger[i & (larger.size() - 1)] = std::move(slots_[i & (slots_.size() - 1)]);
    }
    slots_ = std::move(larger);
  }
  std::vector<T> slots_;  // a power of two
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
};

}  // namespace windtunnel
