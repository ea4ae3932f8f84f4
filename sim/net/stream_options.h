// The numbers of the kernels' stream implementation.
#pragma once

#include <windtunnel/protocols/base/time.h>

#include <cstdint>

namespace windtunnel {

struct StreamOptions {
  std::uint32_t segment_bytes = 8 * 1024;
  std::uint32_t send_buffer = 256 * 1024;
  std::uint32_t receive_window = 256 * 1024;
  // Connections that are not accepted yet; a listener refuses further ones, as that of the real
  // world does.
  std::uint32_t accept_limit = 128;
  // How long a connect tries before it says unreachable, and how long it waits for the first
  // answer; then twice as long each time.
  Duration connect_timeout = seconds(5);
  Duration connect_retry = seconds(1);
  // The retransmission timeout follows the measured round trip within these bounds and doubles with
  // each attempt.
  Duration least_timeout = milliseconds(200);
  Duration greatest_timeout = seconds(5);
  // A stream whose peer answers nothing for so long says timed_out. The peer does not learn of it.
  Duration give_up = seconds(30);
  // How long a closed end goes on answering its peer.
  Duration linger = seconds(2);
};

}  // namespace windtunnel
