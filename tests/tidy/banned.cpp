#include "tests/tidy/banned.h"

#include <algorithm>
#include <set>

namespace windtunnel::tidy {
namespace {

enum class Form {
  name,      // anywhere
  std_name,  // as std::name
  call,      // a call of a free function, plain or qualified
  suffix,    // a name that ends so
  header,    // as an include
};

struct Ban {
  Form form;
  std::string_view name;
  std::string_view instead;
};

constexpr std::string_view kClock = "use Env::clock: time belongs to the node";
constexpr std::string_view kDraw = "use Env::random or a DrawKey: every draw is keyed";
constexpr std::string_view kScale = "use scale() on a keyed draw: distributions differ by library";
constexpr std::string_view kThreads = "use tasks on the Executor: a run has one thread";
constexpr std::string_view kLibm = "use integers or a table: libm differs by version";
constexpr std::string_view kConfig = "pass configuration in: the environment is not reproducible";

const std::vector<Ban>& bans() {
  static const std::vector<Ban> table = {
      {Form::name, "system_clock", kClock},
      {Form::name, "steady_clock", kClock},
      {Form::name, "high_resolution_clock", kClock},
      {Form::name, "clock_gettime", kClock},
      {Form::name, "gettimeofday", kClock},
      {Form::call, "time", kClock},
      {Form::header, "<ctime>", kClock},
      {Form::name, "random_device", kDraw},
      {Form::call, "rand", kDraw},
      {Form::call, "srand", kDraw},
      {Form::header, "<random>", kDraw},
      {Form::suffix, "_distribution", kScale},
      {Form::std_name, "shuffle", "draw the order by key: std::shuffle differs by library"},
      {Form::std_name, "hash", "use protocols/base/hash.h: std::hash differs by library"},
      {Form::std_name, "thread", kThreads},
      {Form::std_name, "jthread", kThreads},
      {Form::std_name, "async", kThreads},
      {Form::std_name, "mutex", kThreads},
      {Form::std_name, "shared_mutex", kThreads},
      {Form::std_name, "condition_variable", kThreads},
      {Form::std_name, "atomic", kThreads},
      {Form::header, "<thread>", kThreads},
      {Form::header, "<mutex>", kThreads},
      {Form::header, "<future>", kThreads},
      {Form::name, "thread_local", "pass state through Env: a run has no globals"},
      {Form::name, "getenv", kConfig},
      {Form::name, "secure_getenv", kConfig},
      {Form::header, "<cmath>", kLibm},
      {Form::header, "<math.h>", kLibm},
      {Form::name, "float", "use integers (per million, nanoseconds, tables)"},
      {Form::name, "double", "use integers (per million, nanoseconds, tables)"},
  };
  return table;
}

constexpr std::string_view kLibmNames[] = {
    "log", "log2", "log10", "log1p", "exp",  "exp2", "expm1", "sqrt", "cbrt", "pow",
    "sin", "cos",  "tan",   "asin",  "acos", "atan", "sinh",  "cosh", "tanh", "hypot"};

bool is_member(const Tokens& tokens, std::size_t at) {
  const std::string_view before = spelling(tokens, at - 1);
  return before == "." || before == "->";
}

bool is_in_std(const Tokens& tokens, std::size_t at) {
  return spelling(tokens, at - 1) == "::" && spelling(tokens, at - 2) == "std";
}

// A call; not a declaration (a type stands before its name), a member or in another namespace.
bool is_free_call(const Tokens& tokens, std::size_t at) {
  if (spelling(tokens, at + 1) != "(" || is_member(tokens, at)) return false;
  if (spelling(tokens, at - 1) == "::") return is_in_std(tokens, at) || !is_name(tokens, at - 2);
  const std::string_view before = spelling(tokens, at - 1);
  const bool declared = before == ">" || before == "&" || before == "*";
  return !declared && (!is_name(tokens, at - 1) || before == "return" || before == "co_return");
}

bool matches(const Ban& ban, const Tokens& tokens, std::size_t at) {
  const std::string_view word = spelling(tokens, at);
  const bool include = tokens[at].kind == Token::Kind::include;
  if (ban.form == Form::header) return include && word == ban.name;
  if (!is_name(tokens, at)) return false;
  switch (ban.form) {
    case Form::name: return word == ban.name;
    case Form::std_name: return word == ban.name && is_in_std(tokens, at);
    case Form::call: return word == ban.name && is_free_call(tokens, at);
    case Form::suffix: return word.ends_with(ban.name) && is_in_std(tokens, at);
    case Form::header: break;
  }
  return false;
}

std::string rule_of(const Ban& ban) {
  return ban.name == "float" || ban.name == "double" ? "floating-point" : "banned";
}

// Names declared in `tokens` with a type std::unordered_...
void collect_unordered(const Tokens& tokens, std::set<std::string>& names) {
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (!tokens[at].spelling.starts_with("unordered_") || spelling(tokens, at + 1) != "<") continue;
    std::size_t after = closing(tokens, at + 1) + 1;
    while (spelling(tokens, after) == "&" || spelling(tokens, after) == "*") ++after;
    if (is_name(tokens, after)) names.insert(tokens[after].spelling);
  }
}

bool says_const(const Tokens& tokens, std::size_t from, std::size_t to) {
  for (std::size_t at = from; at < to; ++at) {
    const std::string_view word = spelling(tokens, at);
    if (word == "const" || word == "constexpr" || word == "consteval") return true;
  }
  return false;
}

// The first ; = { or ( of a declaration.
std::size_t end_of_declarator(const Tokens& tokens, std::size_t at) {
  while (at < tokens.size()) {
    const std::string_view word = spelling(tokens, at);
    if (word == ";" || word == "=" || word == "{" || word == "(") break;
    at = word == "<" && closing(tokens, at) < tokens.size() ? closing(tokens, at) + 1 : at + 1;
  }
  return at;
}

bool begins_variable(std::string_view word) {
  constexpr std::string_view kOthers[] = {
      "using",    "typedef", "namespace",     "class",  "struct",  "union",    "enum", "extern",
      "template", "friend",  "static_assert", "static", "concept", "requires", "}"};
  return std::find(std::begin(kOthers), std::end(kOthers), word) == std::end(kOthers);
}

}  // namespace

bool is_deterministic_code(std::string_view path) {
  if (path.starts_with("protocols/asio/") || path.starts_with("sim/asio/")) return false;
  return path.starts_with("sim/") || path.starts_with("protocols/") || path.starts_with("faults/");
}

Findings check_banned_names(const std::string& path, const Tokens& tokens) {
  Findings findings;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const Token& token = tokens[at];
    for (const Ban& ban : bans()) {
      if (!matches(ban, tokens, at)) continue;
      findings.push_back({rule_of(ban), path, token.line,
                          "'" + token.spelling + "': " + std::string(ban.instead)});
    }
    const bool libm = std::find(std::begin(kLibmNames), std::end(kLibmNames), token.spelling) !=
                      std::end(kLibmNames);
    if (libm && is_in_std(tokens, at)) {
      findings.push_back(
          {"banned", path, token.line, "'std::" + token.spelling + "': " + std::string(kLibm)});
    }
    if (token.kind == Token::Kind::text && token.spelling.find("%p") != std::string::npos) {
      findings.push_back(
          {"banned", path, token.line, "'%p': print an id: addresses differ from run to run"});
    }
  }
  return findings;
}

Findings check_mutable_globals(const std::string& path, const Tokens& tokens,
                               const Structure& structure) {
  Findings findings;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (tokens[at].in_macro || !is_name(tokens, at)) continue;
    const std::size_t begin = statement_begin(tokens, structure, at);
    const bool is_static = tokens[at].spelling == "static";
    const bool at_file_scope = structure.around(at) == Brace::name_space && begin == at &&
                               begins_variable(tokens[at].spelling);
    if (!is_static && !at_file_scope) continue;
    const std::size_t end = end_of_declarator(tokens, at);
    const std::string_view stop = spelling(tokens, end);
    const bool opens_scope = stop == "{" && structure.opens[end] != Brace::expression;
    if (stop == "(" || stop.empty() || opens_scope || end < at + 2) continue;
    if (says_const(tokens, begin, end)) continue;
    // A function: the declarator seems to end at the `=` of its name.
    if (tokens[end - 1].spelling == "operator") continue;
    findings.push_back({"mutable-global", path, tokens[at].line,
                        "'" + tokens[end - 1].spelling +
                            "' outlives a run: make it const, or a member of what a run owns"});
  }
  return findings;
}

Findings check_unordered_iteration(const std::string& path, const Tokens& tokens,
                                   const Tokens& header) {
  std::set<std::string> names;
  collect_unordered(tokens, names);
  collect_unordered(header, names);
  Findings findings;
  for (std::size_t at = 1; at < tokens.size(); ++at) {
    if (names.count(tokens[at].spelling) == 0) continue;
    const std::string_view after = spelling(tokens, at + 1);
    const std::string_view member = spelling(tokens, at + 2);
    const bool ranged = spelling(tokens, at - 1) == ":" && after == ")";
    const bool begins = after == "." && (member == "begin" || member == "cbegin");
    if (!ranged && !begins) continue;
    findings.push_back({"unordered", path, tokens[at].line,
                        "iterates '" + tokens[at].spelling +
                            "' in hash order: use a map, a vector, or sort the keys first"});
  }
  return findings;
}

}  // namespace windtunnel::tidy
