// Field-by-field binary encoding: little-endian fixed integers, LEB128 varints, length-prefixed
// bytes. Structs are never copied as memory, so padding reaches no wire, disk or hash.
#pragma once

#include <windtunnel/protocols/base/bytes.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace windtunnel {

// Appends to a caller-owned buffer, which is reused without allocation once it is large enough.
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  template <class T>
  void fixed(T value) {
    static_assert(std::is_unsigned_v<T>);
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      out_.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
  }
  void varint(std::uint64_t value) {
    if (value < 0x80) {
      out_.push_back(static_cast<std::byte>(value));
    } else {
      long_varint(value);
    }
  }
  void boolean(bool value) { out_.push_back(static_cast<std::byte>(value ? 1 : 0)); }
  // Unprefixed.
  void raw(BytesView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  // Prefixed with the length as a varint.
  void bytes(BytesView bytes) {
    varint(bytes.size());
    raw(bytes);
  }
  void text(std::string_view value) { bytes(as_bytes(value)); }
  std::size_t size() const { return out_.size(); }

 private:
  void long_varint(std::uint64_t value);
  Bytes& out_;
};

// Reads what `Writer` wrote. Input is untrusted: the first malformed field makes the reader bad,
// after which every read returns zero or empty; check `ok()` (or `done()`) once at the end.
class Reader {
 public:
  explicit Reader(BytesView input) : rest_(input) {}

  template <class T>
  T fixed() {
    static_assert(std::is_unsigned_v<T>);
    if (!need(sizeof(T))) return 0;
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(rest_[i]) << (8 * i)));
    }
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  std::uint64_t varint() {
    // Most numbers are small.
    if (!rest_.empty() && std::to_integer<unsigned>(rest_.front()) < 0x80) {
      const auto value = std::to_integer<std::uint64_t>(rest_.front());
      rest_ = rest_.subspan(1);
      return value;
    }
    return long_varint();
  }
  bool boolean() {
    const auto value = fixed<std::uint8_t>();
    if (value > 1) fail();
    return value == 1;
  }
  // A view into the input.
  BytesView raw(std::size_t count) {
    if (!need(count)) return {};
    const BytesView view = rest_.first(count);
    rest_ = rest_.subspan(count);
    return view;
  }
  BytesView bytes() { return raw(length()); }
  std::string_view text() { return as_text(bytes()); }

  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }
  std::size_t remaining() const { return rest_.size(); }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  bool need(std::size_t count) {
    if (rest_.size() >= count) return true;
    fail();
    return false;
  }
  std::uint64_t long_varint();
  std::size_t length() {
    const std::uint64_t count = varint();
    if (count <= rest_.size()) return static_cast<std::size_t>(count);
    fail();
    return 0;
  }
  BytesView rest_;
  bool ok_ = true;
};

}  // namespace windtunnel
