import { quote } from './quote.ts'

/** What npm, a supervisor or node's cluster gives to whatever it starts; nothing of it decides what the app works on. */
const ordinary =
  '^(npm_.*|SUPERVISOR_.*|NODE_(UNIQUE_ID|CHANNEL_FD|CHANNEL_SERIALIZATION_MODE)|PWD|OLDPWD|SHLVL|_|INIT_CWD|COLOR|NODE|EDITOR|HOME)$'

/**
 * Reads what `head` and `tr` make of the target's and its descendants' `environ`, and prints a sentence about the first
 * that was started with other variables. One that has written over its own can't be told from the target. npm puts folders
 * before the PATH.
 */
const awkWrapped = String.raw`
function differs(pid, name,   here, there) {
  here = (target, name) in of; there = (pid, name) in of
  if (here == there && (!here || of[target, name] == of[pid, name])) return 0
  if (name == "PATH" && here && there && ends_with(of[pid, name], ":" of[target, name])) return 0
  return name !~ ordinary
}
function ends_with(text, end) {
  return length(text) >= length(end) && substr(text, length(text) - length(end) + 1) == end
}
{
  while (match($0, /^\001?==> \/proc\/[0-9]+\/environ <==\001/)) {
    pid = substr($0, index($0, "/proc/") + 6) + 0
    pids[++count] = pid
    $0 = substr($0, RLENGTH + 1)
  }
  if ($0 ~ /^\001?==> \/dev\/null <==\001?$/) next
  at = index($0, "=")
  if (at < 2) { broken[pid] = 1; next }
  name = substr($0, 1, at - 1)
  if (!(name in seen)) { seen[name] = 1; names[++most] = name }
  if (!((pid, name) in of)) of[pid, name] = substr($0, at + 1)
  has[pid] = 1
}
END {
  if (!has[target] || broken[target]) exit
  for (i = 1; i <= count; i++) {
    pid = pids[i]
    if (pid == target || !has[pid] || broken[pid]) continue
    n = 0; others = ""
    for (j = 1; j <= most; j++)
      if (differs(pid, names[j]) && ++n <= 5) others = others (n > 1 ? ", " : "") names[j]
    if (n == 0) continue
    print clean("process " target " has started process " pid " with other variables (" others (n > 5 ? " and " n - 5 " more" : "") "), which a run would not get")
    exit
  }
}
`

/**
 * Sets `purser_wrapped` where the process that was found only starts the app, with variables of its own making: `op run`,
 * `doppler run`, a script of npm with assignments. A process without children costs nothing.
 */
export const lookBehindTarget = `
purser_descend() {
  purser_family=
  set -- "$purser_target"
  while [ $# -gt 0 ] && [ \${#purser_family} -lt 2000 ]; do
    for purser_file in "/proc/$1/task/"*/children; do
      purser_line=
      read -r purser_line < "$purser_file"
      set -- "$@" $purser_line
      for purser_word in $purser_line; do purser_family="$purser_family /proc/$purser_word/environ"; done
    done
    shift
  done
}
[ -z "$purser_awk" ] || purser_descend
if [ -n "$purser_family" ]; then
  purser_wrapped=$(head -c 1048576 "/proc/$purser_target/environ" $purser_family /dev/null |
    tr '\\n\\000' '\\001\\n' |
    LC_ALL=C awk -v target="$purser_target" -v ordinary=${quote(ordinary)} "$purser_library"${quote(awkWrapped)})
fi`
