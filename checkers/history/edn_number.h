// The numbers of EDN, and those that Clojure reads beyond them.
#pragma once

#include <windtunnel/protocols/base/value.h>

#include <string_view>

namespace windtunnel::checkers {

// An int64 where it fits, else the text of a bignum, double or ratio; false when it is neither. The
// token begins like a number.
bool parse_edn_number(std::string_view token, Value& out);

}  // namespace windtunnel::checkers
