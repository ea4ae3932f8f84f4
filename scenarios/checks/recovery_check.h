// Liveness after healing: a core of the cluster works again, so it must serve within a bound of
// virtual time.
#pragma once

#include <windtunnel/scenarios/engine/check.h>

namespace windtunnel::scenarios {

// LIV-HEAL (reference: TigerBeetle's liveness mode). Within `heal: within:` of the heal the core
// has one leader of the newest term, a client operation that began after the heal has succeeded,
// and every core node has applied what was committed when the core was healed. `unknown` where the
// scenario does not heal, and where the plan destroyed so many disks that no majority is left: then
// the core may have forgotten what it promised.
CheckDefinition recovers_check();

}  // namespace windtunnel::scenarios
