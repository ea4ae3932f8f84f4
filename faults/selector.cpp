#include "faults/selector.h"

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

// `random(2)`, `followers(1)`.
std::optional<Term> parse_counted(std::string_view text, std::size_t open) {
  if (text.back() != ')') return std::nullopt;
  const Word* word = find_word(text.substr(0, open));
  if (word == nullptr) return std::nullopt;
  if (word->kind != Term::Kind::random && word->kind != Term::Kind::followers) return std::nullopt;
  const std::string_view digits = text.substr(open + 1, text.size() - open - 2);
  Term term;
  term.kind = word->kind;
  const char* last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, term.count);
  if (error != std::errc() || end != last || term.count == 0) return std::nullopt;
  return term;
}

bool is_quorum(Term::Kind kind) {
  return kind == Term::Kind::majority || kind == Term::Kind::minority;
}

}  // namespace

std::optional<Term> parse_term(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open != std::string_view::npos) return parse_counted(text, open);
  if (!is_name(text)) return std::nullopt;
  Term term;
  if (const Word* word = find_word(text); word != nullptr) {
    term.kind = word->kind;
    if (term.kind == Term::Kind::random) term.count = 1;
    return term;
  }
  const std::size_t dash = text.rfind('-');
  if (dash != std::string_view::npos && dash != 0) {
    const Word* word = find_word(text.substr(dash + 1));
    if (word != nullptr && is_quorum(word->kind)) {
      term.kind = word->kind;
      term.name = text.substr(0, dash);
      return term;
    }
  }
  term.name = text;
  return term;
}

std::string to_string(const Term& term) {
  if (term.kind == Term::Kind::named) return term.name;
  std::string text;
  if (is_quorum(term.kind) && !term.name.empty()) text = term.name + "-";
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
