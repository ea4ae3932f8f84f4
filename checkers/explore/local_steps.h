// What single nodes do, each thing computed once. A node's step is a function of the node and of
// what happens to it, so a group of nodes, whose states are counted in millions, is made of some
// thousands of nodes, messages and steps, which have numbers here.
//
// Symmetry. To rename the nodes of a group, a node must be had under its other name, and a machine
// cannot be renamed from outside. But the node has become what it is by certain steps from its
// start, and the same steps with renamed messages lead its namesake to its image. That holds where
// the protocol makes no difference between nodes; `audit` checks it for whatever is reached twice.
#pragma once

#include <windtunnel/checkers/explore/actions.h>
#include <windtunnel/checkers/explore/pool.h>
#include <windtunnel/checkers/explore/story.h>

#include <utility>

namespace windtunnel::explore {

// A sum of such digests stands for a set of parts, in any order and with repetitions.
inline Digest operator+(Digest a, Digest b) { return {a.high + b.high, a.low + b.low}; }
inline Digest operator-(Digest a, Digest b) { return {a.high - b.high, a.low - b.low}; }
inline Digest digest_of(std::uint64_t what, std::uint64_t number) {
  return {hash_combine(hash_combine(what, number), kHashSeed2),
          fold_multiply(hash_combine(number, what) ^ kHashSeed3, kHashSeed0)};
}

struct LocalStep {
  std::uint32_t node = 0;   // after the step
  std::uint32_t batch = 0;  // of facts; 0: none
  std::uint32_t sent_at = 0;
  std::uint32_t sent = 0;
  bool is_within_bounds = true;
};

template <class Fact>
struct Batch {
  NodeId node;
  std::vector<Fact> facts;
  friend bool operator==(const Batch&, const Batch&) = default;
};

template <Protocol P>
class LocalSteps {
 public:
  using Node = typename P::Node;
  using Message = typename P::Message;
  using Facts = Batch<typename P::Fact>;

  LocalSteps(const P& protocol, bool symmetry, bool audit)
      : protocol_(protocol), renamings_(renamings(protocol.size(), symmetry)), audit_(audit) {
    WT_ASSERT(protocol_.size() <= kMostNodes, "a group that is explored is small");
    (void)number_of(NodeId{}, {});  // batch 0 is the empty one
    for (std::uint32_t i = 0; i < protocol_.size(); ++i) {
      effects_.clear();
      Node node = protocol_.start(NodeId{i}, effects_);
      starts_.push_back(number_of(NodeId{i}, std::move(node), Origin{}).first);
      start_steps_.push_back(made(starts_.back()));
    }
  }

  std::size_t renaming_count() const { return renamings_.size(); }
  const Renaming& renaming(std::size_t i) const { return renamings_[i]; }
  // How node i begins, with what it sends and tells.
  const LocalStep& start(std::size_t i) const { return start_steps_[i]; }

  const Node& node(std::uint32_t number) const { return nodes_[number].node; }
  const Envelope<Message>& message(std::uint32_t number) const { return messages_[number]; }
  const Facts& batch(std::uint32_t number) const { return batches_[number]; }
  std::span<const std::uint32_t> sent(const LocalStep& step) const {
    return {sent_.data() + step.sent_at, step.sent};
  }
  std::span<const Event> events(std::uint32_t number) const {
    const auto& [from, count] = event_ranges_[number];
    return {events_.data() + from, count};
  }

  // What the node does when `code`, a delivery or an event, happens to it. `watcher` may be null.
  LocalStep step(std::uint32_t number, ActionCode code, Successors* watcher) {
    const std::uint64_t key = std::uint64_t{number} << 32 | code;
    const auto known = steps_.find(key);
    if (known != steps_.end()) return known->second;
    if (watcher != nullptr) watcher->about_to(code);
    effects_.clear();
    Node after = nodes_[number].node;
    take(after, code);
    const NodeId id = nodes_[number].id;
    const bool is_within = protocol_.is_within_bounds(after);
    const auto [place, is_new] = number_of(id, std::move(after), Origin{number, code});
    LocalStep step = made(place);
    step.is_within_bounds = is_within;
    steps_.emplace(key, step);
    if (audit_ && !is_new && is_within) audit(number, code, place);
    return step;
  }

  // The path with its messages named by the steps that sent them.
  PortablePath portable(const Path& path) {
    std::vector<std::uint32_t> nodes = starts_;
    std::vector<std::vector<std::uint32_t>> sent(1);
    for (const LocalStep& step : start_steps_) append_sent(step, sent.back());
    PortablePath portable;
    for (std::size_t i = 0; i < path.size(); ++i) {
      portable.push_back(portable_action(Action::of(path[i]), sent));
      sent.emplace_back();
      if (i + 1 == path.size()) break;  // the last one may crash
      const Action action = Action::of(path[i]);
      if (action.kind == ActionKind::drop) continue;
      const bool is_event = action.kind == ActionKind::event;
      const NodeId id = is_event ? action.node : messages_[action.message].to;
      const ActionCode code =
          is_event ? path[i] : Action{ActionKind::deliver, action.message, {}, 0, 0}.code();
      const LocalStep next = step(nodes[id.value], code, nullptr);
      nodes[id.value] = next.node;
      append_sent(next, sent.back());
    }
    return portable;
  }

  // For each renaming, the digest of what the node or message becomes.
  const Digest* node_digests(std::uint32_t number) {
    return digests(nodes_.size(), number, node_digests_, [this](std::uint32_t of, std::size_t by) {
      return digest_of(kNodeTag, node_image(of, by));
    });
  }
  const Digest* message_digests(std::uint32_t number) {
    return digests(messages_.size(), number, message_digests_,
                   [this](std::uint32_t of, std::size_t by) {
                     return digest_of(kMessageTag, message_image(of, by));
                   });
  }

  // Steps that led to a node in two ways whose images differ: the protocol is not symmetric.
  std::uint64_t asymmetries() const { return asymmetries_; }
  std::size_t node_count() const { return nodes_.size(); }
  std::uint64_t bytes() const {
    return nodes_.bytes() + messages_.bytes() + batches_.bytes() + steps_.size() * 48 +
           node_images_.size() * 32 + events_.size() * sizeof(Event) +
           sent_.size() * sizeof(std::uint32_t) +
           origins_.size() * (sizeof(Origin) + sizeof(event_ranges_.front())) +
           (node_digests_.values.size() + message_digests_.values.size()) * sizeof(Digest);
  }

 private:
  static constexpr std::uint64_t kNodeTag = 1;
  static constexpr std::uint64_t kMessageTag = 2;
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Named {
    NodeId id;
    Node node;
    friend bool operator==(const Named&, const Named&) = default;
  };
  struct Origin {
    std::uint32_t parent = kNone;  // none: the node's start
    ActionCode code = 0;
  };
  struct DigestTable {
    std::vector<Digest> values;  // renaming_count() for each number
    std::vector<bool> is_there;
  };

  void append_sent(const LocalStep& step, std::vector<std::uint32_t>& numbers) const {
    for (const std::uint32_t message : sent(step)) numbers.push_back(message);
  }
  // Of several equal messages the first is meant: they cannot be told apart.
  PortableAction portable_action(const Action& action,
                                 const std::vector<std::vector<std::uint32_t>>& sent) const {
    PortableAction made;
    made.kind = action.kind;
    made.node = action.node;
    made.event_kind = action.event_kind;
    made.argument = action.argument;
    if (action.kind == ActionKind::event) return made;
    for (std::size_t step = 0; step < sent.size(); ++step) {
      const auto at = std::find(sent[step].begin(), sent[step].end(), action.message);
      if (at == sent[step].end()) continue;
      made.sent_at = static_cast<std::uint32_t>(step);
      made.ordinal = static_cast<std::uint32_t>(at - sent[step].begin());
      return made;
    }
    WT_ASSERT(false, "a message that arrives was sent");
    return made;
  }

  void take(Node& node, ActionCode code) {
    const Action action = Action::of(code);
    if (action.kind == ActionKind::deliver) {
      const Envelope<Message>& envelope = messages_[action.message];
      protocol_.deliver(node, envelope.from, envelope.message, effects_);
    } else {
      protocol_.happen(node, Event{action.event_kind, kFree, action.argument, false}, effects_);
    }
  }

  std::pair<std::uint32_t, bool> number_of(NodeId id, Node node, Origin origin) {
    const std::uint64_t hash = hash_combine(protocol_.hash(node), id.value);
    const auto place = nodes_.intern(Named{id, std::move(node)}, hash);
    if (place.is_new) {
      origins_.push_back(origin);
      const std::size_t from = events_.size();
      protocol_.events(nodes_[place.number].node, events_);
      event_ranges_.emplace_back(from, events_.size() - from);
    }
    return {place.number, place.is_new};
  }
  std::uint32_t number_of(const Envelope<Message>& envelope) {
    const std::uint64_t ends = hash_combine(envelope.from.value, envelope.to.value);
    const std::uint64_t hash = hash_combine(ends, protocol_.hash(envelope.message));
    const std::uint32_t number = messages_.intern(envelope, hash).number;
    WT_ASSERT(number < kMostMessages, "an action can name the message");
    return number;
  }
  std::uint32_t number_of(NodeId id, std::vector<typename P::Fact> facts) {
    if (facts.empty()) id = NodeId{};
    std::uint64_t hash = id.value;
    for (const auto& fact : facts) hash = hash_combine(hash, protocol_.hash(fact));
    return batches_.intern(Facts{id, std::move(facts)}, hash).number;
  }

  // The step that has just filled `effects_`.
  LocalStep made(std::uint32_t node) {
    LocalStep step;
    step.node = node;
    step.batch = number_of(nodes_[node].id, std::move(effects_.facts));
    step.sent_at = static_cast<std::uint32_t>(sent_.size());
    step.sent = static_cast<std::uint32_t>(effects_.sent.size());
    for (Envelope<Message>& envelope : effects_.sent) {
      envelope.from = nodes_[node].id;
      sent_.push_back(number_of(envelope));
    }
    effects_.clear();
    return step;
  }

  template <class Of>
  const Digest* digests(std::size_t count, std::uint32_t number, DigestTable& table, Of of) {
    const std::size_t width = renamings_.size();
    if (table.is_there.size() <= number || !table.is_there[number]) {
      std::vector<Digest> made(width);
      for (std::size_t i = 0; i < width; ++i) made[i] = of(number, i);
      if (table.is_there.size() <= number) {
        table.is_there.resize(count + count / 2);
        table.values.resize((count + count / 2) * width);
      }
      std::copy(made.begin(), made.end(), table.values.begin() + number * width);
      table.is_there[number] = true;
    }
    return table.values.data() + number * width;
  }

  std::uint32_t message_image(std::uint32_t number, std::size_t by) {
    if (by == 0) return number;
    const Renaming& names = renamings_[by];
    const Envelope<Message>& envelope = messages_[number];
    return number_of(Envelope<Message>{names[envelope.from.value], names[envelope.to.value],
                                       protocol_.renamed(envelope.message, names)});
  }
  ActionCode code_image(ActionCode code, std::size_t by) {
    Action action = Action::of(code);
    if (action.kind == ActionKind::event) {
      action.node = renamings_[by][action.node.value];
    } else {
      action.message = message_image(action.message, by);
    }
    return action.code();
  }
  std::uint32_t node_image(std::uint32_t number, std::size_t by) {
    if (by == 0) return number;
    const std::uint64_t key = std::uint64_t{number} << 32 | by;
    const auto known = node_images_.find(key);
    if (known != node_images_.end()) return known->second;
    const Origin origin = origins_[number];
    std::uint32_t image = 0;
    if (origin.parent == kNone) {
      image = starts_[renamings_[by][nodes_[number].id.value].value];
    } else {
      const std::uint32_t parent = node_image(origin.parent, by);
      image = step(parent, code_image(origin.code, by), nullptr).node;
    }
    node_images_.emplace(key, image);
    return image;
  }
  void audit(std::uint32_t parent, ActionCode code, std::uint32_t node) {
    audit_ = false;  // the steps of the images are audited through their originals
    for (std::size_t by = 1; by < renamings_.size(); ++by) {
      const std::uint32_t other = node_image(parent, by);
      const std::uint32_t image = step(other, code_image(code, by), nullptr).node;
      if (image != node_image(node, by)) ++asymmetries_;
    }
    audit_ = true;
  }

  const P& protocol_;
  std::vector<Renaming> renamings_;
  bool audit_ = false;
  std::uint64_t asymmetries_ = 0;
  Pool<Named> nodes_;
  std::vector<Origin> origins_;  // of each node, the first found
  std::vector<Event> events_;
  std::vector<std::pair<std::size_t, std::size_t>> event_ranges_;  // of each node
  Pool<Envelope<Message>> messages_;
  Pool<Facts> batches_;
  std::vector<std::uint32_t> sent_;
  WordMap<LocalStep> steps_;            // by node << 32 | code
  WordMap<std::uint32_t> node_images_;  // by node << 32 | renaming
  std::vector<std::uint32_t> starts_;   // of each node
  std::vector<LocalStep> start_steps_;
  DigestTable node_digests_;
  DigestTable message_digests_;
  EffectsOf<P> effects_;
};

}  // namespace windtunnel::explore
