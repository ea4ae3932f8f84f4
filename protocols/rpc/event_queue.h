// For sessions: events that nobody has taken yet, and the buffers of messages, which go round
// between the session and whoever takes its messages.
#pragma once

#include <windtunnel/protocols/base/ring.h>
#include <windtunnel/protocols/rpc/session.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace windtunnel::rpc {

class EventQueue {
 public:
  struct Entry {
    Event::Kind kind = Event::Kind::closed;
    CallId call;
    std::uint32_t credit = 0;
    Bytes message;
  };

  bool empty() const { return entries_.empty(); }
  void push(Event::Kind kind, CallId call) { entries_.push_back({kind, call, 0, {}}); }
  // Leaves an empty buffer in the place of `message`.
  void push_message(CallId call, Bytes& message, std::uint32_t credit) {
    Bytes taken = std::exchange(message, buffer());
    entries_.push_back({Event::Kind::message, call, credit, std::move(taken)});
  }
  Entry pop() { return entries_.pop_front(); }
  void recycle(Bytes message) {
    if (message.capacity() == 0 || message.capacity() > kLargestKept) return;
    if (spare_.size() == kMostKept) return;
    message.clear();
    spare_.push_back(std::move(message));
  }

  // An empty one, which may have memory.
  Bytes buffer() {
    if (spare_.empty()) return {};
    Bytes taken = std::move(spare_.back());
    spare_.pop_back();
    return taken;
  }

 private:
  static constexpr std::size_t kMostKept = 64;
  static constexpr std::size_t kLargestKept = std::size_t{64} << 10;
  Ring<Entry> entries_;
  std::vector<Bytes> spare_;
};

}  // namespace windtunnel::rpc
