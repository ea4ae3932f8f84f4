#include <windtunnel/protocols/env/store_call.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace windtunnel {
namespace {

struct Word {
  std::string_view f;
  StoreVerb verb;
};
constexpr Word kWords[] = {{"read", StoreVerb::read},     {"get", StoreVerb::read},
                           {"write", StoreVerb::write},   {"put", StoreVerb::write},
                           {"append", StoreVerb::append}, {"cas", StoreVerb::cas},
                           {"delete", StoreVerb::remove}};
constexpr std::string_view kTransaction = "txn";

bool has_items(const Value& value, std::size_t count) {
  return value.is_sequence() && value.items().size() == count;
}

// How a store of texts keeps it; nothing for what is neither a text nor an integer.
std::optional<std::string> text_of(const Value& value) {
  if (value.is_integer()) return std::to_string(value.integer());
  if (value.kind() == Value::Kind::string) return std::string(value.text());
  return std::nullopt;
}

// An integer where it is one as a store keeps it: "007" is a text.
Value number_or_text(std::string_view text) {
  std::int64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const bool is_number = error == std::errc() && end == last && std::to_string(number) == text;
  return is_number ? Value(number) : Value(text);
}

// The elements of a list that was appended to, each with a blank behind it.
Value list_of(std::string_view text) {
  std::vector<Value> items;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    items.push_back(number_or_text(text.substr(0, blank)));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return Value::vector(std::move(items));
}

// The value that the verb takes, into the call; false where it is none.
bool take_argument(const Value& argument, StoreCall& call) {
  if (call.is_read() || call.verb == StoreVerb::remove) return argument.is_nil();
  const bool is_cas = call.verb == StoreVerb::cas;
  if (is_cas && !has_items(argument, 2)) return false;
  const std::optional<std::string> value = text_of(is_cas ? argument.items()[1] : argument);
  if (!value) return false;
  call.value = *value;
  if (!is_cas || argument.items()[0].is_nil()) return true;
  call.expected = text_of(argument.items()[0]);
  return call.expected.has_value();
}

Result<StoreCall> transaction_call(const Value& steps) {
  if (!steps.is_sequence()) return make_error_code(Errc::invalid_argument);
  if (!has_items(steps, 1)) return make_error_code(Errc::unsupported);
  const Value& step = steps.items()[0];
  if (!has_items(step, 3) || !step.items()[0].is_name()) {
    return make_error_code(Errc::invalid_argument);
  }
  StoreCall call;
  const std::string_view what = step.items()[0].text();
  if (what != "r" && what != "append") return make_error_code(Errc::unsupported);
  call.verb = what == "r" ? StoreVerb::read : StoreVerb::append;
  const std::optional<std::string> key = text_of(step.items()[1]);
  if (!key || !take_argument(step.items()[2], call)) {
    return make_error_code(Errc::invalid_argument);
  }
  call.key = *key;
  if (!call.is_read()) call.value += ' ';
  return call;
}

}  // namespace

std::string_view name_of(StoreVerb verb) noexcept {
  switch (verb) {
    case StoreVerb::read: return "get";
    case StoreVerb::write: return "put";
    case StoreVerb::append: return "append";
    case StoreVerb::cas: return "cas";
    case StoreVerb::remove: break;
  }
  return "delete";
}

Result<StoreCall> store_call(const Operation& operation) {
  if (operation.f == kTransaction) return transaction_call(operation.value);
  for (const Word& word : kWords) {
    if (operation.f != word.f) continue;
    StoreCall call;
    call.verb = word.verb;
    if (!has_items(operation.value, 2)) return make_error_code(Errc::invalid_argument);
    const std::optional<std::string> key = text_of(operation.value.items()[0]);
    if (!key || !take_argument(operation.value.items()[1], call)) {
      return make_error_code(Errc::invalid_argument);
    }
    call.key = *key;
    return call;
  }
  return make_error_code(Errc::unsupported);
}

Value store_answer(const Operation& operation, const std::optional<std::string>& held) {
  if (operation.f == kTransaction) {
    const std::vector<Value>& step = operation.value.items()[0].items();
    if (step[0].text() != "r") return operation.value;
    const Value list = held ? list_of(*held) : Value();
    return Value::vector({Value::vector({step[0], step[1], list})});
  }
  const bool is_get = operation.f == "get";
  if (!is_get && operation.f != "read") return operation.value;
  Value found;
  if (is_get) found = Value(std::string_view(held ? *held : std::string()));
  if (!is_get && held && !held->empty()) found = number_or_text(*held);
  return Value::vector({operation.value.items()[0], std::move(found)});
}

}  // namespace windtunnel
