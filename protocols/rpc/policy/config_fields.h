// Reads the fields of a configuration from a Value, and says of each that is wrong which one it is,
// what was found there and what would be right. Fields that nobody asks for are ignored, as in
// gRPC.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/base/value.h>
#include <windtunnel/protocols/rpc/policy/status_code.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::rpc {

struct ConfigProblem {
  std::string field;     // "methodConfig[0].retryPolicy.maxAttempts"
  std::string found;     // "1"
  std::string expected;  // "an integer greater than 1"
  friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};
std::string to_string(const ConfigProblem& problem);

// A duration of proto3 JSON: "1.5s", with at most nine digits behind the point; nothing where it is
// none, or longer than Duration.
std::optional<Duration> parse_duration(std::string_view text);
// A JSON number in units of 10^-digits, cut; nothing where it is none, or does not fit.
std::optional<std::int64_t> parse_decimal(std::string_view text, int digits);

// One object of the configuration. What it returns for a field that is wrong is of the right type,
// so that reading goes on to the next problem.
class ConfigFields {
 public:
  // `problems` outlives it. `path` names the object; empty: the whole.
  ConfigFields(const Value& object, std::string path, std::vector<ConfigProblem>& problems);

  // The field, or nothing where it is absent or null, which for `required` is a problem.
  const Value* find(std::string_view name);
  const Value* required(std::string_view name, std::string_view expected);

  // Nothing where it is absent or wrong.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high);
  // In units of 10^-digits.
  std::optional<std::int64_t> decimal(std::string_view name, int digits, std::int64_t low);
  std::optional<Duration> duration(std::string_view name, Duration low);
  std::optional<bool> boolean(std::string_view name);
  std::optional<StatusSet> status_codes(std::string_view name);
  std::optional<ConfigFields> object(std::string_view name);
  // The elements; none where it is absent or no list.
  std::vector<Value> list(std::string_view name);
  // The object that is an element of a list.
  ConfigFields element(std::string_view name, std::size_t index, const Value& value) const;

  void problem(std::string_view name, const Value* found, std::string expected);
  const std::string& path() const { return path_; }
  std::vector<ConfigProblem>& problems() { return *problems_; }

 private:
  std::string path_to(std::string_view name) const;

  const Value* object_;  // null where it is no object
  std::string path_;
  std::vector<ConfigProblem>* problems_;
};

}  // namespace windtunnel::rpc
