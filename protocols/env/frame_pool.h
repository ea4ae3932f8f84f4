// Storage for coroutine frames: free lists by size class, so that a steady state allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace windtunnel {

class FramePool {
 public:
  FramePool() = default;
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  // Frees the cached blocks. All frames must have been returned.
  ~FramePool();

  // Aligned to 16 bytes. The block remembers its pool and its size.
  void* allocate(std::size_t size);
  static void deallocate(void* block) noexcept;

  std::size_t live() const { return live_; }

 private:
  struct Block;
  static constexpr std::size_t kClassBytes = 64;
  static constexpr std::size_t kClasses = 64;
  std::array<Block*, kClasses> free_{};
  std::size_t live_ = 0;
};

}  // namespace windtunnel
