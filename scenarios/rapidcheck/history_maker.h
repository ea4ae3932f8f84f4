// Histories by construction: closed-loop clients over an object that behaves. An operation takes
// effect at one moment between its call and its return. A sequence of numbers decides everything,
// and each part of it gives a smaller history, so that a list of numbers can be shrunk instead.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/scenarios/rapidcheck/arbitrary.h>

#include <cstdint>
#include <vector>

namespace windtunnel::gen {

// `lies`: now and then an operation returns what it might have returned elsewhere.
checkers::History make_history(const HistoryOptions& options, bool lies,
                               const std::vector<std::uint32_t>& choices);

}  // namespace windtunnel::gen
