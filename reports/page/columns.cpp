#include <windtunnel/reports/page/columns.h>

#include <algorithm>

namespace windtunnel::reports {

boost::json::object& ColumnWriter::begin(std::string_view name, const char* type,
                                         std::size_t count) {
  while (bytes_.size() % 8 != 0) bytes_.push_back('\0');
  boost::json::value& place = directory_[boost::json::string_view(name.data(), name.size())];
  boost::json::object& column = place.emplace_object();
  column["type"] = type;
  column["offset"] = bytes_.size();
  column["count"] = count;
  return column;
}

void ColumnWriter::append_varint(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

std::string ColumnWriter::base64() const {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes_.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes_.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes_.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < have ? static_cast<unsigned char>(bytes_[i + k]) : 0U);
    }
    out += kDigits[word >> 18];
    out += kDigits[word >> 12 & 63];
    out += have > 1 ? kDigits[word >> 6 & 63] : '=';
    out += have > 2 ? kDigits[word & 63] : '=';
  }
  return out;
}

std::uint32_t StringTable::add(const std::string& text) {
  const auto [place, added] = numbers_.emplace(text, static_cast<std::uint32_t>(numbers_.size()));
  if (added) texts_.emplace_back(boost::json::string_view(text.data(), text.size()));
  return place->second;
}

}  // namespace windtunnel::reports
