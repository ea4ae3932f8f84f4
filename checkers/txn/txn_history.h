// A history of transactions over lists or registers: what each read and wrote.
//
// List-append: `:f :txn`, a value [[:append k v] [:r k nil] ...]; an `ok` one has in its reads the
// whole list of the key. Rw-register: [[:w k v] [:r k nil] ...]; an unset key reads nil. Every
// written value is unique for its key: that is what lets a read say which write it saw.
#pragma once

#include <windtunnel/checkers/history/history.h>
#include <windtunnel/checkers/history/numbering.h>

#include <boost/system/result.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace windtunnel::checkers {

enum class DataType : std::uint8_t { list_append, rw_register };

struct Access {
  bool write = false;  // else a read
  std::uint32_t key = 0;
  const Value* value = nullptr;  // what was written or returned; null for a read of unknown result
};

struct Transaction {
  std::uint32_t operation = 0;  // index into `History::operations()`
  std::uint32_t first = 0;      // accesses
  std::uint32_t count = 0;
  EventType outcome = EventType::info;
};

// One write of one value.
struct Write {
  static constexpr std::uint32_t kNone = 0xffffffffU;
  std::uint32_t transaction = 0;
  std::uint32_t access = 0;
  bool last_of_key = true;  // else its own transaction overwrote it
};

class TxnHistory {
 public:
  // The history must outlive the result. The error names the operation that is no transaction, or
  // the value that was written twice.
  static boost::system::result<TxnHistory, ReadError> read(const History& history, DataType type);

  const History& history() const { return *history_; }
  DataType type() const { return type_; }
  const std::vector<Transaction>& transactions() const { return transactions_; }
  std::span<const Access> accesses(const Transaction& t) const {
    return {accesses_.data() + t.first, t.count};
  }
  const Access& access(std::uint32_t number) const { return accesses_[number]; }
  const std::vector<Write>& writes() const { return writes_; }
  // Which write made this value of the key; Write::kNone when none did.
  std::uint32_t write_of(std::uint32_t key, const Value& value) const;
  const Numbering& keys() const { return keys_; }
  // Of a list that was returned: how many of its elements, from the first one on, the transaction
  // had not appended itself before. Nothing where the list does not end with what it had appended.
  std::optional<std::size_t> shown_of_others(const Transaction& t, std::uint32_t access) const;
  const Operation& operation(const Transaction& t) const {
    return history_->operations()[t.operation];
  }

 private:
  bool add(std::uint32_t operation, ReadError& error);
  bool add_access(const Value& form, bool ok, Access& out);
  bool add_writes(ReadError& error);

  const History* history_ = nullptr;
  DataType type_ = DataType::list_append;
  std::vector<Transaction> transactions_;
  std::vector<Access> accesses_;
  std::vector<Write> writes_;
  Numbering keys_;
  Numbering values_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> write_of_;  // (key, value), for lookup
};

}  // namespace windtunnel::checkers
