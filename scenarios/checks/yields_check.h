// The check `yields`: a fault of its own costs a leader the leadership within a time.
//
// A fault is one of its own while it acts on the node and a majority of the node's group is up and
// free of faults: then another node can lead. It must, in a later term, before the fault has acted
// on a leader for as long as the limit says. A fault that ends before asks for nothing; after the
// scenario's `heal` nothing is asked either.
#pragma once

#include <windtunnel/scenarios/engine/check.h>

namespace windtunnel::scenarios {

CheckDefinition yields_check();

}  // namespace windtunnel::scenarios
