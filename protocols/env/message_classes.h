// How the messages of a service are told apart by whoever watches or disturbs them: rules, traces,
// reports. Delivery does not depend on it.
//
// A class is a small number with a name from the service's table of messages. By default it is the
// first byte of a message. Bytes of a stream belong to no message unless the service says where
// one ends: then rules act on whole messages inside its streams, too.
#pragma once

#include <windtunnel/protocols/base/bytes.h>
#include <windtunnel/protocols/env/transport.h>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace windtunnel {

// The frame with which the bytes of a stream go on: how a message stands there.
struct StreamFrame {
  // Of the whole frame, as soon as its first bytes tell; 0 before that. May be more than is there.
  std::size_t size = 0;
  // How many of its bytes come before the message.
  std::size_t header = 0;
  // These bytes begin no frame: nothing of this stream can be told apart any more.
  bool malformed = false;
};

struct MessageClasses {
  // `port` is that of the service's end, which clients know. A message in a stream is given without
  // its header. Absent: the first byte.
  std::function<std::uint8_t(Port port, BytesView message)> classify;
  // Cuts what is written to a stream; `bytes` are not empty and go on after the last frame. Absent:
  // the service's streams have no messages.
  std::function<StreamFrame(Port port, BytesView bytes)> frame;
};

}  // namespace windtunnel
