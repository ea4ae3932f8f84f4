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

// What only the services know about their messages. Both may be empty.
struct MessageWords {
  // What the sender calls its messages of this class ("append"); empty when it has no name.
  std::function<std::string(NodeId sender, std::uint8_t type)> name;
  // One line about the content of such a message.
  std::function<std::string(NodeId sender, std::uint8_t type, BytesView bytes)> describe;
};

// "5.312450 s"
std::string format_time(std::int64_t ns);
// "1.5 ms": three significant digits.
std::string format_duration(std::int64_t ns);

class Narrator {
 public:
  // Both must outlive the narrator.
  Narrator(const TraceData& trace, const MessageWords& words)
      : trace_(trace), words_(words), vocabulary_(trace.dictionary) {}

  std::string node(NodeId node) const;
  // The class of the message that the record is about; "message 0x60" where it has no name.
  std::string message(const Record& record) const;
  // The sentence for a record, without time and node.
  std::string sentence(const Record& record) const;
  // "18231  5.312450 s  n2  becomes leader in term 3"; with what a message carries.
  std::string line(std::uint64_t number) const;
  // "0.512000 s  n2  info: text"
  std::string line(const LogLine& said) const;
  // Name and text of each field that the kind has.
  std::vector<std::pair<std::string, std::string>> fields(const Record& record) const;
  // The service's line about what the message of a record carries, where its bytes were kept.
  std::string content(std::uint64_t number) const;

  const KindSpec& spec_of(const Record& record) const { return vocabulary_.spec_of(record); }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::string text_of(const FieldSpec& field, const Record& record) const;
  // Of a word alone: a role is one of those that everybody has.
  std::string text_of(FieldType type, std::uint64_t word) const;

 private:
  std::string nodes(std::uint64_t set) const;

  const TraceData& trace_;
  const MessageWords& words_;
  Vocabulary vocabulary_;
};

}  // namespace windtunnel::reports
