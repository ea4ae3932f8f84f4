// A path as it can be told and repeated without the search that found it: messages are named by the
// step that sent them. `tell` repeats it on fresh nodes and says what happens, step by step.
#pragma once

#include <windtunnel/checkers/explore/actions.h>

#include <algorithm>
#include <string>
#include <vector>

namespace windtunnel::explore {

// One action. `sent_at` and `ordinal` name a message: that step sent it, as so-manieth; step 0 is
// the start of all nodes.
struct PortableAction {
  ActionKind kind = ActionKind::deliver;
  NodeId node;  // of an event
  std::uint8_t event_kind = 0;
  std::uint16_t argument = 0;
  std::uint32_t sent_at = 0;
  std::uint32_t ordinal = 0;
  friend bool operator==(const PortableAction&, const PortableAction&) = default;
};
using PortablePath = std::vector<PortableAction>;

struct StoryStep {
  std::string what;                  // "n2 gets request-vote term=1 ... from n1 (sent in step 1)"
  std::vector<std::string> effects;  // what its node says and sends
};

struct Story {
  std::vector<StoryStep> steps;
  // What must not be, in one sentence; empty where nothing is wrong.
  std::string violation;
};

// Without its last step, which is named only: protocol code ended the process in it.
enum class LastStep : std::uint8_t { taken, crashes };

template <Protocol P>
class Storyteller {
 public:
  explicit Storyteller(const P& protocol) : protocol_(protocol), ghost_(protocol.ghost()) {}

  Story tell(const PortablePath& path, LastStep last) {
    begin();
    for (std::size_t i = 0; i < path.size(); ++i) {
      const bool is_taken = last == LastStep::taken || i + 1 < path.size();
      take(path[i], is_taken);
    }
    return std::move(story_);
  }

 private:
  using Message = typename P::Message;

  void begin() {
    sent_.emplace_back();
    for (std::uint32_t i = 0; i < protocol_.size(); ++i) {
      effects_.clear();
      nodes_.push_back(protocol_.start(NodeId{i}, effects_));
      account(NodeId{i}, nullptr);
    }
  }

  void take(const PortableAction& action, bool is_taken) {
    StoryStep& step = story_.steps.emplace_back();
    effects_.clear();
    sent_.emplace_back();
    if (action.kind == ActionKind::event) {
      const Event event{action.event_kind, kFree, action.argument, false};
      step.what = name_of(action.node) + ": " + protocol_.describe(event);
      if (!is_taken) return;
      protocol_.happen(nodes_[action.node.value], event, effects_);
      return account(action.node, &step);
    }
    const Envelope<Message> envelope = sent_[action.sent_at][action.ordinal];
    const std::string message = protocol_.describe(envelope.message) + " from " +
                                name_of(envelope.from) + " (sent in step " +
                                std::to_string(action.sent_at) + ")";
    if (action.kind == ActionKind::drop) {
      step.what = "the network loses " + message + " to " + name_of(envelope.to);
      return;
    }
    const bool stays = action.kind == ActionKind::duplicate;
    step.what = name_of(envelope.to) + " gets " + (stays ? "a copy of " : "") + message;
    if (!is_taken) return;
    protocol_.deliver(nodes_[envelope.to.value], envelope.from, envelope.message, effects_);
    account(envelope.to, &step);
  }

  void account(NodeId node, StoryStep* step) {
    for (const auto& fact : effects_.facts) {
      ghost_.take(sent_.size() - 1, node, fact);
      std::string text = protocol_.describe(fact);
      if (step != nullptr && !text.empty()) step->effects.push_back(std::move(text));
    }
    for (Envelope<Message>& envelope : effects_.sent) {
      envelope.from = node;
      sent_.back().push_back(envelope);
      if (step == nullptr) continue;
      step->effects.push_back("sends " + name_of(envelope.to) + " " +
                              protocol_.describe(envelope.message));
    }
    effects_.clear();
    if (step != nullptr && story_.violation.empty()) story_.violation = violation();
  }

  std::string violation() const {
    if (const auto text = ghost_.violation()) return *text;
    if constexpr (requires { protocol_.violation(std::vector<const typename P::Node*>{}); }) {
      std::vector<const typename P::Node*> nodes;
      for (const auto& node : nodes_) nodes.push_back(&node);
      return protocol_.violation(nodes).value_or("");
    }
    return {};
  }

  const P& protocol_;
  typename P::Ghost ghost_;
  std::vector<typename P::Node> nodes_;
  std::vector<std::vector<Envelope<Message>>> sent_;  // by step
  EffectsOf<P> effects_;
  Story story_;
};

template <Protocol P>
Story tell(const P& protocol, const PortablePath& path, LastStep last = LastStep::taken) {
  return Storyteller<P>(protocol).tell(path, last);
}

// Numbered lines, each step with what comes of it below, and the violation last.
std::string to_text(const Story& story);

}  // namespace windtunnel::explore
