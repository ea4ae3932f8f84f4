// The links with their state, and the verdict on each packet: dropped, held, when it arrives, what
// else happens to it. Links are made when they are first used, so that a thousand nodes do not cost
// a million links.
#pragma once

#include <windtunnel/sim/net/link.h>
#include <windtunnel/sim/net/packet.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace windtunnel {

struct Link {
  NodeId from;
  NodeId to;
  std::uint64_t entity = 0;    // from the nodes' names: other nodes do not matter to it
  std::uint64_t messages = 0;  // the ordinal of the next message, whatever becomes of it
  std::uint64_t streams = 0;   // the ordinal of the next stream opened along it
  Instant last_arrival{-1};
  Instant line_free;  // when the line has sent what waits for it
  // Worked out again when profiles or faults have changed.
  std::uint64_t version = 0;
  std::uint32_t profile = 0;
  bool clean = false;                 // nothing but a latency
  std::vector<std::uint32_t> faults;  // that cover the link, in the order they were added
};

// What becomes of one packet.
struct Passage {
  DropReason drop = DropReason::none;
  bool held = false;
  FaultId held_by = 0;
  Instant arrival;
  bool duplicated = false;
  Instant second_arrival;
  bool corrupted = false;
  std::uint64_t corrupt_word = 0;  // chooses the bit
};

class LinkTable {
 public:
  explicit LinkTable(Simulation& sim);

  // The index of the link; the nodes exist and differ.
  std::uint32_t index(NodeId from, NodeId to) {
    if (from.value < rows_.size() && to.value < rows_[from.value].size()) {
      const std::uint32_t found = rows_[from.value][to.value];
      if (found != kNone) return found;
    }
    return make(from, to);
  }
  Link& operator[](std::uint32_t index) { return *links_[index]; }

  // Sends a packet into its link.
  Passage pass(const Packet& packet);
  // What rules make of a message that a stream is given; its arrival is when the stream takes it.
  Passage pass_frame(const Packet& frame);
  bool has_rules(std::uint32_t index);
  // Bytes of a stream go along the link in which no messages can be told apart: what rules there
  // are miss them.
  void pass_unread(std::uint32_t index);
  // Whether the packet, under way until now, still gets through.
  bool arrives(const Packet& packet);
  // Whether a fault that holds packets still keeps this one; then which.
  bool still_held(const Packet& packet, FaultId& by);

  void set_default_profile(const LinkProfile& profile);
  void set_profile(const NodeSet& from, const NodeSet& to, const LinkProfile& profile);
  const LinkProfile& profile(NodeId from, NodeId to);

  void add_fault(FaultId id, const LinkFault& fault);
  void remove_fault(FaultId id);
  void remove_all_faults();
  void enable_fault(FaultId id, bool on);
  bool is_disturbed(NodeId from, NodeId to) {
    Link& link = (*this)[index(from, to)];
    current(link);
    return !link.faults.empty();
  }
  std::uint64_t bites(FaultId id) const;
  std::uint64_t bites(FaultId id, LinkEffect effect) const;
  // How many writes to streams the rule missed.
  std::uint64_t missed(FaultId id) const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  using Bites = std::array<std::uint64_t, kLinkEffects>;
  struct ActiveFault {
    FaultId id = 0;
    std::uint64_t draw = 0;  // what its draws are keyed by
    bool enabled = true;
    LinkFault fault;
    Bites* bites = nullptr;
  };
  struct ProfileRange {
    NodeSet from;
    NodeSet to;
    std::uint32_t profile;
  };
  struct Keys {
    explicit Keys(const Simulation& sim);
    DrawKey latency, loss, hold, delay, delay_by, duplicate, duplicate_latency, reorder, reorder_by,
        corrupt, corrupt_bit, stream_corrupt, stream_corrupt_bit;
  };

  std::uint32_t make(NodeId from, NodeId to);
  void compile(Link& link);
  void current(Link& link) {
    if (link.version != version_) compile(link);
  }
  // Most chances are 0.
  static bool hits(PerMillion chance, const DrawKey& purpose, const ActiveFault& fault,
                   const Packet& packet) {
    return chance.value != 0 && draws_hit(chance, purpose, fault, packet);
  }
  static bool draws_hit(PerMillion chance, const DrawKey& purpose, const ActiveFault& fault,
                        const Packet& packet);
  void impair(Link& link, const Packet& packet, Passage& passage, Duration& delay, bool& ordered);
  void disturb(const Impairments& impairments, const ActiveFault& fault, const Packet& packet,
               Passage& passage, Duration& delay, bool& ordered);
  void corrupt(const Impairments& impairments, const ActiveFault& fault, const Packet& packet,
               Passage& passage);
  // Puts the packet on the line; returns when the line has sent it.
  Instant occupy_line(Link& link, const Packet& packet, Passage& passage);
  void bite(const ActiveFault& fault, LinkEffect effect, const Packet& packet);
  Duration latency_of(const Link& link, const DrawKey& purpose, const Packet& packet) const;
  static bool matches(const LinkFault& fault, const Packet& packet);
  static bool is_rule(const LinkFault& fault) { return fault.messages && !fault.streams; }

  Simulation& sim_;
  Keys keys_;
  std::vector<std::vector<std::uint32_t>> rows_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<LinkProfile> profiles_;
  std::vector<ProfileRange> ranges_;
  std::vector<ActiveFault> faults_;
  std::map<FaultId, Bites> bites_;
  std::map<FaultId, std::uint64_t> missed_;
  // Recorded already: what the record calls the fault, and the effect.
  std::set<std::pair<std::uint64_t, LinkEffect>> recorded_;
  ActiveFault own_;  // stands for the profiles
  std::uint64_t version_ = 1;
};

}  // namespace windtunnel
