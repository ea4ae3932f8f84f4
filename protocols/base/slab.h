// A pool of objects in stable storage, named by dense 32-bit slots that are reused last in, first
// out. Allocates only when it grows. Addresses never move.
#pragma once

#include <windtunnel/protocols/base/assert.h>

#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace windtunnel {

template <class T, std::size_t kChunk = 256>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  // Takes a slot holding a value that was default-constructed or last released there.
  std::uint32_t acquire() {
    if (free_.empty()) grow();
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  void release(std::uint32_t slot) { free_.push_back(slot); }

  T& operator[](std::uint32_t slot) { return chunks_[slot / kChunk][slot % kChunk]; }
  const T& operator[](std::uint32_t slot) const { return chunks_[slot / kChunk][slot % kChunk]; }
  std::size_t live() const { return chunks_.size() * kChunk - free_.size(); }

 private:
  void grow() {
    const auto first = static_cast<std::uint32_t>(chunks_.size() * kChunk);
    chunks_.push_back(std::make_unique<T[]>(kChunk));
    free_.reserve(chunks_.size() * kChunk);
    for (std::uint32_t i = kChunk; i > 0; --i) free_.push_back(first + i - 1);
  }
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<std::uint32_t> free_;
};

}  // namespace windtunnel
