// Actions of a group of nodes as one word: what happens, to whom, with which message or event.
#pragma once

#include <windtunnel/checkers/explore/protocol.h>
#include <windtunnel/checkers/explore/search.h>
#include <windtunnel/protocols/base/assert.h>

namespace windtunnel::explore {

inline constexpr std::size_t kMostNodes = 16;
inline constexpr std::uint32_t kMostMessages = std::uint32_t{1} << 28;

// deliver: a message leaves the network and arrives. duplicate: it arrives and stays. drop: it
// leaves and is lost.
enum class ActionKind : std::uint8_t { deliver = 0, duplicate = 1, drop = 2, event = 3 };

struct Action {
  ActionKind kind = ActionKind::deliver;
  std::uint32_t message = 0;
  NodeId node;  // of an event
  std::uint8_t event_kind = 0;
  std::uint16_t argument = 0;

  static constexpr std::uint32_t kKindShift = 30;
  ActionCode code() const {
    const auto top = static_cast<std::uint32_t>(kind) << kKindShift;
    if (kind != ActionKind::event) return top | message;
    return top | node.value << 24 | std::uint32_t{event_kind} << 16 | argument;
  }
  static Action of(ActionCode code) {
    Action action;
    action.kind = static_cast<ActionKind>(code >> kKindShift);
    if (action.kind != ActionKind::event) {
      action.message = code & (kMostMessages - 1);
      return action;
    }
    action.node = NodeId{code >> 24 & 0x3f};
    action.event_kind = static_cast<std::uint8_t>(code >> 16);
    action.argument = static_cast<std::uint16_t>(code);
    return action;
  }
};

}  // namespace windtunnel::explore
