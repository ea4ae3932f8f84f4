// Bytes that come in at one end and leave at the other, kept in one piece; and marks that tell
// which record the bytes of a stream came from.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/base/ring.h>

#include <algorithm>
#include <cstdint>

namespace windtunnel {

class ByteQueue {
 public:
  std::size_t size() const { return data_.size() - head_; }
  bool empty() const { return size() == 0; }
  void append(BytesView bytes) { data_.insert(data_.end(), bytes.begin(), bytes.end()); }
  BytesView view(std::size_t offset, std::size_t count) const {
    return BytesView(data_).subspan(head_ + offset, count);
  }
  void pop(std::size_t count) {
    head_ += count;
    // Moving the rest to the front costs at most as much as was popped.
    if (head_ * 2 < data_.size() && head_ != data_.size()) return;
    data_.erase(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }

 private:
  Bytes data_;
  std::size_t head_ = 0;
};

// Which record the byte before each position of a stream came from.
class StreamMarks {
 public:
  // The bytes up to `end` came from `record`.
  void add(std::uint64_t end, std::uint64_t record) {
    if (!marks_.empty() && marks_[marks_.next() - 1].record == record) {
      marks_[marks_.next() - 1].end = end;
    } else {
      marks_.push_back({end, record});
    }
  }
  // The record of the byte before `end`, which was added and not forgotten.
  std::uint64_t record_before(std::uint64_t end) {
    std::uint64_t low = marks_.first();
    std::uint64_t high = marks_.next();
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (marks_[middle].end < end) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == marks_.next() ? 0 : marks_[low].record;
  }
  // Bytes before `position` are not asked for any more.
  void forget_before(std::uint64_t position) {
    while (!marks_.empty() && marks_.front().end <= position) marks_.pop_front();
  }

 private:
  struct Mark {
    std::uint64_t end = 0;
    std::uint64_t record = 0;
  };
  Ring<Mark> marks_;
};

}  // namespace windtunnel
