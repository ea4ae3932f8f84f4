#include <windtunnel/protocols/asio/port_table.h>

namespace windtunnel {

Result<Port> AsioPortTable::ephemeral() {
  for (unsigned tried = 0; tried <= UINT16_MAX - kFirstEphemeralPort; ++tried) {
    const bool wraps = last_ < kFirstEphemeralPort || last_ == UINT16_MAX;
    last_ = wraps ? kFirstEphemeralPort : static_cast<Port>(last_ + 1);
    if (taken_.count(last_) == 0) return last_;
  }
  return make_error_code(Errc::overloaded);
}

Result<Port> AsioPortTable::claim(Port wanted) {
  if (wanted == 0) {
    const Result<Port> found = ephemeral();
    if (!found) return found;
    wanted = *found;
  }
  if (!taken_.insert(wanted).second) return make_error_code(Errc::address_in_use);
  return wanted;
}

}  // namespace windtunnel
