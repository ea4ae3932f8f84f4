// Byte buffers. `Bytes` owns, `BytesView` looks, `Payload` is an immutable buffer shared within one
// thread (a log entry's command, a message in flight).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel {

using Bytes = std::vector<std::byte>;
using BytesView = std::span<const std::byte>;
using MutableBytesView = std::span<std::byte>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(BytesView view) { return Bytes(view.begin(), view.end()); }
inline Bytes to_bytes(std::string_view text) { return to_bytes(as_bytes(text)); }
inline bool equal(BytesView a, BytesView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

// An immutable byte string with a plain reference count: copies are cheap and share the bytes. Not
// for use by two threads at a time. Equality compares contents.
class Payload {
 public:
  Payload() = default;
  explicit Payload(BytesView bytes);
  Payload(const Payload& other) noexcept : block_(other.block_) { retain(); }
  Payload(Payload&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Payload& operator=(Payload other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Payload() { release(); }

  BytesView view() const noexcept {
    if (block_ == nullptr) return {};
    return {reinterpret_cast<const std::byte*>(block_ + 1), block_->size};
  }
  std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size; }
  bool empty() const noexcept { return size() == 0; }
  friend bool operator==(const Payload& a, const Payload& b) {
    return a.block_ == b.block_ || equal(a.view(), b.view());
  }

 private:
  struct Block {
    std::uint32_t references;
    std::uint32_t size;
  };
  void retain() noexcept {
    if (block_ != nullptr) ++block_->references;
  }
  void release() noexcept {
    if (block_ != nullptr && --block_->references == 0) ::operator delete(block_);
  }
  Block* block_ = nullptr;
};

}  // namespace windtunnel
