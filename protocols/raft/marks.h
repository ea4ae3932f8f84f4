// The marks that the machine leaves where something happens that not every run reaches
// (ObservationKind::mark). What searches runs goes by them, and says which it never reached.
#pragma once

#include <string_view>

namespace windtunnel::raft {

// All but `raft.second-leader`, which no run of a correct machine reaches.
inline constexpr std::string_view kMarks[] = {
    "raft.quorum-lost",        "raft.message-refused",  "raft.vote-withheld",
    "raft.read-deferred",      "raft.backed-off",       "raft.conflict-truncated",
    "raft.snapshot-sent",      "raft.snapshot-damaged", "raft.snapshot-installed",
    "raft.asked-to-lead",      "raft.transfer-begun",   "raft.transfer-refused",
    "raft.transfer-abandoned",
};

}  // namespace windtunnel::raft
