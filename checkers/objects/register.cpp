#include <windtunnel/checkers/objects/register.h>

namespace windtunnel::checkers {

RegisterMachine::RegisterMachine(Numbering values)
    : values_(std::move(values)),
      reads_(values_.size(), kIllegal),
      writes_(values_.size(), kIllegal) {}

std::uint32_t RegisterMachine::kind_of(const RegisterOp& op) {
  const auto next = static_cast<std::uint32_t>(ops_.size());
  std::uint32_t* kind = nullptr;
  switch (op.type) {
    case RegisterOp::Type::read: kind = &reads_[op.from]; break;
    case RegisterOp::Type::write: kind = &writes_[op.to]; break;
    case RegisterOp::Type::cas:
      kind = &swaps_.try_emplace(std::uint64_t{op.from} << 32 | op.to, kIllegal).first->second;
      break;
  }
  if (*kind == kIllegal) {
    *kind = next;
    ops_.push_back(op);
  }
  return *kind;
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

std::string RegisterMachine::describe(std::uint32_t state) const {
  return state == kOther ? "a value that nobody read" : values_.name(state);
}

// Without a write of v the same order stays legal unless somebody needs v: until the next write,
// nobody looked.
bool RegisterMachine::may_see(std::uint32_t kind, std::uint32_t mutator) const {
  return ops_[kind].type != RegisterOp::Type::write && ops_[kind].from == ops_[mutator].to;
}

}  // namespace windtunnel::checkers
