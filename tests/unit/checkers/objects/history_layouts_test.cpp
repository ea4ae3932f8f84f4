// What is written in any layout is read as what it was.
#include <windtunnel/checkers/history/event_reader.h>
#include <windtunnel/checkers/history/history_io.h>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace windtunnel::checkers {
namespace {

using Kind = Value::Kind;

std::string text_of(const std::vector<std::string>& pieces) {
  std::string text;
  const auto count = *rc::gen::inRange<std::size_t>(0, 6);
  for (std::size_t i = 0; i < count; ++i) text += *rc::gen::elementOf(pieces);
  return text;
}
// With whatever a reader or a writer could trip over.
std::string any_text() {
  static const std::vector<std::string> pieces = {
      "a", "B", "1", " ", "\n", "\t", "\r", "\"", "\\",    "\x01",     "\x7f",
      ";", "{", "]", ":", "#_", ",",  "/",  "\f", "u0041", "\xc3\xa9", "\xf0\x9f\x98\x80"};
  return text_of(pieces);
}
std::string plain_name() {
  static const std::vector<std::string> pieces = {"a", "B", "-", "9", "/",
                                                  ".", "?", "#", ":", "\xc3\xa9"};
  return "k" + text_of(pieces);
}

Value scalar(bool json) {
  static const std::vector<std::string> json_numbers = {"1.5",
                                                        "0.10",
                                                        "-0.5",
                                                        "1e400",
                                                        "1E+5",
                                                        "18446744073709551615",
                                                        "-123456789012345678901234567890"};
  static const std::vector<std::string> numbers = {
      "22/7", "1.50M", "##NaN", "##-Inf", "98765432109876543210N", "+1.5", "-1e2"};
  static const std::vector<std::string> symbols = {"sym", "a/b", "+", "-", "*x*", "nil?"};
  static const std::vector<std::string> characters = {"a", "\n", " ",        ",",
                                                      ";", "(",  "\xc3\xa9", "\t"};
  switch (*rc::gen::inRange(0, json ? 5 : 9)) {
    case 0: return {};
    case 1: return Value::boolean(*rc::gen::arbitrary<bool>());
    case 2: return *rc::gen::arbitrary<std::int64_t>();
    case 3: return any_text();
    case 4: return {Kind::number, *rc::gen::elementOf(json_numbers)};
    case 5: return {Kind::number, *rc::gen::elementOf(numbers)};
    case 6: return Value::keyword(plain_name());
    case 7: return {Kind::symbol, *rc::gen::elementOf(symbols)};
    default: return {Kind::character, *rc::gen::elementOf(characters)};
  }
}

// `json`: only what JSON can say without loss.
Value any_value(bool json, int depth) {
  if (depth == 0 || *rc::gen::inRange(0, 3) == 0) return scalar(json);
  const Kind kind =
      json ? *rc::gen::element(Kind::vector, Kind::map)
           : *rc::gen::element(Kind::list, Kind::vector, Kind::map, Kind::set, Kind::tagged);
  if (kind == Kind::tagged) return Value::tagged(plain_name(), any_value(json, depth - 1));
  std::vector<Value> items;
  const auto count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    if (kind == Kind::map) items.push_back(json ? Value(any_text()) : any_value(json, depth - 1));
    items.push_back(any_value(json, depth - 1));
  }
  return {kind, std::move(items)};
}

// The name of a key that is unknown comes back as a keyword from EDN, where it can be one.
Value unknown_key(bool json) {
  const std::string name = "x" + any_text();
  return json || !is_plain_name(name) ? Value(name) : Value::keyword(name);
}

Event any_event(bool json) {
  Event event;
  event.index = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000);
  if (*rc::gen::arbitrary<bool>()) event.time_ns = *rc::gen::inRange<std::int64_t>(0, 1LL << 60);
  event.type =
      *rc::gen::element(EventType::invoke, EventType::ok, EventType::fail, EventType::info);
  event.process = *rc::gen::inRange(-5, 1'000);
  if (*rc::gen::arbitrary<bool>()) event.process = Value::keyword(any_text());
  event.f = any_text();
  event.value = any_value(json, 3);
  event.error = any_value(json, 2);
  std::vector<Value> extra;
  const auto count = *rc::gen::inRange(0, 3);
  for (int i = 0; i < count; ++i) {
    extra.push_back(unknown_key(json));
    extra.push_back(any_value(json, 2));
  }
  if (!extra.empty()) event.extra = Value(Kind::map, std::move(extra));
  return event;
}

bool same(const Event& a, const Event& b) {
  return a.index == b.index && a.time_ns == b.time_ns && a.type == b.type &&
         a.process == b.process && a.f == b.f && a.value == b.value && a.error == b.error &&
         a.extra == b.extra &&
         event_to_edn(a) == event_to_edn(b);  // also where equality does not look
}

void reads_what_it_wrote(Layout layout) {
  std::vector<Event> events;
  std::string text;
  HistoryText writer(layout);
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i) {
    events.push_back(any_event(layout == Layout::json_lines));
    writer.add(events.back(), text);
  }
  writer.finish(text);
  EventReader reader(text);
  Event event;
  for (const Event& expected : events) {
    if (!reader.next(event)) RC_FAIL(to_string(reader.error()) + "\n" + text);
    if (!same(event, expected)) RC_FAIL(event_to_edn(event) + "\n" + event_to_edn(expected));
  }
  RC_ASSERT(!reader.next(event));
  RC_ASSERT(!reader.failed());
}

TEST(HistoryLayouts, AreReadAsTheyWereWritten) {
  EXPECT_TRUE(rc::check("EDN, an event a line", [] { reads_what_it_wrote(Layout::edn_lines); }));
  EXPECT_TRUE(rc::check("EDN, one vector", [] { reads_what_it_wrote(Layout::edn_vector); }));
  EXPECT_TRUE(rc::check("JSON lines", [] { reads_what_it_wrote(Layout::json_lines); }));
}

TEST(HistoryLayouts, WhatAFormatCannotSayIsAStringInIt) {
  const auto converted = [](std::string_view text, Layout layout) {
    const HistoryResult read = read_history(text);
    return read.has_error() ? to_string(read.error()) : write_history(*read, layout);
  };
  EXPECT_EQ(converted("{:type :info, :process :n, :f :x, :value [+1 22/7 1.5M ##NaN #{:a} #t 1 007 "
                      "1.50 \\a], [1] nil}",
                      Layout::json_lines),
            "{\"index\":0,\"type\":\"info\",\"process\":\"n\",\"f\":\"x\",\"value\":[1,\"22/7\","
            "\"1.5M\",\"##NaN\",[\"a\"],{\"#t\":1},7,1.50,\"a\"],\"[1]\":null}\n");
  EXPECT_EQ(
      converted("{\"type\":\"info\",\"process\":\"n 1\",\"f\":\"\",\"x\":1.0,\"y z\":{\"k\":[]}}",
                Layout::edn_vector),
      "[{:index 0, :type :info, :process \"n 1\", :f \"\", :value nil, :x 1.0, \"y z\" {\"k\" "
      "[]}}]\n");
}

TEST(HistoryLayouts, AnEmptyHistoryIsOneInEveryLayout) {
  EXPECT_EQ(write_history({}, Layout::edn_lines), "");
  EXPECT_EQ(write_history({}, Layout::edn_vector), "[]\n");
  EXPECT_EQ(write_history({}, Layout::json_lines), "");
}

}  // namespace
}  // namespace windtunnel::checkers
