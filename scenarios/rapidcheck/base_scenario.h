// What the options of the generators start from.
#pragma once

#include <windtunnel/faults/plan/fault.h>
#include <windtunnel/scenarios/format/catalog.h>
#include <windtunnel/scenarios/format/spec.h>

#include <string>
#include <vector>

namespace windtunnel::gen {

// Five nodes of raft-kv and three clients with compare-and-set registers, for 12 s of virtual time;
// healed at 8 s. All of Raft's invariants, linearizability and recovery are its properties.
scenarios::ScenarioSpec base_scenario();

// Of what ships.
scenarios::Catalog builtin_catalog();

// "partition", "cut", ..., and at last "script".
std::vector<std::string> all_effects();

// slow, fail_fsync, full, eio_read, eio_write, torn_tail. Not those that lose what was synced.
std::vector<faults::DiskFault::Kind> honest_disk_faults();

}  // namespace windtunnel::gen
