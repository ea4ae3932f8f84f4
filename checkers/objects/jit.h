// Just-in-time linearization (Lowe 2017; Knossos' `linear`) with dominance.
//
// The history is swept once. A configuration says what may have happened until now: the state, and
// of every open operation two things: may it still be *used* (take effect visibly later), and may
// it *return* (it took effect, or is known to have had a place where nobody noticed it). On a
// return that a configuration does not allow, the orders of open operations that end with it are
// explored; where the operation may return only because nobody noticed it, so are the orders that
// use it after all.
//
// A configuration dominates another one with the same state when it may use and return at least the
// same operations: whatever the other can still do, it can do too. Only undominated ones are kept.
// That is what keeps the frontier small, by these sound steps, each of which gains without giving
// anything up:
// - an operation that would leave the state as it is may return (a read that fits, a cas from 3 to
//   3);
// - when a blind write takes effect, all open total operations may return: they fit just before it;
// - an `:info` operation may return from the start, so one that has used fewer of them dominates;
// - of open operations of one kind and standing (may it return?) only the one that returns first is
//   tried.
//
// Memory is the frontier, not the history. Exponential only in the open operations that truly
// compete.
#pragma once

#include <windtunnel/checkers/objects/problem.h>

namespace windtunnel::checkers {

// Unknown when more than kMaxOpen operations are open at a time or a limit is reached.
//
// For ok, `order` (may be null) receives an order that explains the history, without what need not
// have happened. Then every use of an operation is remembered, with the one before it: memory is
// that of the history, and counts against the limit.
//
// Where many `:info` operations change a state in several ways, each of those ways leaves others of
// them unused, and none dominates: then the frontier grows with a power of their number, and the
// work with the square of the frontier. Two searches do less.
//
// - `width`: of each state no more configurations are kept than that, those that have most `:info`
//   operations left to use, and no more orders are tried on a return than kTriesPerWidth times as
//   many. What is ok then is ok; what would be refused after something was left out is unknown
//   (`narrowed`).
// - `lavish`: an `:info` operation may take effect any number of times. What is refused then is
//   refused; what would be ok is unknown.
inline constexpr std::uint32_t kMaxOpen = 2048;
inline constexpr std::uint32_t kAnyWidth = 0xffffffffU;
inline constexpr std::uint32_t kTriesPerWidth = 16;
struct JitSearch {
  std::uint32_t width = kAnyWidth;
  bool lavish = false;
};
// The widths of successive tries: 16 for the first (0), then four times as much each time.
std::uint32_t width_of(std::uint32_t attempt);
Ruling check_jit(const Problem& problem, Machine& machine, const Limits& limits,
                 std::vector<Placed>* order = nullptr, const JitSearch& how = {});

// The end of that: given those that took effect visibly, places those that returned although nobody
// noticed them. Each fits where it leaves the state as it is, or just before a blind write.
std::vector<Placed> place_unnoticed(const Problem& problem, Machine& machine,
                                    const std::vector<Placed>& used);

}  // namespace windtunnel::checkers
