// One key of a store of strings: get, put, append, compare-and-set, and the fast check of histories
// in which the key only grows.
#pragma once

#include <windtunnel/checkers/objects/models.h>
#include <windtunnel/checkers/objects/problem.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::checkers {

// A string that is no prefix of anything that was read later cannot be told from any other such
// string until the next put: all of them are one state, `lost`. That keeps the states as few as the
// reads, whatever the order of concurrent appends.
struct KvModel {
  struct State {
    bool set = false;   // else nil
    bool lost = false;  // else `text` is known
    std::string text;
    friend auto operator<=>(const State&, const State&) = default;
  };
  struct Op {
    enum class Type : std::uint8_t { get, put, append, cas };
    Type type = Type::get;
    State from;  // what get returned, what cas expects
    State to;    // what put and cas leave; what append adds
    friend auto operator<=>(const Op&, const Op&) = default;
  };

  State first;
  std::vector<std::string> observed;  // what was read or expected, sorted

  State initial() const { return known(first); }
  bool apply(State& state, const Op& op) const;
  Traits traits(const Op& op) const;
  bool may_see(const Op& op, const Op& mutator) const;
  std::string describe(const State& state) const;

 private:
  State known(State state) const;
};

using KvMachine = ModelMachine<KvModel>;

// A key to which texts are appended, each once, and which is read as a whole. A read names all
// appends before it, in their order: it is what was there first, and then one appended text after
// the other. So the longest read says where each append and each read lies, and the history is
// linearizable iff every read is a beginning of the longest one and no operation is called after
// the return of one that lies later. An append that nobody read lies behind all reads, or, when it
// need not have happened, nowhere. O(n log n) in the length of the history's text.
//
// Null when it does not apply: there is a cas, a put that did not return before the first append
// was called, a second put, an empty text or one that is appended twice; or a read that can be
// taken apart into the appended texts in several ways. The machine is a KvMachine.
std::optional<Ruling> check_append_order(const Problem& problem, Machine& machine);

// For what check_append_order found ok: the steps in an order that explains it. Empty when it found
// anything else.
std::vector<std::uint32_t> order_by_appends(const Problem& problem, Machine& machine);

// These steps alone (with the put that all reads rest on), and of what was read only what they
// appended: what the others appended can be left out of a growing value without making a legal
// history illegal. Null when check_append_order does not apply or a read cannot be taken apart.
std::optional<Object> narrow_appends(const Object& object, const std::vector<std::uint32_t>& steps);

}  // namespace windtunnel::checkers
