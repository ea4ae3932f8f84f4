// The operations of a history as columns, in the order of their invocations: where each lies on the
// axis, in which row, how it ended, and its texts. For every page that shows operations.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/reports/page/columns.h>

#include <cstdint>
#include <string>

namespace windtunnel::reports {

// What the axis shows.
enum class Axis : std::uint8_t {
  time,   // ns
  order,  // the positions of the events: for a history without times, or whose times go back
};

// How a history is drawn; the usual is that of a run.
struct OperationView {
  Axis axis = Axis::time;
  std::int64_t origin_ns = 0;  // the time that the axis begins at
  bool tuples = false;  // values are tuples [key value], as Jepsen's `independent` makes them
};

// That fits the history. Times that begin more than an hour after 0 are told from the first one on.
OperationView view_of(const checkers::History& history);
// Where an event lies on the axis.
std::int64_t place_on(const OperationView& view, const checkers::History& history,
                      std::uint32_t position);

// A value as the page shows one: empty for nil, and a long one is cut, and says so.
std::string shown_text(const checkers::Value& value);

// How many rows there are: one a client, reused by the processes that follow it.
std::uint32_t write_operations(const checkers::History& history, const OperationView& view,
                               ColumnWriter& columns, TextTable& texts);

}  // namespace windtunnel::reports
