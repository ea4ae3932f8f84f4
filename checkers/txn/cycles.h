// Cycles of dependencies, by the classes of Adya (1999) and Elle.
//
//   G0              only overwrites
//   G1c             overwrites and reads of writes, at least one read
//   G-single        exactly one anti-dependency (somebody overwrote what was read)
//   G-nonadjacent   several, no two of them next to each other: no snapshot isolation allows it
//   PC-cycle        any number, each behind a read of a write: no prefix of commits shows that
//   G2-item         several, some next to each other: write skew
//
// each among data alone, or with an edge of process order (-process) or real time (-realtime).
//
// Components come from Boost.Graph. A class is looked for in a graph of (transaction, what the walk
// has seen), so its cost is linear for each try; which tries can succeed is known before: a walk
// from y back to x without anti-dependencies is found for 64 edges x -> y at a time, one without
// adjacent ones by the components of the graph of (transaction, was the last edge one).
#pragma once

#include <windtunnel/checkers/history/work.h>
#include <windtunnel/checkers/txn/dependencies.h>

#include <vector>

namespace windtunnel::checkers {

// Which orders of events count, beside the data.
enum class Scope : std::uint8_t { data, process, realtime };

// Of each class and scope the shortest cycle that was found; scopes beyond `widest` are left out.
// No transaction is twice in a cycle. The work is the edges looked at; when it is spent, there may
// be cycles that were not found.
std::vector<Anomaly> find_cycles(const Dependencies& graph, Scope widest, Work& work);

}  // namespace windtunnel::checkers
