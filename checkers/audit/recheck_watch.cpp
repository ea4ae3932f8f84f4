// Plain readings of watches.
#include <windtunnel/checkers/audit/recheck.h>

#include <algorithm>
#include <vector>

namespace windtunnel::checkers {
namespace {

// What an operation tells: a change or, with a nil key, a bookmark.
struct Word {
  std::int64_t revision = 0;
  Value key;
  Value value;
  bool deletes = false;
  std::size_t response = 0;
};

bool is_deletion(const Value& event) {
  const Value* const type = event.find("type");
  return type != nullptr && type->is_name() &&
         (type->text().starts_with('d') || type->text().starts_with('D'));
}

std::vector<Word> words_of(const History& history, const Operation& op) {
  std::vector<Word> words;
  const Value& argument = history.argument(op);
  const Value& result = history.result(op);
  if (history.f(op) == "put" || history.f(op) == "delete") {
    const bool deletes = history.f(op) == "delete";
    const Value* const named = result.find("revision");
    const std::int64_t revision = named == nullptr ? result.integer() : named->integer();
    words.push_back(
        {revision, argument.items()[0], deletes ? Value() : argument.items()[1], deletes, 0});
    return words;
  }
  const auto& responses = history.completion(op)->value.items();
  for (std::size_t r = 0; r < responses.size(); ++r) {
    const Value* const events = responses[r].find("events");
    if (events == nullptr || events->items().empty()) {
      words.push_back({responses[r].find("revision")->integer(), Value(), Value(), false, r});
      continue;
    }
    for (const Value& event : events->items()) {
      const Value* const value = event.find("value");
      const bool deletes = is_deletion(event);
      words.push_back({event.find("revision")->integer(), *event.find("key"),
                       deletes || value == nullptr ? Value() : *value, deletes, r});
    }
  }
  return words;
}

bool asks_for(const History& history, const Operation& watch, const Value& key) {
  const Value* const one = history.argument(watch).find("key");
  const Value* const prefix = history.argument(watch).find("prefix");
  if (one != nullptr) return *one == key;
  return prefix == nullptr || key.text().starts_with(prefix->text());
}

}  // namespace

bool recheck_watch(const History& history, const AuditOptions&, const Flaw& flaw) {
  const std::int64_t revision = flaw.subject.items()[0].integer();
  const Value& key = flaw.subject.items()[1];
  const auto operation = [&](std::size_t which) -> const Operation& {
    return history.operations()[flaw.witness.operations[which].operation];
  };
  const auto is_it = [&](const Word& word) {
    return word.revision == revision && word.key == key && !word.key.is_nil();
  };
  if (flaw.name == "conflicting" || flaw.name == "missed" || flaw.name == "not-resumed") {
    if (flaw.witness.operations.size() != 2) return false;
    std::vector<Word> one = words_of(history, operation(0));
    std::vector<Word> two = words_of(history, operation(1));
    const auto in_one = std::find_if(one.begin(), one.end(), is_it);
    const auto in_two = std::find_if(two.begin(), two.end(), is_it);
    if (flaw.name == "conflicting") {
      return in_one != one.end() && in_two != two.end() &&
             (in_one->deletes != in_two->deletes || in_one->value != in_two->value);
    }
    // One has it, and the other, a watch that had come so far, does not.
    if ((in_one == one.end()) == (in_two == two.end())) return false;
    const std::vector<Word>& blind = in_one == one.end() ? one : two;
    const Operation& watch = operation(in_one == one.end() ? 0 : 1);
    const Value* const from = history.argument(watch).find("revision");
    const bool was_asked = from != nullptr && from->integer() > 0;
    const bool begins = was_asked ? from->integer() <= revision : blind[0].revision <= revision;
    return history.f(watch) == "watch" && asks_for(history, watch, key) && begins &&
           std::any_of(blind.begin(), blind.end(),
                       [&](const Word& word) { return word.revision >= revision; });
  }
  const std::vector<Word> words = words_of(history, operation(0));
  if (flaw.name == "duplicated") return std::count_if(words.begin(), words.end(), is_it) > 1;
  // What was told before the change and should have come after it, or with it.
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (!is_it(words[at])) continue;
    for (std::size_t before = 0; before < at; ++before) {
      const Word& word = words[before];
      const bool is_bookmark = word.key.is_nil();
      if (flaw.name == "after-bookmark" && is_bookmark && word.revision >= revision) return true;
      if (flaw.name == "unordered" && !is_bookmark && word.revision > revision) return true;
      const bool elsewhere = word.response != words[at].response;
      if (flaw.name == "split" && !is_bookmark && word.revision == revision && elsewhere) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace windtunnel::checkers
