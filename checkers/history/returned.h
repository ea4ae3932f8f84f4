// Whether an operation said more than that it was done.
#pragma once

#include <windtunnel/checkers/history/history.h>

namespace windtunnel::checkers {

// Its result differs from the argument, or is the nil that was read.
inline bool returned_something(const History& history, const Operation& op) {
  if (op.outcome != EventType::ok) return false;
  const Value& value = history.result(op);
  if (!(value == history.argument(op))) return true;
  const std::string& f = history.f(op);
  const bool is_pair = value.is_sequence() && value.items().size() == 2;
  return (f == "read" || f == "get" || f == "dequeue" || f == "pop") &&
         (is_pair ? value.items()[1] : value).is_nil();
}

}  // namespace windtunnel::checkers
