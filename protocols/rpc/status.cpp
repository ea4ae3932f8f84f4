#include <windtunnel/protocols/rpc/status.h>

#include <charconv>

namespace windtunnel::rpc {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

StatusCode parse_status_code(std::string_view digits) noexcept {
  unsigned code = 0;
  const char* end = digits.data() + digits.size();
  const std::from_chars_result parsed = std::from_chars(digits.data(), end, code);
  const bool is_code = parsed.ec == std::errc() && parsed.ptr == end && code < kStatusCodes;
  return is_code ? static_cast<StatusCode>(code) : StatusCode::unknown;
}

StatusCode status_of_http(unsigned http_status) noexcept {
  switch (http_status) {
    case 400: return StatusCode::internal;
    case 401: return StatusCode::unauthenticated;
    case 403: return StatusCode::permission_denied;
    case 404: return StatusCode::unimplemented;
    case 429:
    case 502:
    case 503:
    case 504: return StatusCode::unavailable;
    default: return StatusCode::unknown;
  }
}

StatusCode status_of_reset(std::uint32_t http2_error) noexcept {
  switch (http2_error) {
    case 0x7: return StatusCode::unavailable;         // REFUSED_STREAM
    case 0x8: return StatusCode::cancelled;           // CANCEL
    case 0xb: return StatusCode::resource_exhausted;  // ENHANCE_YOUR_CALM
    case 0xc: return StatusCode::permission_denied;   // INADEQUATE_SECURITY
    case 0xd: return StatusCode::unknown;             // HTTP_1_1_REQUIRED
    default: return StatusCode::internal;
  }
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0xf];
  }
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool has_digits = text[i] == '%' && i + 2 < text.size();
    const int high = has_digits ? hex_digit(text[i + 1]) : -1;
    const int low = has_digits ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace windtunnel::rpc
