# The countries with the most places, from an extract: country, its name, population and name, with tabs between.
# Usage: awk -v top=10 -f country-report.awk places.tsv

BEGIN { FS = "\t" }

{
  places[$1]++
  people[$1] += $3
  country[$1] = $2
  if (places[$1] == 1 || $3 + 0 > most[$1]) {
    most[$1] = $3 + 0
    largest[$1] = $4
  }
}

END {
  if (NR == 0) {
    print "The extract is empty: run load-places first." > "/dev/stderr"
    exit 1
  }
  for (code in places) countries++
  printf "%8s %12s  %s\n", "places", "people", "country (its largest place)"
  for (row = 1; row <= top && row <= countries; row++) {
    code = next_largest()
    shown[code] = 1
    printf "%8d %12d  %s (%s)\n", places[code], people[code], country[code], largest[code]
  }
  printf "%8d places in %d countries\n", NR, countries
}

function next_largest(    code, best) {
  for (code in places) {
    if (code in shown) continue
    if (best == "" || places[code] > places[best] || (places[code] == places[best] && code < best)) best = code
  }
  return best
}
