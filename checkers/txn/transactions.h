// Transactions over registers.
#pragma once

#include <windtunnel/checkers/objects/models.h>

#include <vector>

namespace windtunnel::checkers {

// Splits transactions into groups that share no key, even through others: each is an object of its
// own. Malformed ones end up in the first group, where the builder refuses them.
std::vector<std::vector<KeyedOperation>> split_by_key(
    const std::vector<KeyedOperation>& operations);

// Whether the result of a transaction tells the writes of its call, in their order. What is no
// list speaks against nothing.
bool writes_as_called(const Value& argument, const Value& result);

}  // namespace windtunnel::checkers
