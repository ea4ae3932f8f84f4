// What Raft's machine and its host say about themselves: the words of observations
// (protocols/env/words.h). Adding one: the enum and the table, which follow one another.
#pragma once

#include <windtunnel/protocols/env/words.h>
#include <windtunnel/protocols/raft/marks.h>

#include <cstdint>

namespace windtunnel::raft {

// Numbers are part of the trace format, so words are added at the end. Those left out are
// everybody's. The comment names the words a, b, c, d.
enum class Word : std::uint16_t {
  role = 1,                // role, term, last log index, chained hash of the log at last index
  term = 2,                // term, voted-for node + 1 or 0
  vote_granted = 3,        // term, candidate: the reply is being sent
  append = 4,              // index, term, chained hash up to and with it, payload hash
  truncate = 5,            // first index removed, commit index
  commit = 6,              // commit index, term, chained hash there, 1 if advanced as leader
  apply = 7,               // index, term of the entry, chained hash, digest of the state after it
  snapshot_taken = 8,      // last included index, its term, chained hash, digest of the state
  snapshot_installed = 9,  // as snapshot_taken
  log_start = 10,          // first index kept, after compaction or recovery
  recovered = 11,          // term, voted-for + 1, last index, chained hash at last index
  sent_claim = 14,         // what a message being sent claims durable: (term, voted-for + 1, last
                           // index, hash)
  match = 15,              // follower, match index, next index: on the leader
  read_index = 16,         // request, read index, node asked: a read was confirmed at this index
  read_served = 17,        // request, applied index, read index
  effect = 18,             // session, sequence, index: the request took effect
  config = 20,             // index, bit set of voters, outgoing voters, learners (node < 64)
  lease = 21,              // term, start, end (this node's monotonic clock)
  request = 22,            // request, commit index known then: a linearizable read arrived
  end = 24,
};

inline constexpr ObservationWord kObservations[] = {
    {observed(Word::role),
     "role",
     "becomes {role} in term {term}",
     {{{"role", FieldType::role},
       {"term", FieldType::number, "term"},
       {"last index", FieldType::number, "last"},
       {"log hash", FieldType::hex}}},
     Weight::headline},
    {observed(Word::term),
     "term",
     "enters term {term}, voted for {vote}",
     {{{"term", FieldType::number, "term"}, {"vote", FieldType::voter}}},
     Weight::news},
    {observed(Word::vote_granted),
     "vote-granted",
     "votes for {candidate} in term {term}",
     {{{"term"}, {"candidate", FieldType::node}}},
     Weight::news},
    {observed(Word::append),
     "append",
     "appends entry {index} of term {term}",
     {{{"index", FieldType::number, "last"},
       {"term", FieldType::number, "last-term"},
       {"hash", FieldType::hex},
       {"payload", FieldType::hex}}},
     Weight::routine},
    {observed(Word::truncate),
     "truncate",
     "truncates its log from entry {first}",
     {{{"first", FieldType::number, "last", Change::before}, {"commit"}}},
     Weight::headline},
    {observed(Word::commit),
     "commit",
     "commits up to entry {index}",
     {{{"index", FieldType::number, "commit"},
       {"term"},
       {"hash", FieldType::hex},
       {"as leader", FieldType::truth}}},
     Weight::routine},
    {observed(Word::apply),
     "apply",
     "applies entry {index} of term {term}",
     {{{"index", FieldType::number, "applied"},
       {"term"},
       {"hash", FieldType::hex},
       {"state", FieldType::hex}}},
     Weight::routine},
    {observed(Word::snapshot_taken),
     "snapshot-taken",
     "takes a snapshot at entry {index}",
     {{{"index", FieldType::number, "snapshot"},
       {"term"},
       {"hash", FieldType::hex},
       {"state", FieldType::hex}}}},
    {observed(Word::snapshot_installed),
     "snapshot-installed",
     "installs a snapshot at entry {index}",
     {{{"index", FieldType::number, "applied"},
       {"term"},
       {"hash", FieldType::hex},
       {"state", FieldType::hex}}},
     Weight::headline},
    {observed(Word::log_start),
     "log-start",
     "keeps its log from entry {first}",
     {{{"first"}}},
     Weight::routine},
    {observed(Word::recovered),
     "recovered",
     "recovers term {term}, vote {vote}, log up to entry {last index}",
     {{{"term", FieldType::number, "term"},
       {"vote", FieldType::voter},
       {"last index", FieldType::number, "last"},
       {"log hash", FieldType::hex}}},
     Weight::news},
    {observed(Word::sent_claim),
     "sent-claim",
     "claims entry {last index} durable",
     {{{"term"}, {"vote", FieldType::voter}, {"last index"}, {"log hash", FieldType::hex}}},
     Weight::detail},
    {observed(Word::match),
     "match",
     "knows {follower} to match up to entry {match}",
     {{{"follower", FieldType::node}, {"match"}, {"next"}}},
     Weight::detail},
    {observed(Word::read_index),
     "read-index",
     "confirms a read at entry {index}",
     {{{"request"}, {"index"}, {"asked", FieldType::node}}},
     Weight::detail},
    {observed(Word::read_served),
     "read-served",
     "serves a read at entry {applied}",
     {{{"request"}, {"applied"}, {"read index"}}},
     Weight::routine},
    {observed(Word::effect),
     "effect",
     "takes request {sequence} of session {session} into effect",
     {{{"session"}, {"sequence"}, {"index"}}},
     Weight::routine},
    {observed(Word::config),
     "config",
     "uses the configuration of entry {index}",
     {{{"index"},
       {"voters", FieldType::voters},
       {"outgoing", FieldType::voters},
       {"learners", FieldType::learners}}},
     Weight::news},
    {observed(Word::lease),
     "lease",
     "holds a lease of term {term}",
     {{{"term"}, {"start", FieldType::duration}, {"end", FieldType::duration}}}},
    {observed(Word::request),
     "request",
     "takes read {request} at commit {commit}",
     {{{"request"}, {"commit"}}},
     Weight::detail},
};

// `last` and `last-term` are those of the log's last entry.
inline constexpr Counter kCounters[] = {
    {.name = "term", .announced_by = observed(Word::term), .strip = Strip::label, .compared = true},
    {.name = "last", .announced_by = observed(Word::append), .compared = true},
    {.name = "commit",
     .announced_by = observed(Word::commit),
     .strip = Strip::line,
     .compared = true,
     .behind = "last",
     .lags = true},
    {.name = "last-term", .behind = "term", .lags = true},
    {.name = "applied",
     .announced_by = observed(Word::apply),
     .behind = "commit",
     .recovers = true},
    {.name = "snapshot", .announced_by = observed(Word::snapshot_taken)},
};

inline constexpr ProtocolWords kWords{kObservations, kCounters, {}, kMarks};
static_assert(flaw_of(kWords, Word::role, Word::end) == "");

}  // namespace windtunnel::raft
