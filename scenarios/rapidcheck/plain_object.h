// The objects of the models, as plainly as can be: what clients may call, what it does.
#pragma once

#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/protocols/base/value.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace windtunnel::gen {

struct Call {
  std::string f;
  checkers::Value argument;
};

class PlainObject {
 public:
  virtual ~PlainObject() = default;
  // Something to call, for any number; 0 is the plainest.
  virtual Call call(std::uint32_t choice) = 0;
  // Lets it take effect and says what it returns; nothing when it cannot and fails.
  virtual std::optional<checkers::Value> apply(const Call& call) = 0;
  // Some result that the call might have had elsewhere.
  virtual checkers::Value lie(const Call& call, std::uint32_t choice) const = 0;
};

// `keys`, at least 1: of an object with several.
std::unique_ptr<PlainObject> plain_object(const checkers::ModelSpec& model, std::int64_t keys);

}  // namespace windtunnel::gen
