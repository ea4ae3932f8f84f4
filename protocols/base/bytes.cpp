#include <windtunnel/protocols/base/bytes.h>

#include <windtunnel/protocols/base/assert.h>

#include <new>

namespace windtunnel {

Payload::Payload(BytesView bytes) {
  if (bytes.empty()) return;
  WT_ASSERT(bytes.size() <= UINT32_MAX, "a payload is at most 4 GiB");
  void* memory = ::operator new(sizeof(Block) + bytes.size());
  block_ = new (memory) Block{1, static_cast<std::uint32_t>(bytes.size())};
  std::memcpy(block_ + 1, bytes.data(), bytes.size());
}

}  // namespace windtunnel
