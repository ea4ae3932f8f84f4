// What clients ask of a service and are told, and what histories hold: what EDN and JSON can say,
// in 24 bytes. A regular type: what it holds never changes, so that copies share it; equality and
// order are by kind and content, as in Clojure: a list equals a vector, and neither maps nor sets
// have an order. Numbers that do not fit int64 keep their text.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace windtunnel {

class Value {
 public:
  enum class Kind : std::uint8_t {
    nil,
    boolean,
    integer,
    number,  // a double, ratio or big integer, as it was written
    string,
    keyword,
    symbol,
    character,
    list,
    vector,
    map,  // items() holds key, value, key, value, ...
    set,
    tagged,  // text() is the tag without `#`, items() the one form behind it
  };

  Value() = default;
  Value(std::int64_t number)
      : number_(number), kind_(Kind::integer) {}                 // NOLINT: a literal reads better
  Value(int number) : Value(std::int64_t{number}) {}             // NOLINT
  Value(std::string_view text) : Value(Kind::string, text) {}    // NOLINT
  Value(const std::string& text) : Value(Kind::string, text) {}  // NOLINT
  Value(const char* text) : Value(Kind::string, text) {}         // NOLINT
  Value(Kind kind, std::string_view text);
  Value(Kind kind, std::vector<Value> items);
  static Value boolean(bool truth);
  static Value keyword(std::string_view name) { return {Kind::keyword, name}; }
  static Value vector(std::vector<Value> items) { return {Kind::vector, std::move(items)}; }
  static Value tagged(std::string_view tag, Value form);

  Kind kind() const { return kind_; }
  bool is_nil() const { return kind_ == Kind::nil; }
  bool is_integer() const { return kind_ == Kind::integer; }
  // True for a string, keyword or symbol: the things that name something.
  bool is_name() const {
    return kind_ == Kind::string || kind_ == Kind::keyword || kind_ == Kind::symbol;
  }
  // True for a list or a vector.
  bool is_sequence() const { return kind_ == Kind::list || kind_ == Kind::vector; }

  std::int64_t integer() const { return number_; }
  bool truth() const { return number_ != 0; }
  std::string_view text() const { return box_ == nullptr ? std::string_view() : box_->text; }
  const std::vector<Value>& items() const { return box_ == nullptr ? none() : box_->items; }
  // The items, moved where no copy of the value shares them.
  std::vector<Value> take_items() &&;
  // The value under a key of that name, whichever of string, keyword or symbol; null when absent.
  const Value* find(std::string_view name) const;

  friend bool operator==(const Value& a, const Value& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Value& a, const Value& b);
  // The same for equal values, on every machine.
  friend std::uint64_t hash_of(const Value& value);

 private:
  // Counted by atomics: copies of a value may be in several threads.
  struct Box : boost::intrusive_ref_counter<Box> {
    Box(std::string_view its_text, std::vector<Value> its_items)
        : text(its_text), items(std::move(its_items)) {}
    std::string text;
    std::vector<Value> items;
  };

  static const std::vector<Value>& none();

  boost::intrusive_ptr<Box> box_;  // null when empty
  std::int64_t number_ = 0;
  Kind kind_ = Kind::nil;
};

}  // namespace windtunnel
