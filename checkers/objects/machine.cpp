#include <windtunnel/checkers/objects/machine.h>

#include <windtunnel/checkers/history/verdict.h>

namespace windtunnel::checkers {

bool Machine::may_see(std::uint32_t kind, std::uint32_t mutator) const {
  static_cast<void>(kind);
  static_cast<void>(mutator);
  return true;
}

std::string_view name_of(Decision decision) {
  switch (decision) {
    case Decision::ok: return "ok";
    case Decision::violated: return "violated";
    case Decision::unknown: return "unknown";
  }
  return "?";
}

bool Machine::accepts(const std::vector<std::uint32_t>& kinds) {
  std::uint32_t state = initial();
  for (const std::uint32_t kind : kinds) {
    state = step(state, kind);
    if (state == kIllegal) return false;
  }
  return true;
}

}  // namespace windtunnel::checkers
