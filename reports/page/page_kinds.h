// The kinds of records, and the types of messages, as the page numbers and describes them. Two
// services may use one number for different words, so each word that occurs gets a number of the
// page's own.
#pragma once

#include <windtunnel/reports/words/narrator.h>
#include <windtunnel/sim/trace/trace_file.h>

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel::reports {

// Text that came from a run, as JSON.
boost::json::string json_text(std::string_view text);

class PageKinds {
 public:
  // Both must outlive it.
  PageKinds(const TraceData& trace, const Narrator& narrator)
      : narrator_(narrator), trace_(trace) {}

  std::uint16_t number_of(const Record& record);
  // Of the type of a message; 0 for a record that is about none. A service's own number where no
  // other service has taken it.
  std::uint8_t type_of(const Record& record);
  // The simulator's kinds, and the words for which a number was asked; sources as they are named in
  // fields.js.
  boost::json::array table() const;
  // The names of the types for which a number was asked, by number.
  boost::json::object types() const;

 private:
  struct Word {
    const KindSpec* spec = nullptr;
    std::uint16_t kind = 0;     // RecordKind
    std::int64_t service = -1;  // position; none: nobody's
  };

  const Narrator& narrator_;
  const TraceData& trace_;
  std::vector<Word> words_;
  std::map<std::pair<std::int64_t, std::uint16_t>, std::uint16_t> numbers_;  // service, kind
  std::map<std::uint8_t, std::string> types_;                                // names
  std::map<std::pair<std::uint8_t, std::string>, std::uint8_t> type_numbers_;
};

}  // namespace windtunnel::reports
