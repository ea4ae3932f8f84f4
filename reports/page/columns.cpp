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

void ColumnWriter::add_bytes(std::string_view name, std::string_view bytes) {
  begin(name, type_name<std::uint8_t>(), bytes.size());
  bytes_ += bytes;
}

std::uint32_t TextTable::add(std::string_view text) {
  const auto [place, added] =
      numbers_.emplace(std::string(text), static_cast<std::uint32_t>(sizes_.size()));
  if (added) {
    bytes_ += text;
    sizes_.push_back(static_cast<std::uint32_t>(text.size()));
  }
  return place->second;
}

void TextTable::write(ColumnWriter& columns) const {
  columns.add_bytes("text", bytes_);
  columns.add_packed("text_size", "Uint32Array", ColumnWriter::Coding::plain, sizes_);
}

}  // namespace windtunnel::reports
