#include <windtunnel/protocols/rpc/deframer.h>

#include <algorithm>

namespace windtunnel::rpc {

void append_message_prefix(Bytes& out, std::size_t size, bool is_compressed) {
  out.push_back(std::byte{is_compressed ? std::uint8_t{1} : std::uint8_t{0}});
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::byte>(size >> shift));
}

Deframer::Found Deframer::take(BytesView& input, std::size_t limit) {
  if (is_found_) clear();
  while (prefix_used_ < kMessagePrefixBytes) {
    if (input.empty()) return Found::nothing;
    prefix_[prefix_used_++] = input.front();
    input = input.subspan(1);
    if (!has_prefix()) continue;
    length_ = 0;
    for (std::size_t i = 1; i < kMessagePrefixBytes; ++i) {
      length_ = length_ << 8 | std::to_integer<std::size_t>(prefix_[i]);
    }
    if (std::to_integer<int>(prefix_[0]) > 1) return Found::malformed;
    if (length_ > limit) return Found::too_large;
    message_.clear();
  }
  const BytesView part = input.first(std::min(input.size(), length_ - message_.size()));
  message_.insert(message_.end(), part.begin(), part.end());
  input = input.subspan(part.size());
  if (message_.size() < length_) return Found::nothing;
  is_found_ = true;
  return Found::message;
}

void Deframer::clear() {
  prefix_used_ = 0;
  length_ = 0;
  is_found_ = false;
  message_.clear();
}

}  // namespace windtunnel::rpc
