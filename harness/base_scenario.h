// A scenario to make variations of, where somebody gives none.
#pragma once

#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/spec.h>

namespace windtunnel::scenarios {

// Five nodes of raft-kv and three clients with compare-and-set registers, for 12 s of virtual time;
// healed at 8 s. All of Raft's invariants, linearizability and recovery are its properties.
ScenarioSpec base_scenario();

// Of what ships.
Catalog builtin_catalog();

}  // namespace windtunnel::scenarios
