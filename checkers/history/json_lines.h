// Histories as JSON: objects with the keys of an EDN history, a line each as they are written. Read
// with Boost.JSON.
//
// JSON knows no keywords and only string keys. Read: a string stays a string, the fields `type`,
// `f` and `process` take either, and a number that is no int64 keeps its text. Written: keywords
// and symbols become strings, lists and sets arrays, a map's key that is no name its EDN text, a
// tagged form `{"#tag": form}`, a number that JSON does not have a string.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/protocols/base/value.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

// Reads JSON values, each for itself; what it holds for its work is kept between them.
class JsonReader {
 public:
  enum class Result : std::uint8_t {
    value,
    wrong,    // the text is no JSON
    ran_out,  // the text ends inside a value
  };
  // The value with which the text begins into `out`; in `position` how far it goes with the blanks
  // behind it, or the first byte that is wrong, and then the reason in `reason`.
  Result read(std::string_view text, Value& out);
  std::size_t position() const { return position_; }
  const std::string& reason() const { return reason_; }

 private:
  Result try_to_read(std::string_view text);

  std::vector<Value> items_;  // of the arrays and objects that are open
  std::string part_;          // of a string that is not contiguous in the text
  std::size_t position_ = 0;
  std::string reason_;
};

std::string to_json(const Value& value);
void append_json(const Value& value, std::string& out);

}  // namespace windtunnel::checkers
