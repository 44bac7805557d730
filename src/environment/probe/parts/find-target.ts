import { quote } from './quote.ts'

const inits = 'tini docker-init dumb-init catatonit s6-svscan s6-supervise runsvdir runsv my_init init'
const shells = 'sh bash dash ash busybox'

/**
 * Finds the serving process among those that `head` and `tr` list: arguments a line, with \001 for their newlines, and
 * before each process head's own line with its path.
 */
const awkFind = String.raw`
function children_of(pid,   i, n) {
  n = 0; child = 0
  for (i in argc) if (parent(i) == pid && i + 0 != self + 0) { n++; if (child == 0 || i + 0 < child) child = i + 0 }
  return n
}
function parent(pid,   text) {
  if (pid in parents) return parents[pid]
  text = first("/proc/" pid "/stat")
  sub(/.*\) . /, "", text)
  return parents[pid] = text + 0
}
function leads_to_another(pid,   name) {
  name = first("/proc/" pid "/comm")
  if (index(inits, " " name " ") > 0) return children_of(pid) > 0
  name = argv[pid, 1]; sub(/.*\//, "", name); sub(/^-/, "", name)
  return index(shells, " " name " ") > 0 && children_of(pid) == 1
}
function is_wanted(pid,   i) {
  if (argc[pid] != wanted || pid + 0 == self + 0) return 0
  for (i = 1; i <= wanted; i++) if (argv[pid, i] != word[i]) return 0
  return 1
}
NR == 1 { wanted = $0; next }
NR <= wanted + 1 { word[NR - 1] = $0; next }
{
  while (match($0, /^\001?==> \/proc\/[0-9]+\/cmdline <==\001/)) {
    pid = substr($0, index($0, "/proc/") + 6) + 0
    argc[pid] = 0
    $0 = substr($0, RLENGTH + 1)
  }
  if (pid > 0 && $0 !~ /^\001?==> \/dev\/null <==\001?$/) argv[pid, ++argc[pid]] = $0
}
END {
  found = 0
  if (wanted > 0) for (pid in argc) if (is_wanted(pid) && (found == 0 || pid + 0 < found)) found = pid + 0
  for (depth = 0; found == 0 && depth < 6; depth++) {
    at = depth == 0 ? 1 : child
    if (!leads_to_another(at)) found = at
  }
  print found == 0 ? child : found
}
`

/**
 * Sets `purser_target`: the process that was named, else the one of lowest number that runs exactly the command, else
 * what is behind process 1 where that is an init or a script with one child.
 */
export function findTarget({ command, pid }: { command: readonly string[]; pid?: number }): string {
  if (pid !== undefined) return `purser_target=${pid}`
  const words = command.map((word) => quote(word.replaceAll('\n', '\u0001')))
  return `
purser_find() {
  purser_joined=
  for purser_word do purser_joined=$purser_joined$purser_word; done
  purser_line=
  # A shell reads over the NULs between arguments, which is enough to know process 1 by.
  IFS= read -r purser_line < /proc/1/cmdline
  if [ -n "$purser_joined" ] && [ "$purser_line" = "$purser_joined" ] || [ -z "$purser_awk" ]; then purser_target=1; return; fi
  purser_target=$({
    printf '%s\\n' "$#" "$@"
    head -c 65536 /proc/[0-9]*/cmdline /dev/null | tr '\\n\\000' '\\001\\n'
  } | LC_ALL=C awk -v self=$$ -v inits=${quote(` ${inits} `)} -v shells=${quote(` ${shells} `)} "$purser_library"${quote(awkFind)})
  case $purser_target in '' | *[!0-9]*) purser_target=1 ;; esac
}
purser_find ${words.join(' ')}`
}

/** Ends the answer early where the process's variables can be read as its own user only. */
export const refuseOtherUser = `
purser_ids() {
  while read -r purser_key purser_real purser_effective purser_rest; do
    case $purser_key in
    Uid:) purser_uid=$purser_effective ;;
    Gid:) purser_gid=$purser_effective; return ;;
    esac
  done
}
if ! { true < "/proc/$purser_target/environ"; }; then
  purser_ids < "/proc/$$/status"; purser_own=$purser_uid
  purser_ids < "/proc/$purser_target/status"
  if [ "$purser_own" != "$purser_uid" ]; then
    printf '!\\tother-user\\t%s\\t%s\\n' "$purser_uid" "$purser_gid"
    purser_end
    exit 0
  fi
fi`
