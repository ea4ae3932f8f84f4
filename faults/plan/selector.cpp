#include <windtunnel/faults/plan/selector.h>

#include <windtunnel/faults/plan/number.h>

#include <algorithm>
#include <iterator>

namespace windtunnel::faults {
namespace {

struct Word {
  std::string_view text;
  Term::Kind kind;
  bool of_group = false;  // may be of named nodes, or of a group of theirs
  bool counted = false;   // may say how many
};
// In the order of the enumerators, from the first that is a word.
constexpr Word kWords[] = {
    {"leader", Term::Kind::leader, true},
    {"followers", Term::Kind::followers, true, true},
    {"majority", Term::Kind::majority, true},
    {"minority", Term::Kind::minority, true},
    {"random", Term::Kind::random, true, true},
    {"rest", Term::Kind::rest},
    {"all", Term::Kind::all},
    {"clients", Term::Kind::clients},
};
static_assert(std::size(kWords) == static_cast<std::size_t>(Term::Kind::clients));

const Word* find_word(std::string_view text) {
  for (const Word& word : kWords) {
    if (word.text == text) return &word;
  }
  return nullptr;
}

const Word& word_of(Term::Kind kind) { return kWords[static_cast<std::size_t>(kind) - 1]; }

bool is_name(std::string_view text) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

// `leader`, `n-leader`; nullopt for what is not a word of selectors.
std::optional<Term> parse_word(std::string_view text) {
  Term term;
  const Word* word = find_word(text);
  const std::size_t dash = text.rfind('-');
  if (word == nullptr && dash != std::string_view::npos && dash != 0) {
    word = find_word(text.substr(dash + 1));
    if (word == nullptr || !word->of_group) return std::nullopt;
    term.name = text.substr(0, dash);
    if (!is_name(term.name)) return std::nullopt;
  }
  if (word == nullptr) return std::nullopt;
  term.kind = word->kind;
  return term;
}

// `random(2)`, `n-followers(1)`, `leader(n/1)`.
std::optional<Term> parse_argument(std::string_view text, std::size_t open) {
  if (text.back() != ')') return std::nullopt;
  std::optional<Term> term = parse_word(text.substr(0, open));
  if (!term) return std::nullopt;
  const Word& word = word_of(term->kind);
  const std::string_view argument = text.substr(open + 1, text.size() - open - 2);
  if (const std::optional<GroupName> group = parse_group(argument)) {
    if (!word.of_group || !term->name.empty()) return std::nullopt;
    term->name = group->name;
    term->group = group->group;
    if (word.kind == Term::Kind::random) term->count = 1;
    return term;
  }
  if (!word.counted || !parse_number(argument, term->count) || term->count == 0) {
    return std::nullopt;
  }
  return term;
}

}  // namespace

std::vector<std::string_view> selector_words() {
  std::vector<std::string_view> words;
  for (const Word& word : kWords) words.push_back(word.text);
  return words;
}

std::optional<GroupName> parse_group(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  GroupName group;
  group.name = text.substr(0, slash);
  if (!is_name(group.name) || !parse_number(text.substr(slash + 1), group.group)) {
    return std::nullopt;
  }
  return group;
}

std::optional<Term> parse_term(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open != std::string_view::npos) return parse_argument(text, open);
  if (!is_name(text)) return std::nullopt;
  if (std::optional<Term> word = parse_word(text)) {
    if (word->kind == Term::Kind::random) word->count = 1;
    return word;
  }
  Term term;
  term.name = text;
  return term;
}

std::string to_string(const Term& term) {
  if (term.kind == Term::Kind::named) return term.name;
  std::string text(word_of(term.kind).text);
  if (term.group) return text + "(" + term.name + "/" + std::to_string(*term.group) + ")";
  if (!term.name.empty()) text = term.name + "-" + text;
  const std::uint32_t silent = term.kind == Term::Kind::random ? 1 : 0;
  if (term.count != silent) text += "(" + std::to_string(term.count) + ")";
  return text;
}

std::string to_string(const Selector& selector) {
  if (selector.terms.size() == 1) return to_string(selector.terms.front());
  std::string text = "[";
  for (const Term& term : selector.terms) {
    if (text.size() > 1) text += ", ";
    text += to_string(term);
  }
  return text + "]";
}

}  // namespace windtunnel::faults
