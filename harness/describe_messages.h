// What the messages of the services that ship carry, in one line for people. Empty for bytes that
// are no whole message.
#pragma once

#include <windtunnel/protocols/base/bytes.h>

#include <string>

namespace windtunnel::scenarios {

std::string describe_raft_kv(BytesView message);
std::string describe_naive_kv(BytesView message);

}  // namespace windtunnel::scenarios
