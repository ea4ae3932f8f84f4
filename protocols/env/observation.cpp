#include <windtunnel/protocols/env/observation.h>

#include <iterator>

namespace windtunnel {
namespace {

constexpr std::string_view kKinds[] = {
    "none",      "role",       "term",        "vote-granted",    "append",
    "truncate",  "commit",     "apply",       "snapshot-taken",  "snapshot-installed",
    "log-start", "recovered",  "wal-extent",  "vote-extent",     "sent-claim",
    "match",     "read-index", "read-served", "effect",          "mark",
    "config",    "lease",      "request",     "snapshot-extent",
};
constexpr std::string_view kRoles[] = {"follower", "pre-candidate", "candidate", "leader",
                                       "learner"};

}  // namespace

std::string_view name_of(ObservationKind kind) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  return index < std::size(kKinds) ? kKinds[index] : std::string_view("user");
}

std::string_view name_of(Role role) noexcept {
  const auto index = static_cast<std::size_t>(role);
  return index < std::size(kRoles) ? kRoles[index] : std::string_view("unknown");
}

}  // namespace windtunnel
