#include "tests/tidy/tidy.h"

#include "tests/tidy/banned.h"
#include "tests/tidy/expressions.h"
#include "tests/tidy/layers.h"
#include "tests/tidy/protocol_names.h"

namespace windtunnel::tidy {
namespace {

void add(Findings& all, const Findings& more) { all.insert(all.end(), more.begin(), more.end()); }

bool draws_matter(std::string_view path) {
  return is_deterministic_code(path) || path.starts_with("scenarios/");
}

void check_cpp(const File& file, Report& report) {
  const Tokens tokens = lex(file.text);
  const Structure structure = structure_of(tokens);
  add(report.findings, check_includes(file.path, tokens));
  add(report.findings, check_protocol_names(file.path, tokens));
  add(report.findings, check_co_await(file.path, tokens, structure));
  if (is_deterministic_code(file.path)) {
    add(report.findings, check_banned_names(file.path, tokens));
    add(report.findings, check_mutable_globals(file.path, tokens, structure));
    add(report.findings, check_unordered_iteration(file.path, tokens, lex(file.header)));
  }
  if (draws_matter(file.path)) {
    add(report.findings, check_single_draw(file.path, tokens, structure));
  }
  report.functions = measure_functions(file.path, tokens, structure);
  add(report.findings, check_functions(report.functions));
}

}  // namespace

Report check(const File& file) {
  Report report;
  add(report.findings, check_text(file.path, file.text));
  if (file.path.ends_with(".md")) add(report.findings, check_markdown(file.path, file.text));
  if (file.path.ends_with(".h")) add(report.findings, check_pragma_once(file.path, file.text));
  if (file.path.ends_with(".h") || file.path.ends_with(".cpp")) check_cpp(file, report);
  return report;
}

}  // namespace windtunnel::tidy
