// Histories as JSON lines: one object a line with the keys of an EDN history. Read with Boost.JSON.
//
// JSON knows no keywords and only string keys. Read: a string stays a string, the fields `type`,
// `f` and `process` take either, and a number that is no int64 keeps its text. Written: keywords
// and symbols become strings, lists and sets arrays, a map's key that is no name its EDN text, a
// tagged form `{"#tag": form}`, a number that JSON does not have a string.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/protocols/base/value.h>

#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// Reads JSON texts, each for itself; what it holds for its work is kept between them.
class JsonReader {
 public:
  // One text into `out`; on an error false, with column and reason in `error`.
  bool read(std::string_view text, Value& out, ReadError& error);

 private:
  std::vector<Value> items_;  // of the arrays and objects that are open
  std::string part_;          // of a string that is not contiguous in the text
};

std::string to_json(const Value& value);
void append_json(const Value& value, std::string& out);

}  // namespace windtunnel::checkers
