// Transactions in sessions: the forms of Plume, PolySI, Cobra and dbcop.
#include <windtunnel/checkers/history/formats.h>

#include <windtunnel/checkers/history/edn.h>
#include <windtunnel/checkers/history/json_lines.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace windtunnel::checkers {
namespace {

constexpr std::string_view kLineBlanks = " \t\r";

// The lines of a text, each without its end and the blanks around it.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    line.remove_prefix(std::min(line.find_first_not_of(kLineBlanks), line.size()));
    line = line.substr(0, line.find_last_not_of(kLineBlanks) + 1);
    ++number_;
    return true;
  }
  std::uint32_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::uint32_t number_ = 0;
};

// An integer at the beginning of the text, which it leaves.
bool take_integer(std::string_view& text, std::int64_t& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  return true;
}
bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

struct PlumeAccess {
  bool write = false;
  std::int64_t key = 0, value = 0, session = 0, transaction = 0;
};

bool parse_plume(std::string_view line, PlumeAccess& out) {
  out.write = line.starts_with('w');
  if (!out.write && !line.starts_with('r')) return false;
  line.remove_prefix(1);
  return take(line, "(") && take_integer(line, out.key) && take(line, ",") &&
         take_integer(line, out.value) && take(line, ",") && take_integer(line, out.session) &&
         take(line, ",") && take_integer(line, out.transaction) && line == ")";
}

// --- dbcop ---

const Value* field(const Value& object, std::string_view name) {
  return object.kind() == Value::Kind::map ? object.find(name) : nullptr;
}

// {"Read": {"variable": k, "version": v}}, ["r", k, v], or {"write": false, "variable": k, "value":
// v, "success": true}; nil where it is none of them, or did not succeed.
bool take_dbcop_event(const Value& event, ListedTransaction& into, bool& numbered) {
  if (event.is_sequence() && event.items().size() == 3 && event.items()[0].is_name()) {
    const std::string_view name = event.items()[0].text();
    if (name != "r" && name != "w") return false;
    into.accesses.push_back(access_of(name == "w", event.items()[1], event.items()[2]));
    return true;
  }
  for (const bool write : {false, true}) {
    const Value* const inner = field(event, write ? "Write" : "Read");
    if (inner == nullptr) continue;
    const Value* const key = field(*inner, "variable");
    const Value* const value = field(*inner, "version");
    if (key == nullptr) return false;
    into.accesses.push_back(access_of(write, *key, value == nullptr ? Value() : *value));
    return true;
  }
  const Value* const write = field(event, "write");
  const Value* const key = field(event, "variable");
  const Value* const value = field(event, "value");
  const Value* const success = field(event, "success");
  if (write == nullptr || key == nullptr || value == nullptr) return false;
  numbered = true;
  if (success != nullptr && !success->truth()) return true;
  into.accesses.push_back(access_of(write->truth(), *key, *value));
  return true;
}

// Bytes in an order that the format names; past the end everything is zero and `failed`.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  bool failed() const { return failed_; }
  std::size_t left() const { return rest_.size(); }
  std::uint8_t byte() {
    if (rest_.empty()) failed_ = true;
    if (failed_) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::uint64_t little() {
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number |= std::uint64_t{byte()} << (8 * i);
    return number;
  }
  std::int64_t big() {
    std::uint64_t number = 0;
    for (int i = 0; i < 8; ++i) number = number << 8 | byte();
    return static_cast<std::int64_t>(number);
  }
  void skip(std::uint64_t count) {
    failed_ = failed_ || count > rest_.size();
    if (!failed_) rest_.remove_prefix(count);
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

Value number_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

ListedTransaction read_dbcop_transaction(Bytes& in) {
  ListedTransaction one;
  const std::uint64_t events = in.little();
  for (std::uint64_t e = 0; e < events && !in.failed(); ++e) {
    const bool write = in.byte() != 0;
    Value key = number_of(in.little());
    Value value = number_of(in.little());
    const bool success = in.byte() != 0;
    if (success) one.accesses.push_back(access_of(write, std::move(key), std::move(value)));
  }
  one.committed = in.byte() != 0;
  return one;
}

bool is_name_part(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// x:=1, x==1 or x==? at the beginning of the text, which it leaves.
bool take_dbcop_access(std::string_view& text, ListedTransaction& into) {
  std::size_t length = 0;
  while (length < text.size() && is_name_part(text[length])) ++length;
  if (length == 0) return false;
  Value key = Value::keyword(text.substr(0, length));
  text.remove_prefix(length);
  const bool write = take(text, ":=");
  if (!write && !take(text, "==")) return false;
  Value value;
  std::int64_t number = 0;
  if (take_integer(text, number))
    value = number;
  else if (write || !take(text, "?"))
    return false;
  into.accesses.push_back(access_of(write, std::move(key), std::move(value)));
  return true;
}

// [x:=1 y==2] or [...]! at the beginning of the text, which it leaves.
bool take_dbcop_transaction(std::string_view& text, ListedTransaction& into) {
  const auto skip = [&text] {
    text.remove_prefix(std::min(text.find_first_not_of(kLineBlanks), text.size()));
  };
  if (!take(text, "[")) return false;
  for (skip(); !take(text, "]"); skip()) {
    if (!take_dbcop_access(text, into)) return false;
  }
  into.committed = !take(text, "!");
  skip();
  return true;
}

ReadError wrong_line(const Lines& lines, std::string_view wanted) {
  return {lines.number(), 0, fmt::format("not {}", wanted)};
}

}  // namespace

bool is_plume(std::string_view text) {
  Lines lines(text);
  std::string_view line;
  while (lines.next(line) && line.empty()) {
  }
  PlumeAccess access;
  return parse_plume(line, access);
}

EventsResult events_of_plume(std::string_view text) {
  std::vector<ListedTransaction> all;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> places;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.empty()) continue;
    PlumeAccess access;
    if (!parse_plume(line, access)) {
      return wrong_line(lines, "r(key,value,session,transaction) or w(...)");
    }
    const bool aborted = access.transaction == -1;
    const std::pair id(access.session, access.transaction);
    const auto [place, added] = places.try_emplace(id, all.size());
    if (added || aborted) {
      place->second = all.size();
      all.push_back({access.session, {}, !aborted, lines.number()});
    }
    all[place->second].accesses.push_back(access_of(access.write, access.key, access.value));
  }
  name_initial(all, 0);
  return events_of(std::move(all));
}

bool is_dbcop_json(std::string_view text) {
  const auto next = [&text] {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  };
  next();
  const bool listed = take(text, "[");
  next();
  if (listed && !take(text, "[")) return false;
  next();
  if (!take(text, "{")) return false;
  next();
  return take(text, listed ? "\"events\"" : "\"params\"");
}

EventsResult events_of_dbcop_json(std::string_view text) {
  JsonReader reader;
  Value all;
  if (reader.read(text, all) != JsonReader::Result::value) {
    const std::string_view before = text.substr(0, reader.position());
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    return ReadError{static_cast<std::uint32_t>(line), 0, reader.reason()};
  }
  const Value* const data = field(all, "data");
  const Value& sessions = data == nullptr ? all : *data;
  std::vector<ListedTransaction> transactions;
  bool numbered = false;
  for (std::size_t s = 0; s < sessions.items().size(); ++s) {
    for (const Value& form : sessions.items()[s].items()) {
      const Value* const events = field(form, "events");
      const Value* committed = field(form, "committed");
      if (committed == nullptr) committed = field(form, "success");
      const std::string which = fmt::format("transaction {}", transactions.size());
      if (events == nullptr || committed == nullptr) {
        return ReadError{1, 0, which + " has no \"events\" or no \"committed\""};
      }
      ListedTransaction one;
      one.session = static_cast<std::int64_t>(s);
      one.committed = committed->truth();
      for (const Value& event : events->items()) {
        if (take_dbcop_event(event, one, numbered)) continue;
        return ReadError{1, 0, fmt::format("{}: {} is no event of dbcop", which, to_edn(event))};
      }
      transactions.push_back(std::move(one));
    }
  }
  if (numbered) name_initial(transactions, 0);
  return events_of(std::move(transactions));
}

bool is_dbcop_text(std::string_view text) {
  Lines lines(text);
  std::string_view line;
  while (lines.next(line) && (line.empty() || line.starts_with("//"))) {
  }
  ListedTransaction one;
  return take_dbcop_transaction(line, one) && !one.accesses.empty();
}

EventsResult events_of_dbcop_text(std::string_view text) {
  std::vector<ListedTransaction> transactions;
  std::int64_t session = 0;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.empty() || line.starts_with("//")) continue;
    if (line.find_first_not_of('-') == std::string_view::npos) {
      ++session;
      continue;
    }
    while (!line.empty()) {
      ListedTransaction one;
      one.session = session;
      one.line = lines.number();
      if (!take_dbcop_transaction(line, one)) {
        return wrong_line(lines, "[x:=1 y==2 z==?], with a ! behind it if it was not committed");
      }
      if (!one.accesses.empty()) transactions.push_back(std::move(one));
    }
  }
  return events_of(std::move(transactions));
}

EventsResult events_of_dbcop_binary(std::string_view bytes) {
  Bytes in(bytes);
  constexpr int kNumbers = 5;  // id, nodes, variables, transactions, events
  constexpr int kTexts = 3;    // info, start, end
  for (int i = 0; i < kNumbers; ++i) in.little();
  for (int i = 0; i < kTexts; ++i) in.skip(in.little());
  std::vector<ListedTransaction> transactions;
  const std::uint64_t sessions = in.little();
  for (std::uint64_t s = 0; s < sessions && !in.failed(); ++s) {
    const std::uint64_t count = in.little();
    for (std::uint64_t t = 0; t < count && !in.failed(); ++t) {
      transactions.push_back(read_dbcop_transaction(in));
      transactions.back().session = number_of(s);
    }
  }
  if (in.failed() || !in.at_end()) {
    return ReadError{
        1, 0,
        fmt::format("no history of dbcop: it ends {} byte {}",
                    in.failed() ? "too early, behind" : "before", bytes.size() - in.left())};
  }
  name_initial(transactions, 0);
  return events_of(std::move(transactions));
}

EventsResult events_of_cobra(std::string_view bytes, const Value& session) {
  constexpr std::int64_t kInitial = 0xbebeebee;
  constexpr std::int64_t kNull = 0xdeadbeef;
  std::vector<ListedTransaction> transactions;
  Bytes in(bytes);
  bool open = false;
  const auto wrong = [&](std::string_view why) {
    return ReadError{1, 0,
                     fmt::format("no log of Cobra: {} at byte {}", why, bytes.size() - in.left())};
  };
  while (!in.at_end()) {
    const char what = static_cast<char>(in.byte());
    if (open == (what == 'S')) return wrong("a transaction begins or goes on where it cannot");
    if (what == 'S') {
      in.big();
      transactions.push_back({session, {}, true, 0});
      open = true;
    } else if (what == 'C') {
      in.big();
      open = false;
    } else if (what == 'W') {
      Value id = in.big();
      Value key = in.big();
      in.big();
      transactions.back().accesses.push_back(access_of(true, std::move(key), std::move(id)));
    } else if (what == 'R') {
      in.big();
      const std::int64_t id = in.big();
      Value key = in.big();
      in.big();
      Value value = id == kInitial || id == kNull ? Value() : Value(id);
      transactions.back().accesses.push_back(access_of(false, std::move(key), std::move(value)));
    } else {
      return wrong("no S, C, W or R");
    }
    if (in.failed()) return wrong("it ends too early");
  }
  // A client that was ended within its last transaction may have committed it.
  std::vector<Event> events = events_of(std::move(transactions));
  if (open) events.back().type = EventType::info;
  return events;
}

}  // namespace windtunnel::checkers
