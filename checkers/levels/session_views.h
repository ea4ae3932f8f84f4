// Is there for each session one order of all writes and of its own reads, legal for every key, in
// which the operations of each session keep their order (PRAM, Lipton & Sandberg 1988)? Decided,
// for writes that are unique.
//
// For a session, what must come before what: the order of the sessions, each write before the reads
// of the session that saw it, and if another write of the key must come before such a read, it must
// come before the write that the read saw. Once nothing more follows, there is an order unless this
// has a circle, as for causal memory (Bouajjani, Enea, Guerraoui & Hamza, POPL 2017): before each
// read, in turn, what must be before it and is not there yet is laid down. O(k n) numbers for each
// of k sessions and each round of conclusions.
#pragma once

#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/history/work.h>

#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

// A write of a version, or a read that saw it. The initial version of a key is written by nobody.
struct SessionAct {
  std::uint32_t key = 0;
  std::uint32_t version = 0;
  bool writes = false;
};

struct SessionViews {
  Decision decision = Decision::ok;
  std::uint32_t session = 0;  // for violated: the first for which there is no order
};

// Versions are numbered across all keys.
SessionViews look_for_views(const std::vector<std::vector<SessionAct>>& sessions, Work& work);

}  // namespace windtunnel::checkers
