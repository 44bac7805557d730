import type { Kind, WatchedFiles } from '../../facts/kind.ts'
import { awkObservers } from './awk-observers.ts'
import { quote } from './quote.ts'

/**
 * Tells what the kinds' `files` and `awk` lines say, by one `sha256sum`, one `stat` and one awk program. The awk program
 * reads, part by part: `+ ID PATH` for each file and the hashes; the same and the identities as `SIZE|CHANGED|PATH`; of the
 * app the program and its arguments; df's table.
 */
export function fileFacts(kinds: readonly Kind[]): string {
  const unhashed = kinds.filter((kind) => kind.awk !== undefined || watches(kind, 'digest', 'identity'))
  return `
purser_digests() {
  set --
${wanted(kinds, 'digest')}
  [ $# -eq 0 ] || [ -z "$purser_hash" ] || sha256sum "$@"
}
purser_identities() {
  set --
${wanted(kinds, 'identity')}
  [ $# -eq 0 ] || stat -L -c '%s|%Y|%n' "$@"
}
if [ -z "$purser_awk" ]; then
  for purser_name in ${unhashed.map(({ id }) => id).join(' ')}; do
    purser_unseen "$purser_name" 'there is no awk in the image'
  done
elif {
  purser_digests
  echo "@$purser_nonce identities"
  purser_identities
  if [ -n "$purser_app" ]; then
    echo "@$purser_nonce executable"
    readlink "/proc/$purser_target/exe"
    echo "@$purser_nonce argument"
    tr '\\n\\000' '\\001\\n' < "/proc/$purser_target/cmdline"
    echo "@$purser_nonce parent-argument"
    tr '\\n\\000' '\\001\\n' < "/proc/$purser_parent/cmdline"
  fi
  echo "@$purser_nonce disk"
  df -kP /
} |
  LC_ALL=C awk -v target="$purser_target" -v hashes="$purser_hash" -v mark="@$purser_nonce " "$purser_library"${quote(awkProgram(kinds))}; then
  purser_parts=$((purser_parts + 1))
fi`
}

/** A loop a kind, which leaves the paths in the positional parameters. */
function wanted(kinds: readonly Kind[], by: WatchedFiles['by']): string {
  return wordsOf(kinds, by)
    .map(
      ({ id, words }) => `  for purser_file in ${words}; do
    purser_is_file "$purser_file" && printf '+\\t%s\\t%s\\n' "${id}:\${purser_file#./}" "$purser_file" && set -- "$@" "$purser_file"
  done`,
    )
    .join('\n')
}

/** Larger files are compared by size and time of change: somebody may have mounted a whole dump. */
const mostKeyedBytes = 1_048_576

/** Tells each of the kinds' files that may hold secrets, by the inner digest of its content. */
export function keyedFiles(kinds: readonly Kind[], further: readonly string[]): string {
  const extra = further.map(quote).join(' ')
  return `
purser_keyed() {
  if [ -z "$purser_hash" ]; then purser_unseen "$1" 'there is no sha256sum in the image'
  elif ! [ -r "$2" ]; then purser_unseen "$1" "it can't be read"
  elif purser_size=$(stat -L -c %s "$2") && [ "$purser_size" -gt ${mostKeyedBytes} ]; then
    purser_say "$1" "$(stat -L -c '%s bytes, changed at %Y' "$2")" stat
  else
    printf '%s\\t#\\t%s\\t' "$1" "$2"
    { printf '%s' "$purser_block"; cat < "$2"; echo; } | sha256sum
    purser_told=$((purser_told + 1))
  fi
}
${wordsOf(kinds, 'keyed')
  .map(
    ({ id, words }) => `for purser_file in ${words} ${extra}; do
  purser_is_file "$purser_file" && purser_keyed "${id}:\${purser_file#./}" "$purser_file"
done`,
  )
  .join('\n')}`
}

function wordsOf(kinds: readonly Kind[], by: WatchedFiles['by']): { id: string; words: string }[] {
  return kinds.flatMap(({ id, files = [] }) =>
    files.filter((watched) => watched.by === by).map(({ words }) => ({ id, words })),
  )
}

function watches({ files = [] }: Kind, ...by: readonly WatchedFiles['by'][]): boolean {
  return files.some((watched) => by.includes(watched.by))
}

function awkProgram(kinds: readonly Kind[]): string {
  const heads = kinds.filter(({ list, files }) => list && files !== undefined)
  return `${awkObservers}
BEGIN { FS = "\\t" }
index($0, mark) == 1 { part = substr($0, length(mark) + 1); next }
part ~ /^(executable|argument|parent-argument)$/ {
  gsub(/\\001/, "\\n")
  say("process:" part, $0, "/proc")
  next
}
/^\\+\\t/ { id[++files] = $2; path[files] = $3; identified[files] = part == "identities"; next }
part == "" { hash[substr($0, 67)] = substr($0, 1, 64); next }
part == "identities" {
  split($0, words, "|")
  identity[substr($0, length(words[1] words[2]) + 3)] = words[1] " bytes, changed at " words[2]
  next
}
{ split($0, words, " "); if (words[4] ~ /^[0-9]+$/) disk = words[4] }
END {
  host = first("/proc/sys/kernel/hostname")
  read_status()
  read_mounts()
${kinds.map(({ awk }) => awk ?? '').join('\n')}
  for (i = 1; i <= files; i++) {
    if (identified[i] && path[i] in identity) say(id[i], identity[path[i]], path[i])
    else if (path[i] in hash) say(id[i], hash[path[i]], path[i])
    else unseen(id[i], hashes || identified[i] ? "it can't be read" : "there is no sha256sum in the image")
  }
${heads.map(({ id }) => `  say("${id}", "listed", "files")`).join('\n')}
  tell_process()
  tell_room()
  print "+\\tfiles\\t" told
}
${processAndRoom}`
}

const processAndRoom = `
function tell_process() {
  say("process:uid", status_word("Uid", 2), status_file)
  say("process:gid", status_word("Gid", 2), status_file)
}
function tell_room() {
  if (disk != "") say("room:disk", disk, "df")
  while ((getline text < "/proc/meminfo") > 0)
    if (text ~ /^MemAvailable:/) { split(text, words, " "); say("room:memory", words[2], "/proc/meminfo"); break }
  split(first("/proc/loadavg"), words, " "); split(words[4], words, "/")
  say("room:threads", words[2], "/proc/loadavg")
  say("room:pids", first("/proc/sys/kernel/pid_max"), "/proc/sys/kernel/pid_max")
}
`
