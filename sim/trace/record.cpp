#include <windtunnel/sim/trace/record.h>

#include <iterator>

namespace windtunnel {
namespace {

constexpr std::string_view kDropReasons[] = {"none",      "loss",       "cut",  "no-listener",
                                             "node-down", "queue-full", "rule", "script"};
static_assert(std::size(kDropReasons) == static_cast<std::size_t>(DropReason::script) + 1);

}  // namespace

std::string_view name_of(DropReason reason) noexcept {
  const auto index = static_cast<std::size_t>(reason);
  return index < std::size(kDropReasons) ? kDropReasons[index] : std::string_view("unknown");
}

}  // namespace windtunnel
