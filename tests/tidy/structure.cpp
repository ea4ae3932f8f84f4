#include "tests/tidy/structure.h"

#include <algorithm>
#include <array>

namespace windtunnel::tidy {
namespace {

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 6> kQualifiers = {"const", "noexcept", "override",
                                                         "final", "mutable",  "&&"};
constexpr std::array<std::string_view, 6> kControl = {"if",     "for",   "while",
                                                      "switch", "catch", "constexpr"};
constexpr std::array<std::string_view, 7> kBeforeBlock = {";", "}", "else", "do", "try", ":", ""};
constexpr std::array<std::string_view, 4> kTypeKeys = {"struct", "class", "union", "enum"};
constexpr std::array<std::string_view, 7> kInType = {"::", "<", ">", "*", "&", ",", "const"};

// Steps back over a trailing return type; kNone when there is none.
std::size_t before_trailing_return(const Tokens& tokens, std::size_t index) {
  while (index != kNone && (is_name(tokens, index) || one_of(spelling(tokens, index), kInType))) {
    if (spelling(tokens, index) == "return") return kNone;
    --index;
  }
  return index != kNone && spelling(tokens, index) == "->" ? index - 1 : kNone;
}

// Finds the ) that ends the parameters before the { at `index`; kNone when there is none.
std::size_t end_of_parameters(const Tokens& tokens, std::size_t index) {
  std::size_t at = index - 1;
  const std::size_t before_type = before_trailing_return(tokens, at);
  if (before_type != kNone) at = before_type;
  while (at != kNone && one_of(spelling(tokens, at), kQualifiers)) --at;
  if (at == kNone || spelling(tokens, at) != ")") return kNone;
  const std::size_t open = opening(tokens, at);
  if (open == tokens.size() || open == 0) return kNone;
  if (spelling(tokens, open - 1) == "noexcept") return end_of_parameters(tokens, open - 1);
  return at;
}

class Classifier {
 public:
  explicit Classifier(const Tokens& tokens) : tokens_(tokens) {}

  Structure run() {
    structure_.opens.assign(tokens_.size(), Brace::none);
    structure_.parent.assign(tokens_.size(), kNone);
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      if (tokens_[at].in_macro) continue;
      const std::string_view word = spelling(tokens_, at);
      if (word == "}" && !open_.empty()) open_.pop_back();
      structure_.parent[at] = open_.empty() ? kNone : open_.back();
      if (word != "{") continue;
      structure_.opens[at] = classify(at);
      open_.push_back(at);
    }
    return std::move(structure_);
  }

 private:
  Brace classify(std::size_t at) const {
    if (at == 0) return Brace::block;
    const std::string_view before = spelling(tokens_, at - 1);
    if (before == "{") {
      const bool nested = structure_.opens[at - 1] == Brace::expression;
      return nested ? Brace::expression : Brace::block;
    }
    if (before == "]")
      return begins_lambda(tokens_, opening(tokens_, at - 1)) ? Brace::lambda : Brace::expression;
    const Brace around = structure_.around(at);
    if (around == Brace::name_space || around == Brace::type) {
      const Brace declared = declaration(at);
      if (declared != Brace::none) return declared;
    }
    const std::size_t parameters = end_of_parameters(tokens_, at);
    if (parameters != kNone) return after_parameters(at, parameters);
    if (one_of(before, kBeforeBlock)) return Brace::block;
    if (around != Brace::expression && head_has_type_key(at)) return Brace::type;
    return Brace::expression;
  }

  // A namespace or a type; none for anything else.
  Brace declaration(std::size_t at) const {
    const std::size_t head = statement_begin(tokens_, structure_, at);
    const std::string_view before = spelling(tokens_, at - 1);
    for (std::size_t i = head; i < at; ++i) {
      if (spelling(tokens_, i) == "namespace") return Brace::name_space;
    }
    if (spelling(tokens_, head) == "extern" && before.starts_with('"')) return Brace::name_space;
    const bool parenthesis_ends = end_of_parameters(tokens_, at) != kNone;
    return !parenthesis_ends && before != "=" && head_has_type_key(at) ? Brace::type : Brace::none;
  }

  bool head_has_type_key(std::size_t at) const {
    for (std::size_t i = statement_begin(tokens_, structure_, at); i < at; ++i) {
      if (spelling(tokens_, i) == "template" && spelling(tokens_, i + 1) == "<") {
        i = std::min(closing(tokens_, i + 1), at);
      }
      if (spelling(tokens_, i) == "=") return false;
      if (one_of(spelling(tokens_, i), kTypeKeys)) return true;
    }
    return false;
  }

  Brace after_parameters(std::size_t at, std::size_t parameters) const {
    const std::size_t open = opening(tokens_, parameters);
    const std::string_view before = spelling(tokens_, open - 1);
    if (before == "]" && begins_lambda(tokens_, opening(tokens_, open - 1))) return Brace::lambda;
    if (before == "requires") return Brace::expression;
    if (one_of(before, kControl)) return Brace::block;
    const Brace around = structure_.around(at);
    return around == Brace::name_space || around == Brace::type ? Brace::function : Brace::block;
  }

  const Tokens& tokens_;
  Structure structure_;
  std::vector<std::size_t> open_;
};

}  // namespace

Brace Structure::around(std::size_t token) const {
  const std::size_t brace = parent[token];
  return brace == kNone ? Brace::name_space : opens[brace];
}

bool Structure::inside(std::size_t token, Brace kind) const {
  for (std::size_t at = parent[token]; at != kNone; at = parent[at]) {
    if (opens[at] == kind) return true;
  }
  return false;
}

Structure structure_of(const Tokens& tokens) { return Classifier(tokens).run(); }

bool begins_binding(const Tokens& tokens, std::size_t index) {
  if (index == 0 || spelling(tokens, index) != "[") return false;
  std::size_t before = index - 1;
  while (before > 0 && (spelling(tokens, before) == "&" || spelling(tokens, before) == "&&"))
    --before;
  return spelling(tokens, before) == "auto";
}

bool begins_lambda(const Tokens& tokens, std::size_t index) {
  if (spelling(tokens, index) != "[" || spelling(tokens, index + 1) == "[") return false;
  if (begins_binding(tokens, index)) return false;
  if (index == 0) return true;
  const std::string_view before = spelling(tokens, index - 1);
  if (before == "[" || before == ")" || before == "]" || before == "delete") return false;
  return !is_name(tokens, index - 1) || before == "return" || before == "co_return" ||
         before == "co_await";
}

std::size_t statement_begin(const Tokens& tokens, const Structure& structure, std::size_t index) {
  std::size_t at = index;
  while (at > 0) {
    const std::string_view before = spelling(tokens, at - 1);
    if (before == ";" || tokens[at - 1].in_macro) break;
    if (before == "{" && structure.opens[at - 1] != Brace::expression) break;
    if (before == "}") {
      const std::size_t open = opening(tokens, at - 1);
      if (open == tokens.size() || structure.opens[open] != Brace::expression) break;
      at = open;
      continue;
    }
    if (tokens[at - 1].kind == Token::Kind::include) break;
    --at;
  }
  return at;
}

}  // namespace windtunnel::tidy
