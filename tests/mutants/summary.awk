# From what `windtunnel fuzz --json` and `windtunnel run --json` printed about a planted bug to one
# line of fields separated by tabs:
#   bug, id, difficulty, class,
#   runs, failing runs, CPU seconds of all runs, properties violated, assertions that failed,
#   faults, nodes and operations of the smallest shrunk scenario,
#   directed scenario, its runs, failing ones, properties violated
# Variables: bug, number, level, class, directed. Fields that are not known are "-".

# The text or number under `key` in one line of JSON, as written; "" where there is none.
function value(json, key) {
  if (match(json, "\"" key "\":\"([^\"\\\\]|\\\\.)*\"")) {
    return substr(json, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
  }
  if (match(json, "\"" key "\":-?[0-9][0-9.eE+-]*")) {
    return substr(json, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
  }
  return ""
}

function add(list, word) {
  if (word == "" || index(", " list ", ", ", " word ", ")) return list
  return list == "" ? word : list ", " word
}

function known(field) { return field == "" ? "-" : field }

# "assertion failed: the log has this entry (...)" without the expression; "crash" where nothing was
# said.
function assertion(text) {
  if (!match(text, /assertion failed: [^(\\"]*/)) return "crash"
  text = substr(text, RSTART + 18, RLENGTH - 18)
  sub(/ +$/, "", text)
  return text
}

function take_group(group,   check, size) {
  check = value(group, "check")
  if (check == "no-crash") {
    assertions = add(assertions, assertion(group))
  } else {
    checks = add(checks, check)
  }
  if (value(group, "faults") == "") return
  size = value(group, "faults") * 1000000 + value(group, "nodes") * 10000
  size += value(group, "operations")
  if (smallest != "" && smallest <= size) return
  smallest = size
  shrunk = value(group, "faults") "\t" value(group, "nodes") "\t" value(group, "operations")
}

# The objects of a list follow one another, and each begins with its fingerprint.
FILENAME ~ /\.fuzz$/ && /"schema":"windtunnel.fuzz\/1"/ {
  runs = value($0, "runs")
  failing = value($0, "failing")
  seconds = value($0, "cpu_seconds")
  count = split($0, groups, /\{"fingerprint":/)
  for (i = 2; i <= count; ++i) take_group("{\"fingerprint\":" groups[i])
}

FILENAME ~ /\.directed$/ && /"schema":"windtunnel.run\/1"/ {
  ++directed_runs
  if (value($0, "verdict") != "fail") next
  ++directed_failing
  found = 0
  count = split($0, properties, /\{"check":/)
  for (i = 2; i <= count; ++i) {
    property = "{\"check\":" properties[i]
    verdict = value(property, "verdict")
    expected = value(property, "expected")
    if (verdict == "violated" && expected == "holds") {
      name = value(property, "check")
      if (name == "no-crash") name = "assertion: " assertion($0)
      directed_checks = add(directed_checks, name)
      found = 1
    } else if (verdict != "violated" && expected ~ /^violated/) {
      directed_checks = add(directed_checks, value(property, "check") " (expected, not seen)")
      found = 1
    }
  }
  if (!found) directed_checks = add(directed_checks, "assertion: " assertion($0))
}

END {
  if (shrunk == "") shrunk = "-\t-\t-"
  if (directed != "") directed_failing += 0
  printf "%s\t%s\t%s\t%s\t", bug, known(number), known(level), known(class)
  printf "%s\t%s\t%s\t%s\t%s\t", known(runs), known(failing), known(seconds), known(checks),
    known(assertions)
  printf "%s\t%s\t%s\t%s\t%s\n", shrunk, known(directed), known(directed_runs),
    known(directed_failing), known(directed_checks)
}
