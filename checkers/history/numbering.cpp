#include <windtunnel/checkers/history/numbering.h>

#include <windtunnel/checkers/history/edn.h>

#include <utility>

namespace windtunnel::checkers {

std::uint32_t Numbering::number(const Value& value) {
  if ((values_.size() + 1) * 2 > places_.size()) grow();
  const std::uint64_t hash = hash_of(value);
  Place& place = places_[place_of(value, hash)];
  if (place.number == kAbsent) {
    place = {static_cast<std::uint32_t>(hash >> 32), size()};
    values_.push_back(value);
  }
  return place.number;
}

std::uint32_t Numbering::find(const Value& value) const {
  return places_.empty() ? kAbsent : places_[place_of(value, hash_of(value))].number;
}

std::string Numbering::name(std::uint32_t number) const { return to_edn(values_[number]); }

std::size_t Numbering::place_of(const Value& value, std::uint64_t hash) const {
  std::size_t at = hash & (places_.size() - 1);
  while (places_[at].number != kAbsent) {
    const bool same = places_[at].hash == hash >> 32 && values_[places_[at].number] == value;
    if (same) break;
    at = (at + 1) & (places_.size() - 1);
  }
  return at;
}

void Numbering::grow() {
  const std::size_t size = places_.empty() ? 16 : places_.size() * 2;
  places_.assign(size, {});
  for (std::uint32_t i = 0; i < values_.size(); ++i) {
    const std::uint64_t hash = hash_of(values_[i]);
    places_[place_of(values_[i], hash)] = {static_cast<std::uint32_t>(hash >> 32), i};
  }
}

}  // namespace windtunnel::checkers
