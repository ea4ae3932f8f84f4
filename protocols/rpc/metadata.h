// What travels with a call beside its messages: pairs of a name and a value, in order, a name as
// often as one likes (gRPC PROTOCOL-HTTP2.md, Custom-Metadata).
//
// Names are lower-case. The value of a name that ends in "-bin" is any bytes, which the wire
// carries in base64; that of any other name is printable ASCII.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::rpc {

class Metadata {
 public:
  struct Entry {
    std::string_view name;
    std::string_view value;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  // Copies both. Whoever sends it leaves out what `may_travel` refuses.
  void add(std::string_view name, std::string_view value);
  // The first value of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  // Views into this; void once anything is added.
  Entry operator[](std::size_t index) const;
  // Keeps its memory.
  void clear();
  friend bool operator==(const Metadata& a, const Metadata& b);

 private:
  struct Ends {
    std::uint32_t name;
    std::uint32_t value;
    friend bool operator==(const Ends&, const Ends&) = default;
  };
  std::string text_;  // names and values, one after the other
  std::vector<Ends> ends_;
};

inline bool is_binary_name(std::string_view name) { return name.ends_with("-bin"); }
// Whether an application may send this: digits, letters, '_', '-' and '.', and no name that the
// protocol uses itself; a value as above.
bool may_travel(const Metadata::Entry& entry);

// The value of a "-bin" name as it stands on the wire: base64 without padding. Appends.
void append_base64(std::string& out, std::string_view bytes);
// Appends; takes it padded and unpadded. False where it is none.
bool append_from_base64(std::string& out, std::string_view text);
// Adds what stands on the wire: of a "-bin" name each of the values that commas separate. False,
// and what came before stays, where one is no base64.
bool add_from_wire(Metadata& metadata, std::string_view name, std::string_view value);

}  // namespace windtunnel::rpc
