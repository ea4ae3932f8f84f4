#include <windtunnel/protocols/env/service.h>

#include <charconv>
#include <utility>

namespace windtunnel {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t scale;
};

constexpr Unit kDurationUnits[] = {{"ns", 1},
                                   {"us", 1'000},
                                   {"ms", 1'000'000},
                                   {"s", 1'000'000'000},
                                   {"m", 60'000'000'000},
                                   {"h", 3'600'000'000'000}};
constexpr Unit kSizeUnits[] = {
    {"B", 1},       {"kB", 1'000},      {"MB", 1'000'000},     {"GB", 1'000'000'000},
    {"KiB", 1'024}, {"MiB", 1'048'576}, {"GiB", 1'073'741'824}};

// A decimal number with an optional fraction and a unit from the table, exact in integers.
template <std::size_t N>
std::optional<std::uint64_t> parse_quantity(std::string_view text, const Unit (&units)[N]) {
  std::uint64_t whole = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, whole);
  if (error != std::errc() || rest == text.data()) return std::nullopt;
  std::uint64_t fraction = 0;
  std::uint64_t fraction_scale = 1;
  if (rest != end && *rest == '.') {
    const char* first = ++rest;
    for (; rest != end && *rest >= '0' && *rest <= '9'; ++rest) {
      if (fraction_scale > 100'000'000) return std::nullopt;
      fraction = fraction * 10 + static_cast<std::uint64_t>(*rest - '0');
      fraction_scale *= 10;
    }
    if (rest == first) return std::nullopt;
  }
  const std::string_view suffix(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : units) {
    if (suffix != unit.name) continue;
    const auto total = static_cast<unsigned __int128>(whole) * unit.scale +
                       static_cast<unsigned __int128>(fraction) * unit.scale / fraction_scale;
    if (total > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::uint64_t>(total);
  }
  return std::nullopt;
}

// "timed-out" as a keyword; nil for no error.
Value value_of(const Error& error) {
  return error ? Value::keyword(name_of(static_cast<Errc>(error.value()))) : Value();
}

}  // namespace

Outcome Outcome::ok(Value value) { return {Kind::ok, std::move(value), {}}; }
Outcome Outcome::fail(Error why) { return {Kind::fail, {}, value_of(why)}; }
Outcome Outcome::info(Error why) { return {Kind::info, {}, value_of(why)}; }

Task<void> Client::start(Env& env, Recorder& recorder) {
  for (;;) {
    const std::optional<Operation> operation = co_await recorder.next(env);
    if (!operation) co_return;
    const Recorder::Call call = recorder.begin(*operation);
    const Outcome outcome = co_await invoke(env, *operation);
    recorder.end(call, outcome);
  }
}

Task<Outcome> Client::invoke(Env& env, const Operation& operation) {
  (void)env;
  (void)operation;
  co_return Outcome::fail(Errc::unsupported);
}

std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const std::optional<std::uint64_t> ns = parse_quantity(text, kDurationUnits);
  if (!ns) return std::nullopt;
  const auto value = static_cast<std::int64_t>(*ns);
  return Duration{negative ? -value : value};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse_quantity(text, kSizeUnits);
}

Duration OptionValues::duration(std::string_view key, Duration fallback) const {
  const auto found = options.find(key);
  if (found == options.end()) return fallback;
  const std::optional<Duration> value = parse_duration(found->second);
  WT_ASSERT(value.has_value(), "options are checked before a run");
  return *value;
}

std::uint64_t OptionValues::integer(std::string_view key, std::uint64_t fallback) const {
  const auto found = options.find(key);
  if (found == options.end()) return fallback;
  const std::string& text = found->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  WT_ASSERT(error == std::errc() && end == text.data() + text.size(),
            "options are checked before a run");
  return value;
}

bool OptionValues::boolean(std::string_view key, bool fallback) const {
  const auto found = options.find(key);
  if (found == options.end()) return fallback;
  WT_ASSERT(found->second == "true" || found->second == "false",
            "options are checked before a run");
  return found->second == "true";
}

std::string OptionValues::text(std::string_view key, std::string_view fallback) const {
  const auto found = options.find(key);
  return found == options.end() ? std::string(fallback) : found->second;
}

const std::vector<NodeId>& ServiceConfig::peers(std::string_view group_name) const {
  static const std::vector<NodeId> none;
  for (const NamedNodes& named : groups) {
    if (named.name == group_name) return named.nodes;
  }
  return none;
}

}  // namespace windtunnel
