#include "tests/tidy/expressions.h"

#include <algorithm>

namespace windtunnel::tidy {
namespace {

bool is_member_access(std::string_view word) { return word == "." || word == "->"; }

// Methods whose result depends on how often, or when, they were called before. In sim, now() reads
// the time of the current event, which nothing moves.
bool is_drawing_method(std::string_view word, bool in_sim) {
  return word.starts_with("draw") || (!in_sim && (word == "now" || word == "wall"));
}

// Whether `at` is the name of a method called through Env (env.disk.sync) or of a drawing one.
bool is_env_call(const Tokens& tokens, std::size_t at, bool in_sim) {
  if (!is_name(tokens, at) || spelling(tokens, at + 1) != "(" || at == 0) return false;
  if (!is_member_access(spelling(tokens, at - 1))) return false;
  if (is_drawing_method(spelling(tokens, at), in_sim)) return true;
  for (std::size_t access = at - 1; access > 0 && is_name(tokens, access - 1); access -= 2) {
    const std::string_view name = spelling(tokens, access - 1);
    if (name == "env" || name == "env_") return true;
    if (access < 2 || !is_member_access(spelling(tokens, access - 2))) return false;
  }
  return false;
}

// Counts calls, full expression by full expression. A lambda's body inside an argument list is made
// of statements of its own; the expression around it goes on after it.
class DrawCounter {
 public:
  DrawCounter(const std::string& path, const Tokens& tokens, const Structure& structure)
      : path_(path), tokens_(tokens), structure_(structure) {}

  Findings run() {
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      if (!tokens_[at].in_macro) visit(at);
    }
    return std::move(findings_);
  }

 private:
  struct Expression {
    int depth = 0;  // of brackets
    int calls = 0;
  };

  void visit(std::size_t at) {
    const std::string_view word = spelling(tokens_, at);
    if (word == "{" && structure_.opens[at] != Brace::expression) {
      outer_.push_back(now_.depth > 0 ? now_ : Expression{});
      now_ = {};
    } else if (word == "}" && closes_block(at)) {
      if (!outer_.empty()) {
        now_ = outer_.back();
        outer_.pop_back();
      }
    } else if (word == "(" || word == "[" || word == "{") {
      ++now_.depth;
    } else if (word == ")" || word == "]" || word == "}") {
      --now_.depth;
    } else if (word == ";" || (word == "," && now_.depth == 0)) {
      now_.calls = 0;
    } else if (is_env_call(tokens_, at, in_sim_) && ++now_.calls == 2) {
      findings_.push_back({"one-draw", path_, tokens_[at].line,
                           "'" + tokens_[at].spelling +
                               "' is the second draw or Env call of one expression: name the first "
                               "result, since compilers differ in the order"});
    }
  }

  bool closes_block(std::size_t at) const {
    const std::size_t open = opening(tokens_, at);
    return open >= tokens_.size() || structure_.opens[open] != Brace::expression;
  }

  const std::string& path_;
  const bool in_sim_ = path_.starts_with("sim/");
  const Tokens& tokens_;
  const Structure& structure_;
  Expression now_;
  std::vector<Expression> outer_;
  Findings findings_;
};

// The first hazard in the statement around the co_await at `at`, or "".
std::string_view hazard(const Tokens& tokens, const Structure& structure, std::size_t at) {
  for (std::size_t i = statement_begin(tokens, structure, at); i < tokens.size(); ++i) {
    const std::string_view word = spelling(tokens, i);
    if (word == ";" || tokens[i].in_macro) break;
    if (begins_binding(tokens, i)) return "a structured binding";
    if (begins_lambda(tokens, i)) return "a lambda";
    if (word == "{") {
      if (structure.opens[i] == Brace::expression) return "a braced value";
      if (i > at) break;
    }
    if (word == "?") return "?:";
    if (word == "co_await" && i > at) return "a second co_await";
  }
  return "";
}

bool in_capturing_lambda(const Tokens& tokens, const Structure& structure, std::size_t at) {
  for (std::size_t brace = structure.parent[at]; brace != kNone; brace = structure.parent[brace]) {
    if (structure.opens[brace] == Brace::function) return false;
    if (structure.opens[brace] != Brace::lambda) continue;
    std::size_t introducer = brace;
    while (introducer > 0 && !begins_lambda(tokens, introducer)) --introducer;
    return spelling(tokens, introducer + 1) != "]";
  }
  return false;
}

}  // namespace

Findings check_single_draw(const std::string& path, const Tokens& tokens,
                           const Structure& structure) {
  return DrawCounter(path, tokens, structure).run();
}

Findings check_co_await(const std::string& path, const Tokens& tokens, const Structure& structure) {
  Findings findings;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const std::string_view word = spelling(tokens, at);
    if (word != "co_await" && word != "co_return") continue;
    if (in_capturing_lambda(tokens, structure, at)) {
      findings.push_back({"co-await", path, tokens[at].line,
                          "a coroutine is a lambda with captures: the closure may die before the "
                          "frame; make it a named function"});
    }
    if (word != "co_await") continue;
    const std::string_view found = hazard(tokens, structure, at);
    if (found.empty()) continue;
    findings.push_back({"co-await", path, tokens[at].line,
                        std::string(found) +
                            " in a statement with co_await, which g++ 12.2 can miscompile: put it "
                            "in a statement of its own before"});
  }
  return findings;
}

}  // namespace windtunnel::tidy
