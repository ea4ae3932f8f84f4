#include <windtunnel/scenarios/format/diagnostics.h>

#include <fmt/format.h>

#include <charconv>

namespace windtunnel::scenarios {
namespace {

struct Explanation {
  Code code;
  std::string_view title;
  std::string_view text;
};

constexpr Explanation kExplanations[] = {
    {Code::missing_file, "the file does not exist",
     "Check the path; it is relative to the current directory."},
    {Code::unreadable, "the file cannot be read",
     "A directory was given where a file is needed, or the permissions forbid reading it."},
    {Code::too_large, "the file is too large",
     "A scenario file has at most 1 MiB; split it with `include:`."},
    {Code::not_utf8, "the file is not UTF-8",
     "Save it as UTF-8. The place that is shown is that of the first byte that is not."},
    {Code::syntax, "the file is not YAML",
     "Parsing stops at the first syntax error, so only one is shown. Common causes: an unbalanced "
     "bracket or quote,\n"
     "a missing space after a colon, indentation that does not line up."},
    {Code::tab, "a line is indented with a tab", "YAML forbids it. Indent with spaces."},
    {Code::alias, "anchors and aliases are not allowed",
     "`&name` and `*name` make a file that reads differently from what it says. Use `params:` and "
     "`${params.NAME}`\n"
     "for values, `include:` for whole parts. A text that begins with & or * is written in "
     "quotes."},
    {Code::tag, "tags are not allowed",
     "The type of every value follows from its key; leave `!tag` out."},
    {Code::merge_key, "merge keys are not allowed", "`<<` is not merged. Use `include:`."},
    {Code::several_documents, "several documents in one file",
     "A file is one scenario. Make a file of each, without `---` between."},
    {Code::too_deep, "too deeply nested", "No scenario needs more than 64 levels."},
    {Code::duplicate_key, "a key is given twice",
     "The second would silently win. Remove one of them."},
    {Code::include, "an include does not work",
     "Paths are relative to the including file. A file cannot include itself, also not through "
     "others."},
    {Code::unknown_key, "an unknown key",
     "Keys that nothing reads are refused, so that a misspelt one is not ignored. `windtunnel "
     "scenario schema` and\n"
     "docs/scenario-format.md list all of them. Keys that begin with `x-` are yours and are "
     "ignored."},
    {Code::missing_key, "a required key is missing",
     "docs/scenario-format.md says which keys are required."},
    {Code::wrong_shape, "a value of the wrong shape",
     "A list, a map or a single value stands where another of them is expected."},
    {Code::version, "not a scenario of a version that is known",
     "The first key of a scenario file is `scenario: v1`."},
    {Code::empty_value, "a key without a value",
     "Give it a value, or remove the key to get the default."},
    {Code::needs_unit, "a quantity without its unit",
     "Durations: ns, us, ms, s, m, h (`150ms`, `1.5s`). Sizes: B, kB, KiB, MB, MiB, GB, GiB "
     "(`64KiB`).\n"
     "Rates: `200/s`. Bandwidths: `10MB/s`, `100Mbit/s`."},
    {Code::malformed, "a value that cannot be read",
     "Numbers are decimal, without leading zeros. true and false are the only truth values."},
    {Code::out_of_range, "a value outside of what is allowed", "The message says what is allowed."},
    {Code::unknown_word, "a word that is not one of the allowed ones", "The message lists them."},
    {Code::bad_selector, "a selector that cannot be read",
     "A node (n1), a group (n), leader, followers, followers(2), majority, minority, n-majority, "
     "n-minority, random,\n"
     "random(2), leader(n/1) for the leader of group 1 of those that the nodes n form, rest, all, "
     "clients, or a list of\n"
     "these. Where there is no running cluster to ask "
     "(network, storage,\n"
     "clock), only nodes, groups, all and clients."},
    {Code::bad_pattern, "an observation that cannot be read",
     "`leader elected`, `leader(n1)`, `commit(n1) >= 10`, `applied >= 4`, `term >= 3`, `snapshot "
     ">= 1`, or\n"
     "`event kind=truncate node=n2 count=3`; fields of an observation by their name, as `txn=7` or "
     "`index>=4`; `n1/1` for\n"
     "the second of the groups that n1 is in. `windtunnel list services` names the observations "
     "and counters."},
    {Code::trigger, "a fault needs exactly one trigger",
     "One of `at`, `every` (with from, until), `random`, `when`."},
    {Code::effect, "a fault needs exactly one effect",
     "One of partition, cut, isolate, link, hold, release, messages, crash, restart, pause, "
     "suspend, clock_jump,\n"
     "clock_drift, disk, overload, heal, act, timeout, script. With `random`, the effects stand in "
     "its "
     "`choose`."},
    {Code::distribution, "an incomplete distribution",
     "constant: value. uniform: min, max. normal: mean, stddev. lognormal: median, sigma. "
     "exponential: mean.\n"
     "pareto: scale, tail. `5ms` and `1ms..3ms` are short for constant and uniform."},
    {Code::unknown_param, "an unknown parameter",
     "`${params.NAME}` and `--set NAME=VALUE` refer to a name under `params:`."},
    {Code::unknown_node, "no such node or group",
     "Nodes are named by their group and a number from 1: a group n of 5 has n1 to n5."},
    {Code::unknown_service, "no such service", "`windtunnel list services` names them."},
    {Code::unknown_option, "no such option",
     "`windtunnel list` names the options of services, workloads and checks."},
    {Code::unknown_workload, "no such workload", "`windtunnel list workloads` names the types."},
    {Code::unknown_operation, "no such operation",
     "`windtunnel list workloads` names those of each type."},
    {Code::unknown_check, "no such check",
     "`windtunnel list checks` names them. `PREFIX.*` means all of that prefix."},
    {Code::unknown_message, "no such message type",
     "`windtunnel list services` names those of each service."},
    {Code::duplicate_name, "a name is used twice",
     "Groups, nodes, workloads and fault ids have different names."},
    {Code::inconsistent, "values that contradict each other", "The message says which."},
    {Code::too_many_nodes, "too many nodes",
     "A scenario has at most 10,000 nodes, clients included."},
    {Code::unknown_action, "no such action",
     "`act` and `timeout` tell the service of a node to do something. `windtunnel list services` "
     "names the actions of\n"
     "each service; clients have none."},
};

// The text above with the command called by its name.
std::string naming(std::string_view command, std::string_view text) {
  constexpr std::string_view kCommand = "`windtunnel ";
  std::string named;
  for (std::size_t at = text.find(kCommand); at != text.npos; at = text.find(kCommand)) {
    named.append(text.substr(0, at)).append("`").append(command).append(" ");
    text.remove_prefix(at + kCommand.size());
  }
  return named.append(text);
}

}  // namespace

std::string to_string(Code code) { return fmt::format("E{:03}", static_cast<unsigned>(code)); }

std::optional<std::string> explain(std::string_view code, std::string_view command) {
  if (!code.empty() && (code.front() == 'E' || code.front() == 'e')) code.remove_prefix(1);
  unsigned number = 0;
  const char* last = code.data() + code.size();
  const auto [end, error] = std::from_chars(code.data(), last, number);
  if (error != std::errc() || end != last) return std::nullopt;
  for (const Explanation& known : kExplanations) {
    if (static_cast<unsigned>(known.code) != number) continue;
    return fmt::format("{}: {}\n\n{}\n", to_string(known.code), known.title,
                       naming(command, known.text));
  }
  return std::nullopt;
}

std::vector<Code> all_codes() {
  std::vector<Code> codes;
  for (const Explanation& known : kExplanations) codes.push_back(known.code);
  return codes;
}

}  // namespace windtunnel::scenarios
