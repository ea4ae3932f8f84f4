#include "checkers/register.h"

namespace windtunnel::checkers {

std::uint32_t RegisterMachine::kind_of(const RegisterOp& op) {
  const auto next = static_cast<std::uint32_t>(ops_.size());
  const auto [entry, added] = kinds_.try_emplace(op, next);
  if (added) ops_.push_back(op);
  return entry->second;
}

std::uint32_t RegisterMachine::step(std::uint32_t state, std::uint32_t kind) {
  const RegisterOp& op = ops_[kind];
  switch (op.type) {
    case RegisterOp::Type::read: return state == op.from ? state : kIllegal;
    case RegisterOp::Type::write: return op.to;
    case RegisterOp::Type::cas: return state == op.from ? op.to : kIllegal;
  }
  return kIllegal;
}

Traits RegisterMachine::traits(std::uint32_t kind) const {
  const RegisterOp& op = ops_[kind];
  const bool write = op.type == RegisterOp::Type::write;
  const bool keeps = op.type == RegisterOp::Type::cas && op.from == op.to;
  return {.observer = op.type == RegisterOp::Type::read || keeps, .total = write, .blind = write};
}

// Without a write of v the same order stays legal unless somebody needs v: until the next write,
// nobody looked.
bool RegisterMachine::may_see(std::uint32_t kind, std::uint32_t mutator) const {
  return ops_[kind].type != RegisterOp::Type::write && ops_[kind].from == ops_[mutator].to;
}

}  // namespace windtunnel::checkers
