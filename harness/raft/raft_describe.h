// What a message of Raft carries, in words.
#pragma once

#include <windtunnel/protocols/raft/message.h>

#include <string>

namespace windtunnel::explore {

// The words for the payload of an entry.
using PayloadWords = std::string (*)(BytesView payload);

// "term=3 after=7/2 commit=6 entries=[8/3 'x']".
std::string describe_message(const raft::Message& message, PayloadWords words);

}  // namespace windtunnel::explore
