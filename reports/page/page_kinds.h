// The kinds of records as the page numbers and describes them. Two services may use one number for
// different words, so each word that occurs gets a number of the page's own.
#pragma once

#include <windtunnel/reports/words/vocabulary.h>
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
  explicit PageKinds(const TraceData& trace) : vocabulary_(trace.dictionary), trace_(trace) {}

  std::uint16_t number_of(const Record& record);
  // The simulator's kinds, and the words for which a number was asked; sources as they are named in
  // fields.js.
  boost::json::array table() const;

 private:
  struct Word {
    const KindSpec* spec = nullptr;
    std::uint16_t kind = 0;     // RecordKind
    std::int64_t service = -1;  // position; none: nobody's
  };

  Vocabulary vocabulary_;
  const TraceData& trace_;
  std::vector<Word> words_;
  std::map<std::pair<std::int64_t, std::uint16_t>, std::uint16_t> numbers_;  // service, kind
};

}  // namespace windtunnel::reports
