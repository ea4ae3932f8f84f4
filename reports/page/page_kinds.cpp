#include <windtunnel/reports/page/page_kinds.h>

#include <windtunnel/protocols/base/utf8.h>

#include <fmt/format.h>

namespace windtunnel::reports {
namespace {

namespace json = boost::json;

constexpr auto kFirst = static_cast<std::uint16_t>(RecordKind::observation);

json::object describe(const KindSpec& spec, std::uint16_t number, std::int64_t service) {
  constexpr const char* kSources[] = {"a", "b", "c", "d", "aux", "low", "rest"};
  json::object item;
  item["kind"] = number;
  item["name"] = json_text(name_of(spec));
  item["category"] = json_text(name_of(spec.category));
  item["weight"] = json_text(name_of(spec.weight));
  item["service"] = service;
  item["sentence"] = json_text(spec.sentence);
  json::array fields;
  for (const FieldSpec& field : spec.fields) {
    if (field.name.empty()) continue;
    fields.push_back(json::array{json_text(field.name),
                                 kSources[static_cast<std::size_t>(field.source)],
                                 json_text(name_of(field.type))});
  }
  item["fields"] = std::move(fields);
  return item;
}

}  // namespace

boost::json::string json_text(std::string_view text) {
  const std::string clean = printable(text);
  return json::string(json::string_view(clean.data(), clean.size()));
}

std::uint16_t PageKinds::number_of(const Record& record) {
  const auto kind = static_cast<std::uint16_t>(record.kind);
  if (!record.is_observation()) return kind;
  const std::vector<ServiceWords>& services = trace_.dictionary.services();
  const ServiceWords* service = trace_.dictionary.of(record.group);
  const std::int64_t position = service == nullptr ? -1 : service - services.data();
  const auto next = static_cast<std::uint16_t>(kFirst + words_.size());
  const auto [place, is_new] = numbers_.try_emplace({position, kind}, next);
  if (is_new) words_.push_back({&narrator_.spec_of(record), kind, position});
  return place->second;
}

std::uint8_t PageKinds::type_of(const Record& record) {
  if (!has_message_type(record.kind)) return 0;
  const std::uint8_t type = message_type(record);
  const auto [place, is_new] = type_numbers_.try_emplace({type, narrator_.message(record)}, type);
  if (!is_new) return place->second;
  std::uint8_t& number = place->second;
  // More names than numbers: then some are wrong.
  while (types_.contains(number) && types_.size() < 256) ++number;
  types_.try_emplace(number, place->first.second);
  return number;
}

json::object PageKinds::types() const {
  json::object out;
  for (const auto& [number, name] : types_) out[std::to_string(number)] = json_text(name);
  return out;
}

json::array PageKinds::table() const {
  json::array out;
  for (const KindSpec& spec : simulator_kinds()) out.push_back(describe(spec, spec.kind, -1));
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const Word& word = words_[i];
    const auto number = static_cast<std::uint16_t>(kFirst + i);
    json::object item = describe(*word.spec, number, word.service);
    if (word.spec->name.empty()) {
      item["sentence"] = fmt::format("record kind {}: {{a}}, {{b}}, {{c}}, {{d}}", word.kind);
    }
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace windtunnel::reports
