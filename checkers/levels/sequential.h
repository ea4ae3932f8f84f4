// Sequential consistency (Lamport 1979): one order of all operations, legal for every object, in
// which those of each process keep their order. Real time between processes does not count, and it
// does not fall apart by objects: all keys are searched together.
//
// NP-complete even for one register (Gibbons & Korach 1997), so this is a search with a memory:
// depth first over (how far each process is, state of each object). An operation that only looks
// and fits is taken at once: later would be no better. At the limits the verdict is unknown.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/objects/models.h>

namespace windtunnel::checkers {

Verdict check_sequential(const History& history, const ModelSpec& spec, const Limits& limits = {});

}  // namespace windtunnel::checkers
