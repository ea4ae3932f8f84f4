#include <windtunnel/protocols/base/value.h>

#include <windtunnel/protocols/base/hash.h>

#include <algorithm>
#include <utility>

namespace windtunnel {

Value::Value(Kind kind, std::string_view text) : kind_(kind) {
  if (!text.empty()) box_ = new Box(text, {});
}

Value::Value(Kind kind, std::vector<Value> items) : kind_(kind) {
  if (!items.empty()) box_ = new Box({}, std::move(items));
}

Value Value::boolean(bool truth) {
  Value value;
  value.kind_ = Kind::boolean;
  value.number_ = truth ? 1 : 0;
  return value;
}

Value Value::tagged(std::string_view tag, Value form) {
  Value value;
  value.kind_ = Kind::tagged;
  value.box_ = new Box(tag, {});
  value.box_->items.push_back(std::move(form));
  return value;
}

const std::vector<Value>& Value::none() {
  static const std::vector<Value> none;
  return none;
}

std::vector<Value> Value::take_items() && {
  if (box_ == nullptr) return {};
  const boost::intrusive_ptr<Box> box = std::exchange(box_, nullptr);
  return box->use_count() == 1 ? std::move(box->items) : box->items;
}

const Value* Value::find(std::string_view name) const {
  if (kind_ != Kind::map) return nullptr;
  const std::vector<Value>& pairs = items();
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (pairs[i].is_name() && pairs[i].text() == name) return &pairs[i + 1];
  }
  return nullptr;
}

namespace {

Value::Kind rank_of(Value::Kind kind) {
  return kind == Value::Kind::list ? Value::Kind::vector : kind;
}

// The items of a map, each key before its value, or of a set, in an order of their own.
std::vector<const Value*> ordered(const Value& value) {
  const std::size_t stride = value.kind() == Value::Kind::map ? 2 : 1;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i + stride <= value.items().size(); i += stride) places.push_back(i);
  const std::vector<Value>& items = value.items();
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    const auto order = items[a] <=> items[b];
    return order != 0 ? order < 0 : items[a + stride - 1] < items[b + stride - 1];
  });
  std::vector<const Value*> out;
  for (const std::size_t place : places) {
    for (std::size_t i = 0; i < stride; ++i) out.push_back(&items[place + i]);
  }
  return out;
}

std::strong_ordering compare_unordered(const Value& a, const Value& b) {
  const std::vector<const Value*> left = ordered(a);
  const std::vector<const Value*> right = ordered(b);
  return std::lexicographical_compare_three_way(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const Value* x, const Value* y) { return *x <=> *y; });
}

}  // namespace

std::strong_ordering operator<=>(const Value& a, const Value& b) {
  if (rank_of(a.kind_) != rank_of(b.kind_)) return rank_of(a.kind_) <=> rank_of(b.kind_);
  if (a.number_ != b.number_) return a.number_ <=> b.number_;
  if (a.box_ == b.box_) return std::strong_ordering::equal;
  const int order = a.text().compare(b.text());
  if (order != 0 || a.is_name()) return order <=> 0;
  if (a.kind_ == Value::Kind::map || a.kind_ == Value::Kind::set) return compare_unordered(a, b);
  return std::lexicographical_compare_three_way(a.items().begin(), a.items().end(),
                                                b.items().begin(), b.items().end());
}

std::uint64_t hash_of(const Value& value) {
  const auto number = static_cast<std::uint64_t>(value.number_);
  std::uint64_t hash = hash_combine(number, static_cast<std::uint64_t>(rank_of(value.kind_)));
  if (value.box_ == nullptr) return hash;
  hash = hash_text(value.box_->text, hash);
  if (value.kind_ == Value::Kind::map || value.kind_ == Value::Kind::set) {
    // A sum has no order either; a key and its value belong together.
    const std::vector<Value>& items = value.box_->items;
    const std::size_t stride = value.kind_ == Value::Kind::map ? 2 : 1;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i + stride <= items.size(); i += stride) {
      sum += hash_combine(hash_of(items[i]), hash_of(items[i + stride - 1]));
    }
    return hash_combine(hash, sum);
  }
  for (const Value& item : value.box_->items) hash = hash_combine(hash, hash_of(item));
  return hash;
}

}  // namespace windtunnel
