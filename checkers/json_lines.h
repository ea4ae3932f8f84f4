// Histories as JSON lines: one object a line with the keys of an EDN history. Read with Boost.JSON.
//
// JSON knows no keywords and only string keys. Read: a string stays a string, and the fields
// `type`, `f` and `process` take either. Written: keywords and symbols become strings, lists and
// sets arrays, a map's key that is no name its EDN text, a tagged form `{"#tag": form}`.
#pragma once

#include "checkers/history.h"
#include "checkers/value.h"

#include <string>
#include <string_view>

namespace windtunnel::checkers {

// Reads one JSON text into `out`; on an error false, with column and reason in `error`.
bool read_json(std::string_view text, Value& out, ReadError& error);
std::string to_json(const Value& value);
void append_json(const Value& value, std::string& out);

}  // namespace windtunnel::checkers
