import { quote } from './quote.ts'

/** Variables whose values the probe itself needs, to look where the process would and to leave no trace. */
export const capturedNames = [
  'PATH',
  'TZ',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'LC_COLLATE',
  'LC_TIME',
  'LC_NUMERIC',
  'LC_MONETARY',
  'LC_MESSAGES',
  'NODE_OPTIONS',
  'NODE_ICU_DATA',
  'NODE_EXTRA_CA_CERTS',
  'OPENSSL_CONF',
  'SSL_CERT_FILE',
  'LD_LIBRARY_PATH',
  'PWD',
  'OLDPWD',
  'SHLVL',
  '_',
] as const

/**
 * Writes lines for the shell that tell `variables:NAME` with the inner digest of each value. Its input has the block on
 * the first line, then one entry of `environ` a line, with \001 for newlines. The first of a name counts, as for
 * getenv(3). Of a twin, names that the shell does not pass on (those that are no identifiers) are told as lost.
 *
 * Ordinary values are hashed by `purser_seven`, seven by one process. Others are from here, into file descriptor 4.
 */
const awkVariables = String.raw`
BEGIN {
  FS = "\n"
  host = first("/proc/sys/kernel/hostname")
  split(captured, names, " ")
  for (i in names) wanted[names[i]] = 1
}
NR == 1 { block = $0; next }
{
  at = index($0, "=")
  if (at == 0) { broken = 1; next }
  if (at == 1) next
  name = substr($0, 1, at - 1)
  if (name in seen) next
  seen[name] = 1
  if (twin && !(name in ENVIRON)) { say_later("process:lost-variable", name); next }
  value = substr($0, at + 1)
  gsub(/\001/, "\n", value)
  if (name in wanted) print "purser_env_" name "=" quote(value)
  if (value ~ /^".*"$/ || value ~ /^'.*'$/) quoted++
  if (value ~ /[\r\n]$/) ended++
  if (name == "HOSTNAME" && value == host && own_name() != host) say_later("variables:HOSTNAME", own_name())
  else if (sevens && length(value) < 3000 && value !~ /[^ -~\t\n]/ && name !~ /[^A-Za-z0-9_]/) hash_later(name, value)
  else hash(name, value)
}
function say_later(id, text) {
  print "purser_say " quote(id) " " quote(text) " " quote(source)
}
function hash_later(name, value) {
  call = call " " name " " quote(value)
  if (++calls % 7 == 0) { print "purser_seven" call; call = "" }
}
function hash(name, value,   hasher) {
  hasher = "{ printf %s " quote("variables:" clean(name) "\t#\t" source "\t") "; exec sha256sum; } >&4"
  print block value | hasher
  close(hasher)
  print "purser_told=$((purser_told + 1))"
}
function quote(text,   parts, n, i, quoted) {
  n = split(text, parts, "'")
  quoted = parts[1]
  for (i = 2; i <= n; i++) quoted = quoted "'\\''" parts[i]
  return "'" quoted "'"
}
END {
  if (call != "") print "purser_seven" call
  if (broken) print "purser_unseen variables 'the process has written over what it was started with'"
  else print "purser_list_variables"
  say_later("variable-quoting", quoted + 0 " quoted, " ended + 0 " with a line end")
}
`

/**
 * A here-document is a pipe in dash, in busybox and since 5.1 in bash; other shells would write it to a file. Up to 4 kB
 * it takes no process.
 */
const hashSeven = `
purser_sevens=1
case \${BASH_VERSION-}\${KSH_VERSION-}\${ZSH_VERSION-}\${YASH_VERSION-} in
'' | 5.[1-9]* | [6-9].*) ;;
*) purser_sevens=0 ;;
esac
purser_seven() {
  purser_hashes=$(sha256sum /proc/self/fd/3 /proc/self/fd/4 /proc/self/fd/5 /proc/self/fd/6 /proc/self/fd/7 \\
    /proc/self/fd/8 /proc/self/fd/9 3<<A 4<<B 5<<C 6<<D 7<<E 8<<F 9<<G
$purser_block$2
A
$purser_block$4
B
$purser_block$6
C
$purser_block$8
D
$purser_block\${10-}
E
$purser_block\${12-}
F
$purser_block\${14-}
G
)
  for purser_word in $purser_hashes; do
    case $purser_word in /proc/*) continue ;; esac
    [ $# -gt 0 ] || return
    printf 'variables:%s\\t#\\t%s\\t%s\\n' "$1" "/proc/$purser_target/environ" "$purser_word"
    purser_told=$((purser_told + 1))
    shift 2
  done
  [ $# -eq 0 ] || purser_unhashed=1
}
purser_unhashed=
purser_list_variables() {
  if [ -n "$purser_unhashed" ]; then purser_unseen variables 'sha256sum failed'
  elif [ -n "$purser_wrapped" ]; then purser_unseen variables "$purser_wrapped"
  else purser_say variables listed "/proc/$purser_target/environ"
  fi
}`

/** Also sets `purser_path`, where the process would look for programs, and `purser_env_NAME`. */
export function variableFacts(twin: boolean): string {
  return `${hashSeven}
purser_path=$PATH
if [ -z "$purser_awk" ] || [ -z "$purser_hash" ]; then
  purser_unseen variables 'the image lacks awk or sha256sum'
elif ! { true < "/proc/$purser_target/environ"; }; then
  purser_unseen variables "/proc/$purser_target/environ can't be read"
else
  { purser_lines=$({
    printf '%s\\n' "$purser_block"
    tr '\\n\\000' '\\001\\n' < "/proc/$purser_target/environ"
  } | LC_ALL=C awk -v twin=${twin ? 1 : 0} -v sevens=$purser_sevens -v captured=${quote(capturedNames.join(' '))} \\
    -v source="/proc/$purser_target/environ" "$purser_library"${quote(awkVariables)} ||
    echo 'purser_unseen variables "awk failed"'); } 4>&1
  eval "$purser_lines"
  unset purser_lines
  purser_path=\${purser_env_PATH-$PATH}
fi`
}
