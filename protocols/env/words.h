// What a protocol's observations mean, as data. A protocol brings a table of its words; triggers,
// coverage, reports and exports read it and know no protocol.
//
//   enum class Word : std::uint16_t { prepared = 1000, decided, end };
//   inline constexpr ObservationWord kTable[] = {
//       {observed(Word::prepared), "prepared", "prepares transaction {txn}", {{{"txn"}}}},
//       {observed(Word::decided), "decided", "decides transaction {txn}: {commit}",
//        {{{"txn"}, {"commit", FieldType::truth}}}, Weight::news},
//   };
//   inline constexpr ProtocolWords kWords{kTable};
//   static_assert(flaw_of(kWords, Word::prepared, Word::end).empty());
//
// A scenario may then say `when: event kind=prepared txn=7`.
#pragma once

#include <windtunnel/protocols/env/observation.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace windtunnel {

// How a word of a record is read.
enum class FieldType : std::uint8_t {
  number,
  hex,       // a digest
  name,      // the hash of a registered text
  node,      // a node's id
  voter,     // node + 1, or 0 for nobody
  endpoint,  // node << 16 | port
  duration,  // ns
  offset,    // signed ns
  signed_number,
  role,      // the position of a role in the protocol's table
  outcome,   // Outcome::Kind
  drop,      // DropReason
  crash,     // CrashKind
  error,     // Errc
  extent,    // file << 40 | length
  message,   // first byte of a message, named by the service
  event,     // number of a record
  nodes,     // bit set of nodes
  voters,    // the same: those whose votes count in the group
  learners,  // the same: those that hold the group's state without a vote
  truth,
  phase,
};
// As the report's page names it: "number".
std::string_view name_of(FieldType type) noexcept;

// How much a word matters to somebody who reads a run.
enum class Weight : std::uint8_t {
  headline,  // one of the few that tell the story of a run
  news,      // seldom: shown even where a trace is too large to show whole
  state,     // changes what a node is
  routine,   // as often as clients ask
  detail,    // explains, and is drawn nowhere
};
std::string_view name_of(Weight weight) noexcept;

// What a field does to the counter that it names.
enum class Change : std::uint8_t {
  set,
  raise,   // where it is more
  before,  // one less than the field: from there on everything is gone
};

struct WordField {
  std::string_view name;
  FieldType type = FieldType::number;
  // A counter of the node in the group, which takes this value; empty: none.
  std::string_view counter = {};
  Change change = Change::set;
};

struct ObservationWord {
  ObservationKind kind = ObservationKind::none;
  std::string_view name;              // "vote-granted": in `when:`, exports and tables
  std::string_view sentence;          // "votes for {candidate} in term {term}": fields in braces
  std::array<WordField, 4> fields{};  // of the words a, b, c, d: those with a name
  Weight weight = Weight::state;
};

// How a counter shows beside its node.
enum class Strip : std::uint8_t {
  none,
  label,  // a number beside the role
  line,   // a line that climbs
};

// A number that each node has in each of its groups: commit index, epoch, offset.
struct Counter {
  std::string_view name;
  // The word whose field is the new value: `when: commit(n1) >= 10` waits for it.
  ObservationKind announced_by = ObservationKind::none;
  Strip strip = Strip::none;
  // Runs are told apart by how far nodes lie from one another in it.
  bool compared = false;
  // The counter of the same node that it runs behind; empty: none.
  std::string_view behind = {};
  // Runs are told apart by how far it lies behind that one.
  bool lags = false;
  // What was reached in that other counter by anybody when the cluster is healed must be reached in
  // this one by every node of the group: what `recovers` asks.
  bool recovers = false;
};

// What an observation of kind `role` may say in its word a.
struct RoleWord {
  std::string_view name;
  char sign = '.';     // one column of text
  bool leads = false;  // what `leader` selects
};

inline constexpr std::size_t kMostCounters = 8;

struct ProtocolWords {
  // Ordered by kind. One that everybody has (below) may be said in the protocol's own way.
  std::span<const ObservationWord> observations;
  std::span<const Counter> counters = {};  // at most kMostCounters
  std::span<const RoleWord> roles = {};    // empty: those of `Role`
  // The names of the marks that it can leave (ObservationKind::mark).
  std::span<const std::string_view> marks = {};
};

// What every protocol has without saying so.
inline constexpr ObservationWord kCommonWords[] = {
    {ObservationKind::role,
     "role",
     "becomes {role} in term {term}",
     {{{"role", FieldType::role}, {"term", FieldType::number, "term"}}},
     Weight::headline},
    {ObservationKind::wal_extent,
     "wal-extent",
     "writes entry {index} to its log file",
     {{{"index"}, {"hash", FieldType::hex}, {"extent", FieldType::extent}, {"offset"}}},
     Weight::detail},
    {ObservationKind::vote_extent,
     "vote-extent",
     "writes term {term} and vote {vote}",
     {{{"term"}, {"vote", FieldType::voter}, {"extent", FieldType::extent}, {"offset"}}},
     Weight::detail},
    {ObservationKind::mark, "mark", "passes {mark}", {{{"mark", FieldType::name}}}, Weight::detail},
    {ObservationKind::snapshot_extent,
     "snapshot-extent",
     "writes a snapshot at entry {index}",
     {{{"index"}, {"", FieldType::number}, {"extent", FieldType::extent}, {"offset"}}},
     Weight::detail},
};
inline constexpr Counter kCommonCounters[] = {
    {"term", ObservationKind::role, Strip::label},
};
inline constexpr RoleWord kCommonRoles[] = {
    {"follower", '\\'},    {"pre-candidate", '?'}, {"candidate", '?'},
    {"leader", '/', true}, {"learner", '|'},
};

constexpr const ObservationWord* find_word(std::span<const ObservationWord> table,
                                           ObservationKind kind) {
  for (const ObservationWord& word : table) {
    if (word.kind == kind) return &word;
  }
  return nullptr;
}

namespace words_detail {

constexpr bool has_field(const ObservationWord& word, std::string_view name) {
  for (const WordField& field : word.fields) {
    if (!field.name.empty() && field.name == name) return true;
  }
  return false;
}

constexpr bool says_only_fields(const ObservationWord& word) {
  std::string_view rest = word.sentence;
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos) return false;
    if (!has_field(word, rest.substr(open + 1, close - open - 1))) return false;
    rest.remove_prefix(close + 1);
  }
  return true;
}

constexpr bool is_counter(const ProtocolWords& words, std::string_view name) {
  for (const Counter& counter : words.counters) {
    if (counter.name == name) return true;
  }
  for (const Counter& counter : kCommonCounters) {
    if (counter.name == name) return true;
  }
  return false;
}

// Whether the word that announces the counter has a field for it.
constexpr bool is_announced(const ProtocolWords& words, const Counter& counter) {
  if (counter.announced_by == ObservationKind::none) return true;
  const ObservationWord* word = find_word(words.observations, counter.announced_by);
  if (word == nullptr) word = find_word(kCommonWords, counter.announced_by);
  if (word == nullptr) return false;
  for (const WordField& field : word->fields) {
    if (field.counter == counter.name) return true;
  }
  return false;
}

// Whether `when: event kind=WORD FIELD=...` can name it; a space is written as a dash.
constexpr bool can_be_named(std::string_view field) {
  const bool is_taken = field == "kind" || field == "node" || field == "group" ||
                        field == "count" || field == "at_least";
  if (is_taken) return false;
  for (const char c : field) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_sign = c == ' ' || c == '-' || c == '_' || c == '.';
    if (!is_letter && !is_sign && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

constexpr std::string_view flaw_of(const ProtocolWords& words, const ObservationWord& word) {
  if (word.name.empty() || word.name.find(' ') != std::string_view::npos) {
    return "a word has a name without spaces";
  }
  if (!says_only_fields(word)) return "a sentence names only fields of its word";
  for (const ObservationWord& other : words.observations) {
    if (&other != &word && other.name == word.name) return "names of words are unique";
  }
  for (const ObservationWord& common : kCommonWords) {
    if (common.name == word.name && common.kind != word.kind) return "this name is everybody's";
  }
  for (const WordField& field : word.fields) {
    if (!field.name.empty() && !can_be_named(field.name)) {
      return "a trigger cannot name a field that is called so";
    }
    if (!field.counter.empty() && !is_counter(words, field.counter)) {
      return "a field names a counter of the table";
    }
  }
  return {};
}

}  // namespace words_detail

// What is wrong with the tables; empty: nothing.
constexpr std::string_view flaw_of(const ProtocolWords& words) {
  for (std::size_t i = 0; i < words.observations.size(); ++i) {
    const ObservationWord& word = words.observations[i];
    if (i > 0 && words.observations[i - 1].kind >= word.kind) return "words are ordered by kind";
    if (const std::string_view flaw = words_detail::flaw_of(words, word); !flaw.empty()) {
      return flaw;
    }
  }
  if (words.counters.size() + 1 > kMostCounters) return "there are too many counters";
  for (const Counter& counter : words.counters) {
    if (!words_detail::is_announced(words, counter)) {
      return "the word that announces a counter has a field for it";
    }
    if (!counter.behind.empty() && !words_detail::is_counter(words, counter.behind)) {
      return "a counter runs behind another of the table";
    }
    if (counter.recovers && counter.behind.empty()) return "a counter recovers what it runs behind";
  }
  return {};
}

// The same for a protocol that numbers its words in an enum without gaps but for everybody's: each
// number from `first` to before `end` has a word.
template <class Word>
constexpr std::string_view flaw_of(const ProtocolWords& words, Word first, Word end) {
  for (auto n = static_cast<std::uint16_t>(first); n < static_cast<std::uint16_t>(end); ++n) {
    const auto kind = static_cast<ObservationKind>(n);
    const bool known =
        find_word(words.observations, kind) != nullptr || find_word(kCommonWords, kind) != nullptr;
    if (!known) return "a number of the enum has no word in the table";
  }
  if (words.observations.empty() || words.observations.back().kind >= observed(end)) {
    return "a word of the table has no number in the enum";
  }
  return flaw_of(words);
}

}  // namespace windtunnel
