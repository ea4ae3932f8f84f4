#include <windtunnel/protocols/rpc/metadata.h>

#include <algorithm>
#include <array>

namespace windtunnel::rpc {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr std::array<std::int8_t, 256> kValues = make_values();

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// What applications see of "grpc-..." and may send: it is not of the protocol of a call.
constexpr std::array<std::string_view, 5> kOpenNames = {
    "grpc-previous-rpc-attempts", "grpc-retry-pushback-ms", "grpc-status-details-bin",
    "grpc-tags-bin", "grpc-trace-bin"};
constexpr std::array<std::string_view, 5> kReservedNames = {"content-type", "te", "connection",
                                                            "user-agent", "host"};

bool is_reserved(std::string_view name) {
  const auto is = [name](std::string_view other) { return other == name; };
  if (std::any_of(kReservedNames.begin(), kReservedNames.end(), is)) return true;
  return name.starts_with("grpc-") && std::none_of(kOpenNames.begin(), kOpenNames.end(), is);
}

}  // namespace

void Metadata::add(std::string_view name, std::string_view value) {
  text_ += name;
  const auto name_end = static_cast<std::uint32_t>(text_.size());
  text_ += value;
  ends_.push_back({name_end, static_cast<std::uint32_t>(text_.size())});
}

Metadata::Entry Metadata::operator[](std::size_t index) const {
  const std::string_view text = text_;
  const std::size_t begin = index == 0 ? 0 : ends_[index - 1].value;
  const Ends& ends = ends_[index];
  return {text.substr(begin, ends.name - begin), text.substr(ends.name, ends.value - ends.name)};
}

std::optional<std::string_view> Metadata::find(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    const Entry entry = (*this)[i];
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

void Metadata::clear() {
  text_.clear();
  ends_.clear();
}

bool operator==(const Metadata& a, const Metadata& b) {
  return a.text_ == b.text_ && a.ends_ == b.ends_;
}

bool may_travel(const Metadata::Entry& entry) {
  const bool is_name =
      !entry.name.empty() && std::all_of(entry.name.begin(), entry.name.end(), is_name_character);
  if (!is_name || is_reserved(entry.name)) return false;
  if (is_binary_name(entry.name)) return true;
  return std::all_of(entry.value.begin(), entry.value.end(),
                     [](char c) { return c >= ' ' && c <= '~'; });
}

void append_base64(std::string& out, std::string_view bytes) {
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    held += 8;
    for (; held >= 6; held -= 6) out += kAlphabet[bits >> (held - 6) & 0x3f];
  }
  if (held > 0) out += kAlphabet[bits << (6 - held) & 0x3f];
}

bool append_from_base64(std::string& out, std::string_view text) {
  const bool may_be_padded = text.size() % 4 == 0;
  for (int i = 0; i < 2 && may_be_padded && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xff);
  }
  return true;
}

bool add_from_wire(Metadata& metadata, std::string_view name, std::string_view value) {
  if (!is_binary_name(name)) {
    metadata.add(name, value);
    return true;
  }
  std::string bytes;
  for (;;) {
    const std::size_t comma = std::min(value.find(','), value.size());
    bytes.clear();
    if (!append_from_base64(bytes, value.substr(0, comma))) return false;
    metadata.add(name, bytes);
    if (comma == value.size()) return true;
    value.remove_prefix(comma + 1);
  }
}

}  // namespace windtunnel::rpc
