#include <windtunnel/protocols/base/time_text.h>

namespace windtunnel {

std::string seconds_text(std::int64_t ns, int digits) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const auto word = static_cast<std::uint64_t>(ns);
  const std::uint64_t size = ns < 0 ? ~word + 1 : word;
  const std::string fraction = std::to_string(kSecond + size % kSecond);
  return (ns < 0 ? "-" : "") + std::to_string(size / kSecond) + "." +
         fraction.substr(1, static_cast<std::size_t>(digits)) + " s";
}

}  // namespace windtunnel
