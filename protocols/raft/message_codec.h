// Messages as bytes. The first byte is the MessageKind; a CRC-32C at the end covers everything
// before it, so that a message damaged by the network is noticed and dropped. Input is untrusted.
#pragma once

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/result.h>
#include <windtunnel/protocols/raft/message.h>

namespace windtunnel::raft {

// Appends the encoded message to `out`, which the caller clears and reuses.
void encode(const Message& message, Bytes& out);

class MessageDecoder {
 public:
  // Errc::corrupt where `bytes` is not a whole, undamaged message. Message::to is not set. Reuses
  // the storage of entries once the message decoded before is gone or overwritten.
  Result<void> decode(BytesView bytes, Message& message);

 private:
  SliceBuilder entries_;
};

// One entry without its hash, as in messages; for the host's log files as well.
void encode(Writer& writer, const Entry& entry);
// Term, kind and payload; makes the reader bad where the kind is unknown.
Entry decode_entry(Reader& reader);

// For the head of snapshot files.
void encode(Writer& writer, const SnapshotMeta& snapshot);
SnapshotMeta decode_snapshot_meta(Reader& reader);

}  // namespace windtunnel::raft
