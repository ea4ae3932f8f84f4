// Says records in words: "sends append to n2", "becomes leader in term 3".
#pragma once

#include <windtunnel/protocols/base/utf8.h>
#include <windtunnel/reports/words/vocabulary.h>
#include <windtunnel/sim/trace/trace_file.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::reports {

// What only the service knows about its messages. Both may be empty.
struct MessageWords {
  // The name of messages with this first byte ("append"); empty when there is none.
  std::function<std::string(std::uint8_t first_byte)> name;
  // One line about a message's content.
  std::function<std::string(BytesView)> describe;
};

// "5.312450 s"
std::string format_time(std::int64_t ns);
// "1.5 ms": three significant digits.
std::string format_duration(std::int64_t ns);

class Narrator {
 public:
  // Both must outlive the narrator.
  Narrator(const TraceData& trace, const MessageWords& words) : trace_(trace), words_(words) {}

  std::string node(NodeId node) const;
  // "0x60" where the service gives no name.
  std::string message(std::uint8_t first_byte) const;
  // The sentence for a record, without time and node.
  std::string sentence(const Record& record) const;
  // "18231  5.312450 s  n2  becomes leader in term 3"
  std::string line(std::uint64_t number) const;
  // "0.512000 s  n2  info: text"
  std::string line(const LogLine& said) const;
  // Name and text of each field that the kind has.
  std::vector<std::pair<std::string, std::string>> fields(const Record& record) const;
  // The service's line about the bytes kept for a record; empty when there are none.
  std::string content(std::uint64_t number) const;

  std::string text_of(FieldType type, std::uint64_t word) const;

 private:
  std::string nodes(std::uint64_t set) const;

  const TraceData& trace_;
  const MessageWords& words_;
};

}  // namespace windtunnel::reports
