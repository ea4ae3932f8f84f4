#include <windtunnel/protocols/base/seal.h>

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/hash.h>

namespace windtunnel {

void seal(Bytes& out, std::size_t start) {
  const std::uint32_t checksum = crc32c(BytesView(out).subspan(start));
  Writer(out).fixed(checksum);
}

std::optional<BytesView> unseal(BytesView sealed) {
  if (sealed.size() < kSealBytes) return std::nullopt;
  const BytesView body = sealed.first(sealed.size() - kSealBytes);
  Reader tail(sealed.subspan(body.size()));
  if (tail.fixed<std::uint32_t>() != crc32c(body)) return std::nullopt;
  return body;
}

}  // namespace windtunnel
