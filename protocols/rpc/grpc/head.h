// Heads and trailers of gRPC as fields of HTTP/2 (gRPC PROTOCOL-HTTP2.md): taken apart field by
// field, and put together.
#pragma once

#include <windtunnel/protocols/base/time.h>
#include <windtunnel/protocols/rpc/metadata.h>
#include <windtunnel/protocols/rpc/status.h>

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::rpc {

// What arrived, of any of the kinds; what a kind does not have stays at its default.
struct Head {
  enum class ContentType : std::uint8_t { none, grpc, other };

  std::string path;
  bool is_post = false;
  unsigned http_status = 0;
  ContentType content_type = ContentType::none;
  std::optional<Duration> timeout;
  std::string encoding;  // grpc-encoding
  std::optional<StatusCode> status;
  std::string message;     // grpc-message, decoded
  bool malformed = false;  // a timeout or a binary value that is none
  std::size_t bytes = 0;   // as SETTINGS_MAX_HEADER_LIST_SIZE counts them
  Metadata metadata;

  // Takes one field. Beyond `most_bytes` fields are counted and dropped.
  void take(std::string_view name, std::string_view value, std::size_t most_bytes);
  void clear();
};

// Fields to send, in memory that is kept. Views must live until they were submitted.
class Fields {
 public:
  void clear();
  // Literals, which nghttp2 may refer to for ever.
  void add_literal(std::string_view name, std::string_view value);
  void add(std::string_view name, std::string_view value);
  // One that is different each time, and not worth a place in the table of the peer.
  void add_unique(std::string_view name, std::string_view value);
  // Leaves out what may not travel.
  void add(const Metadata& metadata);
  void add(const Status& status);
  // For one submission.
  const std::vector<nghttp2_nv>& view();

 private:
  struct Field {
    std::string_view name;
    std::string_view value;
    std::uint8_t flags = 0;
    // Of what was encoded: where it stands in scratch_.
    bool is_encoded = false;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  std::vector<Field> fields_;
  std::string scratch_;
  std::vector<nghttp2_nv> view_;
};

}  // namespace windtunnel::rpc
