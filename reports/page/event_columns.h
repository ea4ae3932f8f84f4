// The selected records as columns, and beside them what a run knows of its client operations.
#pragma once

#include <windtunnel/reports/page/columns.h>
#include <windtunnel/reports/page/page_kinds.h>
#include <windtunnel/reports/page/selection.h>
#include <windtunnel/reports/words/narrator.h>

#include <vector>

namespace windtunnel::reports {

// Rows are positions in the selection, from 0; columns that name a row hold row + 1, and 0 for
// none.
class EventColumns {
 public:
  // `kinds` gets to know which words occur. All must outlive the columns.
  EventColumns(const RecordedRun& run, const Selection& selection, const Narrator& narrator,
               PageKinds& kinds);

  // `texts` takes the messages' descriptions.
  void write(ColumnWriter& columns, TextTable& texts) const;
  // The row + 1 of a record; 0 when the page does not show it.
  std::uint32_t row_of(std::uint64_t number) const;

 private:
  void add_row(std::uint32_t number);
  std::uint32_t origin_of(std::uint32_t number);
  std::uint32_t shown_cause(std::uint32_t number) const;
  void add_words(std::uint32_t number, std::uint32_t origin);

  const TraceData& trace_;
  const Selection& selection_;
  const Narrator& narrator_;
  PageKinds& kinds_;
  std::vector<std::uint32_t> rows_;  // by record number - 1: row + 1
  std::vector<bool> delivered_;      // by record number - 1: a send that arrived
  std::vector<double> time_;
  std::vector<std::uint16_t> kind_, aux_, node_, peer_;
  std::vector<std::uint8_t> type_, flags_, words_bytes_;
  std::vector<std::uint32_t> cause_, origin_, words_at_, link_row_, link_parent_;
};

// Of each operation of the run's history the rows of its records, and whether a witness names it.
void write_calls(const RecordedRun& run, const EventColumns& events, ColumnWriter& columns);

}  // namespace windtunnel::reports
