#include <windtunnel/protocols/env/words.h>

#include <iterator>

namespace windtunnel {
namespace {

constexpr std::string_view kTypes[] = {
    "number", "hex",   "name",    "node",  "voter", "endpoint", "duration", "offset",
    "signed", "role",  "outcome", "drop",  "crash", "error",    "extent",   "message",
    "event",  "nodes", "nodes",   "nodes", "truth", "phase"};
static_assert(std::size(kTypes) == static_cast<std::size_t>(FieldType::phase) + 1);

constexpr std::string_view kWeights[] = {"headline", "news", "state", "routine", "detail"};
static_assert(std::size(kWeights) == static_cast<std::size_t>(Weight::detail) + 1);

static_assert(flaw_of(ProtocolWords{kCommonWords}).empty(), "everybody's words are sound");
static_assert(std::size(kCommonRoles) == static_cast<std::size_t>(Role::learner) + 1);

}  // namespace

std::string_view name_of(Role role) noexcept {
  const auto index = static_cast<std::size_t>(role);
  return index < std::size(kCommonRoles) ? kCommonRoles[index].name : std::string_view("unknown");
}
std::string_view name_of(FieldType type) noexcept { return kTypes[static_cast<std::size_t>(type)]; }
std::string_view name_of(Weight weight) noexcept {
  return kWeights[static_cast<std::size_t>(weight)];
}

}  // namespace windtunnel
