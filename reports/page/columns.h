// Numbers for the report's page as typed columns in one buffer, so that a browser maps them without
// parsing and holds no object an event.
#pragma once

#include <windtunnel/protocols/base/bytes.h>

#include <boost/json.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace windtunnel::reports {

class ColumnWriter {
 public:
  // Adds a column; its type is named as JavaScript's typed arrays are. Each starts at a multiple
  // of 8.
  template <class T>
  void add(std::string_view name, const std::vector<T>& values) {
    begin(name, type_name<T>(), values.size());
    for (const T value : values) append(value);
  }

  // How the values of a packed column are turned into small numbers.
  enum class Coding : std::uint8_t {
    plain,
    delta,  // from the value before, zigzag
    back,   // 0 stays 0; else how far the value lies before its position + 1
  };
  // Adds a column as varints, which the page unpacks into the typed array named `type`. For long
  // columns of values that are small in that coding: the page's size is what it costs to open it.
  template <class T>
  void add_packed(std::string_view name, const char* type, Coding coding,
                  const std::vector<T>& values) {
    begin(name, type, values.size())["coding"] = static_cast<int>(coding) + 1;
    std::int64_t before = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = static_cast<std::int64_t>(values[i]);
      if (coding == Coding::plain) append_varint(static_cast<std::uint64_t>(value));
      if (coding == Coding::back) {
        const auto position = static_cast<std::int64_t>(i) + 1;
        append_varint(value == 0 ? 0 : static_cast<std::uint64_t>(position - value));
      }
      if (coding == Coding::delta) {
        const std::int64_t step = value - before;
        append_varint((static_cast<std::uint64_t>(step) << 1) ^
                      static_cast<std::uint64_t>(step >> 63));
        before = value;
      }
    }
  }

  // Bytes as they are.
  void add_bytes(std::string_view name, std::string_view bytes);

  const boost::json::object& directory() const { return directory_; }
  std::string base64() const;

 private:
  template <class T>
  static const char* type_name() {
    if constexpr (std::is_same_v<T, double>)
      return "Float64Array";
    else if constexpr (std::is_same_v<T, std::uint32_t>)
      return "Uint32Array";
    else if constexpr (std::is_same_v<T, std::uint16_t>)
      return "Uint16Array";
    else
      return "Uint8Array";
  }
  boost::json::object& begin(std::string_view name, const char* type, std::size_t count);
  void append_varint(std::uint64_t value);
  // Little-endian, which is what every machine with a browser is.
  template <class T>
  void append(T value) {
    std::uint64_t word = 0;
    if constexpr (std::is_same_v<T, double>)
      std::memcpy(&word, &value, sizeof word);
    else
      word = value;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes_.push_back(static_cast<char>(word >> (8 * i)));
  }

  std::string bytes_;
  boost::json::object directory_;
};

// Texts, each stored once, that the page decodes when somebody looks: two columns, the bytes of all
// and how many each has. Number 0 is the empty text.
class TextTable {
 public:
  TextTable() { add(""); }
  std::uint32_t add(std::string_view text);
  void write(ColumnWriter& columns) const;

 private:
  std::string bytes_;
  std::vector<std::uint32_t> sizes_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // for look-up only
};

}  // namespace windtunnel::reports
