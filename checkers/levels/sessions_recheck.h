// The definition of the session guarantees, spelled out over the operations of a witness: no order
// of the versions of a key gives each read what its session is owed. All orders are tried.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/verdict.h>
#include <windtunnel/checkers/objects/models.h>

#include <cstdint>
#include <vector>

namespace windtunnel::checkers {

// True when the operations listed break the guarantees by themselves. False when they do not, or
// have too many versions of one key to try all orders.
bool recheck_sessions(const History& history, const ModelSpec& spec, std::uint8_t guarantees,
                      const std::vector<Witness::Item>& operations);

}  // namespace windtunnel::checkers
