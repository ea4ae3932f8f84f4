// A history of producers and consumers of partitioned logs, as Jepsen's kafka workload writes it:
// an operation is a list of steps
//
//   [:send k v]                 -> [:send k [offset v]], or [:send k v]: the offset is not known
//   [:poll]                     -> [:poll {k [[offset v] ...] ...}]
//   [:commit group {k o}]       the group goes on at offset o of k
//   [:committed group {k nil}]  -> [:committed group {k o}]
//   [:watermark k nil]          -> [:watermark k o]: what is below o is safe
//
// under `:f` send, poll, txn, commit, committed or watermark. `:f assign` and `subscribe` end what
// a consumer knew of its positions; `:f assigned` with {:group g, :generation n, :keys [k ...]}
// says what its group gave it, until its next `assigned` or `revoked`.
//
// Values are unique for their key. Offsets may have holes (Kafka's have): what counts is the order
// of the offsets that somebody saw.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/numbering.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace windtunnel::checkers {

inline constexpr std::int64_t kNoOffset = -1;

// One message as one step saw it.
struct Sighting {
  std::uint32_t operation = 0;
  std::uint32_t step = 0;  // within the operation
  std::uint32_t key = 0;
  std::uint32_t value = 0;  // message of the key
  std::int64_t offset = kNoOffset;
};

// A value of a key, sent or polled.
struct Message {
  static constexpr std::uint32_t kNone = 0xffffffffU;
  std::uint32_t key = 0;
  std::uint32_t value = 0;              // its number in `values`
  std::uint32_t sent_by = kNone;        // operation; kNone: nobody
  EventType outcome = EventType::fail;  // of the operation that sent it
  std::uint32_t first_called = kNone;   // the first call that sent it and did not fail
  std::uint32_t polled_by = kNone;      // the ok operation that had polled it first
  std::uint32_t sends = 0;              // how often it was sent, not counting what failed
  std::vector<std::int64_t> offsets;    // where it was seen, each once, in the order of the history
  std::vector<std::uint32_t> seen_by;   // by offset: the operation that saw it there first
  // Its place among the offsets of its key that were seen; kNone when its offset is not known.
  std::uint32_t place = kNone;
};

class LogHistory {
 public:
  explicit LogHistory(const History& history);

  const History& history() const { return history_; }
  const std::vector<Message>& messages() const { return messages_; }
  // In the order of invocations, and of steps within an operation.
  const std::vector<Sighting>& sends() const { return sends_; }
  // Of ok operations.
  const std::vector<Sighting>& polls() const { return polls_; }
  // By key: the offsets that were seen, ascending.
  const std::vector<std::vector<std::int64_t>>& offsets() const { return offsets_; }
  std::uint32_t keys() const { return keys_.size(); }
  std::string key_name(std::uint32_t key) const { return keys_.name(key); }
  const Value& key(std::uint32_t key) const { return keys_.value(key); }
  std::string name(std::uint32_t message) const { return values_.name(messages_[message].value); }
  const Value& value(std::uint32_t message) const {
    return values_.value(messages_[message].value);
  }
  std::uint32_t place_of(std::uint32_t key, std::int64_t offset) const;
  // Consumers were given their keys by a group, so that positions may move without a word.
  bool subscribes() const { return subscribes_; }
  // A consumer was sent to the end of its logs, past what is there.
  bool seeks_to_end() const { return seeks_to_end_; }

 private:
  void read(std::uint32_t operation);
  void read_step(std::uint32_t operation, std::uint32_t step, const Value& form);
  void send(Sighting at, const Value& key, const Value& value);
  void poll(Sighting at, const Value& log);
  std::uint32_t message(std::uint32_t key, const Value& value);
  void see(std::uint32_t message, std::int64_t offset, std::uint32_t operation);
  void number_places();

  const History& history_;
  Numbering keys_;
  Numbering values_;
  std::vector<Message> messages_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> message_of_;  // (key, value), for lookup
  std::vector<Sighting> sends_;
  std::vector<Sighting> polls_;
  std::vector<std::vector<std::int64_t>> offsets_;
  bool subscribes_ = false;
  bool seeks_to_end_ = false;
};

// The steps of an operation: what came back, which tells more than what was asked, also of one that
// did not end well; else what was asked.
const std::vector<Value>& steps_of(const History& history, const Operation& op);
// Whether operations of this name are made of steps.
bool has_steps(std::string_view f);

}  // namespace windtunnel::checkers
