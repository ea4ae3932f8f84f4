// What a checker says about a history, and why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::checkers {

enum class Decision : std::uint8_t { ok, violated, unknown };
std::string_view name_of(Decision decision);

// The part of a history that cannot have happened on a correct object.
struct Witness {
  static constexpr std::size_t kMaxOperations = 16;  // what is listed, of those that are needed
  struct Item {
    std::uint32_t operation = 0;  // index into `History::operations()`
    std::int64_t index = 0;       // `:index` of its invocation
    std::uint32_t line = 0;       // where that was read; 0 for a recorded history
    std::string text;             // "process 3 write 5 (ok, 1.200 s to 1.450 s)"
  };
  std::vector<Item> operations;  // by invocation
  std::uint32_t omitted = 0;     // needed, but not listed: earlier ones
  std::string explanation;       // whole sentences
  // In a few fixed words what is wrong, without anything of this history: two histories that are
  // wrong for the same reason have the same. Empty where the checker has one kind only.
  std::string kind;
  std::string key;  // of the object (EDN) when the history has several, else empty
  // No operation can be left out of it without making it legal or cutting a value from its origin,
  // as far as the budget went.
  bool minimised = false;
  // A plain search over all orders, which shares nothing with the fast algorithms but the model,
  // agreed.
  bool rechecked = false;
};

struct Verdict {
  Decision decision = Decision::ok;
  std::string reason;     // for unknown: the bound or the operation that stopped the check
  std::string algorithm;  // which ones decided: "zones", "jit", "wgl", "queue-order", joined by "+"
  std::uint64_t configurations = 0;  // explored: a measure of work, the same on every machine
  std::uint64_t work = 0;            // steps of the searches: another one
  std::uint32_t operations = 0;      // how many took part (after dropping fail and unknowable ones)
  Witness witness;                   // for violated: of the first object that is
  // Each object (key) is decided by itself; one that is hard hides nothing of the others.
  std::uint32_t objects_ok = 0;
  std::uint32_t objects_violated = 0;
  std::uint32_t objects_unknown = 0;
  static constexpr std::size_t kMaxFurther = 15;
  std::vector<Witness> further;  // of other violated objects

  // Did an operation that succeeded say what it saw? What nothing could have spoken against is no
  // proof.
  bool put_to_the_test = true;
  // What is known of an object that could not be decided.
  struct Open {
    std::string key;              // empty when there is only one
    std::uint32_t explained = 0;  // operations that returned, from the first on, in a legal order
    std::uint32_t returned = 0;   // of so many
    std::string next;             // the first one for which no order was found
  };
  std::vector<Open> open;  // at most kMaxFurther
};

// In words, as `windtunnel check` prints them: every line is indented and begins with a newline.
std::string witness_text(const Witness& witness);
// The part of it that comes after the explanation: the operations.
std::string operations_text(const Witness& witness);
// "the first 3 of 9 operations that returned have a legal order; none was found that goes on ..."
std::string text_of(const Verdict::Open& open);
inline constexpr const char* kNotRechecked = "not rechecked: no second, plain program confirmed it";
// Why the verdict is what it is: the witnesses, or the reason of an unknown; empty for ok.
std::string explanation_text(const Verdict& verdict);

// A history in which nothing succeeded, or that was not put to the test, is unknown where it is not
// violated: nothing was broken because nothing was done.
class History;
void doubt_what_nobody_saw(const History& history, Verdict& verdict);

// Nothing could be decided, for this reason.
inline Verdict undecided(std::string reason) {
  Verdict verdict;
  verdict.decision = Decision::unknown;
  verdict.reason = std::move(reason);
  return verdict;
}

}  // namespace windtunnel::checkers
