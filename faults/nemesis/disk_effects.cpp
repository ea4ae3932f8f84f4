#include <windtunnel/faults/nemesis/nemesis.h>
#include <windtunnel/sim/disk/sim_disk.h>
#include <windtunnel/sim/node.h>

#include <algorithm>

namespace windtunnel::faults {
namespace {

DiskFaultKind kind_of(DiskTrouble::Kind kind) {
  switch (kind) {
    case DiskTrouble::Kind::slow: return DiskFaultKind::slow;
    case DiskTrouble::Kind::fail_fsync: return DiskFaultKind::fail_sync;
    case DiskTrouble::Kind::lie_fsync: return DiskFaultKind::lie_sync;
    case DiskTrouble::Kind::full: return DiskFaultKind::full;
    case DiskTrouble::Kind::eio_read: return DiskFaultKind::read_error;
    case DiskTrouble::Kind::eio_write: return DiskFaultKind::write_error;
    case DiskTrouble::Kind::bit_rot: return DiskFaultKind::bit_rot;
    case DiskTrouble::Kind::misdirect: return DiskFaultKind::misdirected_write;
    case DiskTrouble::Kind::torn_tail: return DiskFaultKind::torn_tail;
    case DiskTrouble::Kind::wipe: break;
  }
  return DiskFaultKind::wipe;
}

}  // namespace

void Nemesis::begin_disk_fault(Active& active, const DiskTrouble& fault) {
  const DrawKey ids = draws("fault.disk", active.fault, active.occurrence);
  for (const NodeId node : active.victims) {
    DiskFault made;
    made.id = ids.at(node.value) | 1;
    made.plan_id = sim_.trace().name(plan_.faults[active.fault].id);
    made.kind = kind_of(fault.kind);
    made.probability = fault.probability;
    if (fault.delay) made.delay = to_latency(*fault.delay);
    made.factor = fault.factor;
    firing_of(active).disk_parts.push_back({node, made.id});
    sim_.node(node).disk().begin_fault(made);
  }
}

void Nemesis::end_disk_fault(Active& active) {
  if (!std::holds_alternative<DiskTrouble>(active.effect)) return;
  const DrawKey ids = draws("fault.disk", active.fault, active.occurrence);
  for (const NodeId node : active.victims) {
    sim_.node(node).disk().end_fault(ids.at(node.value) | 1);
  }
}

// The disks of `healed` work again.
void Nemesis::narrow_disk_fault(Active& active, const std::vector<NodeId>& healed) {
  if (!std::holds_alternative<DiskTrouble>(active.effect)) return;
  const DrawKey ids = draws("fault.disk", active.fault, active.occurrence);
  for (const NodeId node : active.victims) {
    if (std::find(healed.begin(), healed.end(), node) == healed.end()) continue;
    sim_.node(node).disk().end_fault(ids.at(node.value) | 1);
  }
}

}  // namespace windtunnel::faults
