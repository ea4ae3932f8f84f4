// What the shipped workloads ask of a store that keeps texts by key, and how it answers in their
// words. A client of such a store needs no more than this to serve all of them:
//
//   const Result<StoreCall> call = store_call(operation);
//   if (!call) co_return Outcome::fail(call.error());
//   ... ask the store for call->verb of call->key ...
//   co_return Outcome::ok(store_answer(operation, found));
#pragma once

#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/env/service.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel {

enum class StoreVerb : std::uint8_t { read, write, append, cas, remove };
// "get", "put", "append", "cas", "delete".
std::string_view name_of(StoreVerb verb) noexcept;

struct StoreCall {
  StoreVerb verb = StoreVerb::read;
  std::string key;
  std::string value;                    // of write, append and cas
  std::optional<std::string> expected;  // of cas; nothing: the key is not set
  bool is_read() const { return verb == StoreVerb::read; }
};

// - register, cas-register: read ["k1" nil], write ["k1" 5], cas ["k1" [4 5]]. A read finds an
//   integer, or nil where the key is not set.
// - kv: get ["k1" nil], put and append ["k1" "text"], delete ["k1" nil]. A get finds a text, which
//   is empty where the key is not set.
// - list-append: txn [[:append "k1" 5]] or [[:r "k1" nil]], one step each: a store of texts has no
//   more. A read finds the list [3 5], or nil.
// Errc::unsupported for another `f` and a txn of several steps, Errc::invalid_argument where the
// value is not as it says here.
Result<StoreCall> store_call(const Operation& operation);

// What the history records of a call that was done: with what the store holds under the key (of a
// read; nothing: it is not set).
Value store_answer(const Operation& operation, const std::optional<std::string>& held);

}  // namespace windtunnel
