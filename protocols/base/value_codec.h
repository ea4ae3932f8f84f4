// Values as bytes, for services that talk in the words of their clients' operations. Equal bytes
// for values that are written alike; a list or vector, a map or set keeps the order it has.
#pragma once

#include <windtunnel/protocols/base/codec.h>
#include <windtunnel/protocols/base/value.h>

namespace windtunnel {

inline constexpr int kMaxValueDepth = 64;

// Nested no deeper than kMaxValueDepth.
void write_value(Writer& writer, const Value& value);
// Input is untrusted: what no writer made turns the reader bad, and nil is returned.
Value read_value(Reader& reader);

}  // namespace windtunnel
