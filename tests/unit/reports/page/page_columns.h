// The columns of a page read back, as columns.js does.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::reports {

class PageColumns {
 public:
  PageColumns(const boost::json::object& directory, std::string_view base64)
      : directory_(directory) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint32_t word = 0;
    int bits = 0;
    for (const char c : base64.substr(0, base64.find('='))) {
      word = word << 6 | static_cast<std::uint32_t>(kDigits.find(c));
      bits += 6;
      if (bits < 8) continue;
      bits -= 8;
      bytes_ += static_cast<char>(word >> bits & 0xffU);
    }
  }

  // A column of bytes, or a packed one.
  std::vector<std::int64_t> column(std::string_view name) const {
    const boost::json::object& it = directory_.at(name).as_object();
    std::size_t at = it.at("offset").to_number<std::size_t>();
    const auto* const coding = it.if_contains("coding");
    std::vector<std::int64_t> values(it.at("count").to_number<std::size_t>());
    std::int64_t before = 0;
    for (std::int64_t& value : values) {
      if (coding == nullptr) {
        value = static_cast<unsigned char>(bytes_[at++]);
        continue;
      }
      std::uint64_t word = 0;
      unsigned shift = 0;
      while (true) {
        const auto byte = static_cast<unsigned char>(bytes_[at++]);
        word |= static_cast<std::uint64_t>(byte & 127U) << shift;
        shift += 7;
        if (byte < 128) break;
      }
      const auto step = static_cast<std::int64_t>(word >> 1U ^ (~(word & 1U) + 1));
      value = coding->to_number<int>() == 2 ? before + step : static_cast<std::int64_t>(word);
      before = value;
    }
    return values;
  }

  // The texts that a column names.
  std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    std::size_t at = directory_.at("text").as_object().at("offset").to_number<std::size_t>();
    for (const std::int64_t size : column("text_size")) {
      all.push_back(bytes_.substr(at, static_cast<std::size_t>(size)));
      at += static_cast<std::size_t>(size);
    }
    std::vector<std::string> out;
    for (const std::int64_t number : column(name)) {
      out.push_back(all.at(static_cast<std::size_t>(number)));
    }
    return out;
  }

 private:
  boost::json::object directory_;
  std::string bytes_;
};

}  // namespace windtunnel::reports
