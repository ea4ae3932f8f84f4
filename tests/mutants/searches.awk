# Random against guided search. Lines "mutant mode found cpu-seconds", found 0 where nothing was
# found, become a row for each mutant. What takes more than 60 s of a core counts as not found.
# "Sooner" is the share of all pairs of a guided and a random search in which the guided one found the
# bug in less time (a tie counts half): U / (n m) of Mann and Whitney. With 20 searches each it differs
# from 50 % by more than chance (5 %, two-sided) below 32 % and above 68 %.

function shown(mode,    i, j, time, found, count, sorted) {
  count = searches[mode]
  for (i = 1; i <= count; ++i) {
    time = times[mode, i]
    if (time < limit) ++found
    for (j = i; j > 1 && sorted[j - 1] > time; --j) sorted[j] = sorted[j - 1]
    sorted[j] = time
  }
  if (count == 0) return "-"
  # The lower median; it counts only where at least half were found.
  time = sorted[int((count + 1) / 2)]
  return sprintf("%d of %d, %s", found, count, time < limit ? sprintf("%.2f", time) : "over 60")
}

function sooner(    i, j, won) {
  for (i = 1; i <= searches["guided"]; ++i) {
    for (j = 1; j <= searches["random"]; ++j) {
      if (times["guided", i] < times["random", j]) won += 1
      if (times["guided", i] == times["random", j]) won += 0.5
    }
  }
  if (i == 1 || j == 1) return "-"
  return sprintf("%.0f %%", 100 * won / ((i - 1) * (j - 1)))
}

function finish() {
  if (mutant != "") printf "| %s | %s | %s | %s |\n", mutant, shown("random"), shown("guided"), sooner()
  split("", searches)
  split("", times)
}

BEGIN {
  limit = 1e9
  print "| mutant | random: found, median CPU s | guided: found, median CPU s | guided sooner |"
  print "|---|---|---|---|"
}
$1 != mutant { finish(); mutant = $1 }
{ times[$2, ++searches[$2]] = $3 > 0 && $4 <= 60 ? $4 : limit }
END { finish() }
