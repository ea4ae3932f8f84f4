# Prints the lines of summary.awk as a table for people. Exit code 1 where a bug was found by
# nothing.
#
# p is the share of failing runs, with its 95 % interval (Wilson 1927). A run fails with probability
# p, so half of all campaigns need no more than ln 0.5 / ln (1 - p) runs.
BEGIN {
  FS = "\t"
  row = "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
  printf row, "bug", "id", "difficulty", "class", "found by", "assertion", "failing runs (95 %)",
    "median runs", "CPU s to it", "shrunk: faults, nodes, operations", "directed scenario"
  print "|---|---|---|---|---|---|---|---|---|---|---|"
}

function bound(failing, runs, sign,   z, p, middle, half) {
  z = 1.959964
  p = failing / runs
  middle = p + z * z / (2 * runs)
  half = z * sqrt(p * (1 - p) / runs + z * z / (4 * runs * runs))
  return (middle + sign * half) / (1 + z * z / runs)
}

function share(failing, runs) {
  return sprintf("%d/%d (%.1f to %.1f %%)", failing, runs, 100 * bound(failing, runs, -1),
                 100 * bound(failing, runs, 1))
}

# Of runs until the first that fails; at least one.
function median_runs(failing, runs,   median) {
  if (failing == runs) return 1
  median = log(0.5) / log(1 - failing / runs)
  return median < 1 ? 1 : median
}

{
  runs = $5
  failing = $6
  by_fuzz = failing + 0 > 0
  by_scenario = $15 + 0 > 0
  median = by_fuzz ? median_runs(failing, runs) : 0
  cpu = by_fuzz && $7 != "-" ? sprintf("%.3f", median * $7 / runs) : "-"
  size = $10 == "-" ? "-" : $10 ", " $11 ", " $12
  name = $13
  sub(/.*\//, "", name)
  sub(/\.yaml$/, "", name)
  scenario = name == "-" ? "-" : name ": " share($15, $14) ($16 == "-" ? "" : " " $16)
  found = by_fuzz ? $8 : (by_scenario ? "its scenario only" : "NOT FOUND")
  printf row, $1, $2, $3, $4, found, $9, runs == "-" ? "-" : share(failing, runs),
    by_fuzz ? sprintf("%.1f", median) : "-", cpu, size, scenario
  ++bugs
  if (by_fuzz || by_scenario) {
    ++caught
  } else {
    missed = missed " " $1
  }
}

END {
  printf "\n%d of %d bugs found\n", caught, bugs
  if (missed != "") {
    print "not found:" missed
    exit 1
  }
}
