#include <windtunnel/faults/plan/selector.h>

#include <algorithm>
#include <charconv>

namespace windtunnel::faults {
namespace {

struct Word {
  std::string_view text;
  Term::Kind kind;
};
constexpr Word kWords[] = {
    {"leader", Term::Kind::leader},     {"followers", Term::Kind::followers},
    {"majority", Term::Kind::majority}, {"minority", Term::Kind::minority},
    {"random", Term::Kind::random},     {"rest", Term::Kind::rest},
    {"all", Term::Kind::all},           {"clients", Term::Kind::clients},
};

const Word* find_word(std::string_view text) {
  for (const Word& word : kWords) {
    if (word.text == text) return &word;
  }
  return nullptr;
}

bool is_name(std::string_view text) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

// Those that may stand behind the name of a group.
bool is_of_group(Term::Kind kind) {
  switch (kind) {
    case Term::Kind::leader:
    case Term::Kind::followers:
    case Term::Kind::majority:
    case Term::Kind::minority:
    case Term::Kind::random: return true;
    case Term::Kind::named:
    case Term::Kind::rest:
    case Term::Kind::all:
    case Term::Kind::clients: break;
  }
  return false;
}

// `leader`, `n-leader`; nullopt for what is not a word of selectors.
std::optional<Term> parse_word(std::string_view text) {
  Term term;
  const Word* word = find_word(text);
  const std::size_t dash = text.rfind('-');
  if (word == nullptr && dash != std::string_view::npos && dash != 0) {
    word = find_word(text.substr(dash + 1));
    if (word == nullptr || !is_of_group(word->kind)) return std::nullopt;
    term.name = text.substr(0, dash);
    if (!is_name(term.name)) return std::nullopt;
  }
  if (word == nullptr) return std::nullopt;
  term.kind = word->kind;
  return term;
}

// `random(2)`, `n-followers(1)`.
std::optional<Term> parse_counted(std::string_view text, std::size_t open) {
  if (text.back() != ')') return std::nullopt;
  std::optional<Term> word = parse_word(text.substr(0, open));
  if (!word) return std::nullopt;
  if (word->kind != Term::Kind::random && word->kind != Term::Kind::followers) return std::nullopt;
  const std::string_view digits = text.substr(open + 1, text.size() - open - 2);
  Term term = *std::move(word);
  const char* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, term.count);
  if (error != std::errc() || end != last || term.count == 0) return std::nullopt;
  return term;
}

}  // namespace

std::optional<Term> parse_term(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open != std::string_view::npos) return parse_counted(text, open);
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
  std::string text;
  if (!term.name.empty()) text = term.name + "-";
  for (const Word& word : kWords) {
    if (word.kind == term.kind) text += word.text;
  }
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
