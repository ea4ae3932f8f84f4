// From a finding to a witness that a person can read.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/objects/models.h>

namespace windtunnel::checkers {

// An operation as a witness lists it, and several: sorted, each once.
Witness::Item item_of(const History& history, std::uint32_t operation);
std::vector<Witness::Item> items_of(const History& history, std::vector<std::uint32_t> operations);

// One of a row of tries, from 0 on: each does about four times as much as the one before, and gives
// the same to each algorithm, so that none waits for another to fail.
Ruling try_to_decide(const Object& object, const Limits& limits, std::uint32_t attempt,
                     std::string* algorithm);

// `finding` is `violated`. Leaves out of the object's history what is not needed: everything after
// the failed return, then operations whose absence cannot make a legal history illegal (those that
// only look, and those whose value nobody left sees), as long as it stays illegal. Where the object
// can be narrowed, reads are left with what those operations wrote, and what else they showed is
// not missed. Leaves the object with what remains.
Witness make_witness(const History& history, Object& object, Ruling finding, const Limits& limits);

}  // namespace windtunnel::checkers
