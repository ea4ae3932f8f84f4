#include <windtunnel/protocols/env/frame_pool.h>

#include <windtunnel/protocols/base/assert.h>

#include <new>

namespace windtunnel {

// Sits in front of the memory that is handed out.
struct alignas(16) FramePool::Block {
  FramePool* pool;
  std::size_t size_class;
  // Only while the block is free.
  Block* next;
};

FramePool::~FramePool() {
  WT_ASSERT(live_ == 0, "a frame outlives its pool");
  for (Block* block : free_) {
    while (block != nullptr) {
      Block* next = block->next;
      ::operator delete(block);
      block = next;
    }
  }
}

void* FramePool::allocate(std::size_t size) {
  const std::size_t size_class = (size + kClassBytes - 1) / kClassBytes;
  Block* block = nullptr;
  if (size_class < kClasses && free_[size_class] != nullptr) {
    block = free_[size_class];
    free_[size_class] = block->next;
  } else {
    block = new (::operator new(sizeof(Block) + size_class * kClassBytes)) Block{};
  }
  block->pool = this;
  block->size_class = size_class;
  ++live_;
  return block + 1;
}

void FramePool::deallocate(void* memory) noexcept {
  Block* block = static_cast<Block*>(memory) - 1;
  FramePool& pool = *block->pool;
  --pool.live_;
  if (block->size_class >= kClasses) {
    ::operator delete(block);
    return;
  }
  block->next = pool.free_[block->size_class];
  pool.free_[block->size_class] = block;
}

}  // namespace windtunnel
