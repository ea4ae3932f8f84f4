// The concept of a pure protocol machine: inputs in, `Ready` out. A machine does no IO, holds no
// randomness and no absolute time, never suspends and is a regular value: copy, equality and hash
// cover its protocol state, so that it can be explored exhaustively as well as simulated.
#pragma once

#include <concepts>
#include <cstdint>

namespace windtunnel {

template <class M>
concept Machine = std::copyable<M> && std::equality_comparable<M> &&
    requires(M machine, const M& seen, const typename M::Input& input, typename M::Ready& ready) {
  // Takes one input to completion and appends the effects to the caller-owned `ready`.
  machine.step(input, ready);
  { seen.hash() } -> std::convertible_to<std::uint64_t>;
  ready.clear();
};

}  // namespace windtunnel
