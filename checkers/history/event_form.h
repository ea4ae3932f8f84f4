// One event of a history as one form of EDN or JSON: a map with the keys that Jepsen uses.
#pragma once

#include <windtunnel/checkers/history/history.h>

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>

namespace windtunnel::checkers {

// The event that the form at `line` says; a form with neither `:process` nor `:f` is a transaction.
boost::system::result<Event, ReadError> event_of(Value form, std::uint32_t line);

// One event as a line without its newline; keys in the order index, time, type, process, f, value,
// error, then the unknown ones. `index` is the event's own, `time` and `error` are left out when
// absent.
std::string event_to_edn(const Event& event);
std::string event_to_json(const Event& event);
// The same, behind what is in `out`.
void append_event_edn(const Event& event, std::string& out);
void append_event_json(const Event& event, std::string& out);

}  // namespace windtunnel::checkers
