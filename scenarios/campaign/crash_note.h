// What a worker says when the code under test kills it: the signal, and where the run was.
#pragma once

namespace windtunnel::scenarios {

// From now on a fatal signal of this process first writes the signal, seed, event and node to
// stderr. For worker processes.
void install_crash_note();

}  // namespace windtunnel::scenarios
