// Histories in the forms of other tools, as events in Jepsen's sense.
//
// - Transactions in sessions, which tell no time (Plume, PolySI, Cobra, dbcop): a completion stands
//   for the whole transaction, its session for the process. See `Knowledge`.
// - Jepsen's log, as Porcupine has it of etcd: lines with process, type, f and value.
// - A table of calls and returns: CSV, an operation a line.
#pragma once

#include <windtunnel/checkers/history/history.h>

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace windtunnel::checkers {

using EventsResult = boost::system::result<std::vector<Event>, ReadError>;

struct Format {
  std::string_view name;  // as --from takes it
  std::string_view doc;
};
// The first is that of Jepsen, which `EventReader` reads.
const std::vector<Format>& formats();

// The name of the format that the file or folder has: Jepsen's unless it is clear that it has
// another one.
std::string_view format_of(const std::string& path);

// The events of a file, or of a folder where the format has one, in that format, which is not
// Jepsen's. Errors of the file system have line 0. A last line that has no end and cannot be read
// is left out where something was read before it: the process that wrote it was ended. `cut` says
// what is wrong with it.
EventsResult read_format(const std::string& path, std::string_view format,
                         std::optional<ReadError>& cut);

// --- By format, from the text ---

// r(key,value,session,transaction) and w(...), a line each: Plume's, and PolySI's text. Transaction
// -1 was aborted. A read of 0 saw the initial state, unless somebody wrote 0 there.
EventsResult events_of_plume(std::string_view text);
// dbcop's JSON, and its lines of [x:=1 y==2] with sessions between dashes.
EventsResult events_of_dbcop_json(std::string_view text);
EventsResult events_of_dbcop_text(std::string_view text);
// dbcop's binary form, as bincode writes it. A read of 0 saw the initial state as above.
EventsResult events_of_dbcop_binary(std::string_view bytes);
// Cobra's log of one client, whose session is named. The values are Cobra's ids of writes.
EventsResult events_of_cobra(std::string_view bytes, const Value& session);
// Lines that tell no operation are left out, as a log has many.
EventsResult events_of_jepsen_log(std::string_view text);
// The first line names the columns; sorted by time.
EventsResult events_of_table(std::string_view text);

// Does the text begin as one of them? Of a beginning it is enough.
bool is_plume(std::string_view text);
bool is_dbcop_json(std::string_view text);
bool is_dbcop_text(std::string_view text);
bool is_jepsen_log(std::string_view text);
bool is_table(std::string_view text);

// Transactions as events, in the order of their sessions.
struct ListedTransaction {
  Value session;
  std::vector<Value> accesses;  // [:w k v] or [:r k v]
  bool committed = true;
  std::uint32_t line = 0;
};
std::vector<Event> events_of(std::vector<ListedTransaction> transactions);
Value access_of(bool write, Value key, Value value);
// Makes nil of reads of `initial`, where nobody wrote that to the key.
void name_initial(std::vector<ListedTransaction>& transactions, const Value& initial);

}  // namespace windtunnel::checkers
