// Plays a fault plan on a simulation: fires faults when their triggers say so, resolves their
// selectors then, undoes them when their time is over, runs scripts step by step, and heals.
//
// Every occurrence of a fault draws from keys of (fault id, occurrence), so removing one fault
// changes no other. Each occurrence is recorded (fault_begin, fault_end) with its victims; a fault
// that changes something bites.
#pragma once

#include <windtunnel/faults/nemesis/cluster_state.h>
#include <windtunnel/faults/nemesis/network_part.h>
#include <windtunnel/faults/plan/fault_plan.h>
#include <windtunnel/sim/node.h>
#include <windtunnel/sim/simulation.h>

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace windtunnel::faults {

struct NemesisOptions {
  // The class of the messages that the service of the node calls so; nullopt when there are none.
  std::function<std::optional<std::uint8_t>(NodeId, std::string_view)> message_class;
  // Has the node, which is up, do an action of its service; false where that has none of the name.
  std::function<bool(NodeId, const Act&)> act;
  // No fault begins after this.
  Instant end = kEndOfTime;
};

// What one fault of the plan did, so far.
struct FaultRecord {
  struct Occurrence {
    Instant begin;
    Instant end = kEndOfTime;  // kEndOfTime: still acts
    std::vector<NodeId> victims;
    // The effect as it was then: nodes by name instead of selectors, what was drawn instead of
    // ranges. Absent where a selector meant nobody.
    std::optional<Effect> frozen;
  };
  std::uint64_t fired = 0;
  std::vector<Occurrence> occurrences;
};

class Nemesis final : public RecordListener, private EventTarget {
 public:
  // All must outlive the nemesis. Nodes' options as they are now count as their normal state.
  Nemesis(Simulation& sim, const FaultPlan& plan, ClusterState& cluster, NemesisOptions options);
  ~Nemesis();
  Nemesis(const Nemesis&) = delete;
  Nemesis& operator=(const Nemesis&) = delete;

  // Schedules what the triggers ask for. Once, before the run.
  void start();
  // From now on no fault begins and no script goes on; what acts stays.
  void stop_plan();
  // Ends every fault as far as it concerns these nodes and their links with one another and with
  // the clients; restarts and resumes them. Nodes outside stay as they are.
  void heal(const std::vector<NodeId>& nodes);

  // By position in the plan.
  const std::vector<FaultRecord>& records() const { return records_; }
  // How often something went differently because of the fault.
  std::uint64_t bites(std::size_t fault) const;
  // How many of its firings bit.
  std::uint64_t biting(std::size_t fault) const;
  // How many writes to streams its rules for messages had to let pass unread.
  std::uint64_t missed(std::size_t fault) const;

  void on_record(std::uint64_t number, const Record& record) override;

 private:
  // One occurrence that acts.
  struct Active {
    std::size_t fault = 0;
    std::uint64_t occurrence = 0;
    std::size_t firing = 0;  // of the fault: the one that it is part of
    std::uint64_t id = 0;    // names it in events
    Effect effect;
    std::vector<NodeId> victims;
    std::vector<NetworkPart> parts;
    std::int64_t amount = 0;  // drawn: drift in ppb
    std::size_t record = 0;   // into its FaultRecord's occurrences
    EventHandle ending;       // its end, where it has a duration
  };
  // What bites for one firing of a fault.
  struct Firing {
    struct DiskPart {
      NodeId node;
      std::uint64_t id;
    };
    std::uint64_t node_bites = 0;
    std::vector<std::uint64_t> network_ids;
    std::vector<DiskPart> disk_parts;
  };
  struct Progress {  // of one fault
    std::uint64_t next_occurrence = 0;
    std::uint32_t matches = 0;
    std::vector<Firing> firings;
    bool has_bitten_nodes = false;
    std::uint64_t network_parts = 0;
    std::size_t step = 0;  // of the script
    bool script_runs = false;
    std::uint32_t step_matches = 0;
    bool step_waits = false;
    Instant wait_over = kEndOfTime;
  };

  // What an event of the nemesis is about: its first word. The second says which.
  static constexpr std::uint64_t kFire = 0;  // a fault fires
  static constexpr std::uint64_t kEnd = 1;   // an occurrence ends
  static constexpr std::uint64_t kStep = 2;  // the script of a fault goes on

  // nemesis.cpp: triggers and time.
  void watch();
  RecordKinds wanted_records() const;
  void on_event(std::uint64_t a, std::uint64_t b) override;
  void schedule(Instant at, std::uint64_t what, std::uint64_t which);
  void schedule_next(std::size_t fault);
  void fire(std::size_t fault);
  void end(std::uint64_t active_id);
  DrawKey draws(std::string_view purpose, std::size_t fault, std::uint64_t occurrence) const;
  std::optional<DurationRange> choose(const Fault& fault, std::uint64_t occurrence,
                                      const Effect*& effect) const;

  // effects.cpp: doing and undoing.
  void begin(std::size_t fault, std::uint64_t occurrence, const Effect& effect,
             std::optional<DurationRange> duration);
  void undo(Active& active);
  struct Apply;
  struct Freeze;  // freeze.cpp
  std::optional<Effect> freeze(const Active& active) const;
  static void freeze_amount(const Active& active, Effect& effect);
  std::vector<NodeId> select(const Selector& selector, const Active& active,
                             std::string_view purpose = "fault.victims") const;
  void add_parts(Active& active);
  void remove_parts(Active& active);
  void narrow_parts(Active& active, const std::vector<NodeId>& healed);
  void restart(NodeId node);
  std::vector<NodeId> ends(const Selector& selector, const Active& active,
                           std::string_view purpose) const;
  // Senders whose messages of the wanted type have the same class; any class where none is given.
  struct Senders {
    std::optional<std::uint8_t> kind;
    std::vector<NodeId> nodes;
  };
  std::vector<Senders> senders(std::string_view type, const std::vector<NodeId>& from) const;
  Firing& firing_of(const Active& active) { return progress_[active.fault].firings[active.firing]; }
  std::uint64_t bites(const Firing& firing) const;
  void bite(const Active& active);
  void forget_crash(NodeId node);
  // Node settings are worked out from all that acts, so that overlapping faults compose.
  void settle_node(NodeId node);
  // Whether there was anything to heal.
  bool apply_heal(const std::vector<NodeId>& those);

  // disk_effects.cpp
  void begin_disk_fault(Active& active, const DiskTrouble& fault);
  void end_disk_fault(Active& active);
  void narrow_disk_fault(Active& active, const std::vector<NodeId>& healed);

  // script.cpp
  bool is_waited_for(std::size_t fault, const Record& record) const;
  void run_script(std::size_t fault);
  bool do_step(std::size_t fault, const Step& step);
  bool take_held(std::size_t fault, const MessageFilter& filter, std::uint32_t ordinal,
                 bool deliver);

  Simulation& sim_;
  const FaultPlan& plan_;
  ClusterState& cluster_;
  NemesisOptions options_;
  bool stopped_ = false;
  std::vector<FaultRecord> records_;
  std::vector<Progress> progress_;
  // What triggers and scripts wait for, by fault and, in scripts, by step.
  std::vector<std::optional<Watch>> when_;
  std::vector<std::vector<std::optional<Watch>>> until_;
  std::list<Active> active_;
  std::uint64_t next_active_ = 1;
  // Nodes as they are without faults.
  struct NodeNormal {
    ComputeOptions compute;
    std::int64_t drift_ppb = 0;
  };
  std::vector<NodeNormal> normal_;
};

}  // namespace windtunnel::faults
