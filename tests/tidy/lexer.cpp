#include "tests/tidy/lexer.h"

#include <cctype>

namespace windtunnel::tidy {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Tokens run() {
    while (at_ < text_.size()) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool next_is(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

  void advance(std::size_t count = 1) {
    for (; count > 0 && at_ < text_.size(); --count) {
      if (text_[at_] == '\n') ++line_;
      ++at_;
    }
  }
  void skip_past(std::string_view what) {
    while (at_ < text_.size() && !next_is(what)) advance();
    advance(what.size());
  }
  void add(Token::Kind kind, std::size_t from, std::size_t line) {
    tokens_.push_back({kind, std::string(text_.substr(from, at_ - from)), line, in_directive_});
    line_has_token_ = true;
  }

  void step() {
    const char c = peek();
    if (c == '\n') {
      in_directive_ = false;
      line_has_token_ = false;
      advance();
    } else if (next_is("\\\n")) {
      advance(2);
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      advance();
    } else if (next_is("//")) {
      while (at_ < text_.size() && peek() != '\n') advance();
    } else if (next_is("/*")) {
      skip_past("*/");
    } else if (c == '#' && !line_has_token_) {
      directive();
    } else {
      token();
    }
  }

  // Of a directive, the name of an included file and the body of a macro are kept.
  void directive() {
    advance();
    while (peek() == ' ') advance();
    const std::size_t line = line_;
    if (next_is("include")) {
      advance(7);
      while (peek() == ' ') advance();
      const std::size_t from = at_;
      while (at_ < text_.size() && peek() != '\n' && !next_is(" ")) advance();
      add(Token::Kind::include, from, line);
    } else if (next_is("define")) {
      in_directive_ = true;
      line_has_token_ = true;
      advance(6);
    } else {
      while (at_ < text_.size() && peek() != '\n') advance(next_is("\\\n") ? 2 : 1);
    }
  }

  void token() {
    const std::size_t from = at_;
    const std::size_t line = line_;
    if (starts_name(peek())) {
      while (continues_name(peek())) advance();
      const std::string_view word = text_.substr(from, at_ - from);
      if (peek() == '"') return literal(from, line, word.ends_with('R'));
      add(Token::Kind::name, from, line);
    } else if (is_digit(peek())) {
      while (continues_name(peek()) || peek() == '.' ||
             (peek() == '\'' && continues_name(peek(1)))) {
        advance();
      }
      add(Token::Kind::number, from, line);
    } else if (peek() == '"' || peek() == '\'') {
      literal(from, line, false);
    } else {
      const bool pair = next_is("::") || next_is("->") || next_is("&&") || next_is("||");
      advance(pair ? 2 : 1);
      add(Token::Kind::punctuation, from, line);
    }
  }

  void literal(std::size_t from, std::size_t line, bool raw) {
    const char quote = peek();
    advance();
    if (raw) {
      const std::size_t delimiter = at_;
      while (at_ < text_.size() && peek() != '(') advance();
      const std::string end = ")" + std::string(text_.substr(delimiter, at_ - delimiter)) + "\"";
      skip_past(end);
    } else {
      while (at_ < text_.size() && peek() != quote && peek() != '\n')
        advance(peek() == '\\' ? 2 : 1);
      advance();
    }
    add(Token::Kind::text, from, line);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool in_directive_ = false;
  bool line_has_token_ = false;
  Tokens tokens_;
};

char partner(std::string_view bracket) {
  constexpr std::string_view kPairs = "()[]{}<>";
  if (bracket.size() != 1) return '\0';
  const std::size_t at = kPairs.find(bracket[0]);
  return at == std::string_view::npos ? '\0' : kPairs[at ^ 1];
}

}  // namespace

Tokens lex(std::string_view text) { return Lexer(text).run(); }

std::string_view spelling(const Tokens& tokens, std::size_t index) {
  return index < tokens.size() ? std::string_view(tokens[index].spelling) : std::string_view();
}

bool is_name(const Tokens& tokens, std::size_t index) {
  return index < tokens.size() && tokens[index].kind == Token::Kind::name;
}

std::size_t closing(const Tokens& tokens, std::size_t index) {
  const std::string_view open = spelling(tokens, index);
  const std::string close(1, partner(open));
  int depth = 0;
  for (std::size_t at = index; at < tokens.size(); ++at) {
    if (tokens[at].spelling == open) ++depth;
    if (tokens[at].spelling == close && --depth == 0) return at;
  }
  return tokens.size();
}

std::size_t opening(const Tokens& tokens, std::size_t index) {
  const std::string_view close = spelling(tokens, index);
  const std::string open(1, partner(close));
  int depth = 0;
  for (std::size_t at = index + 1; at-- > 0;) {
    if (tokens[at].spelling == close) ++depth;
    if (tokens[at].spelling == open && --depth == 0) return at;
  }
  return tokens.size();
}

}  // namespace windtunnel::tidy
