import { awkLibrary } from './awk-library.ts'
import { quote } from './quote.ts'

/**
 * Functions of the probe's shell. Nothing is exported, and every name begins with `purser_`.
 *
 * The kinds' `sh` lines use `purser_say ID VALUE SOURCE`, `purser_unseen ID WHY` and `purser_which PROGRAM` (which sets
 * `purser_found`). They run where the app's process works, which `purser_directory` is of the one that is looked at; it is process `purser_target`, with
 * the variables `purser_env_NAME`. `purser_node` is where its node is, once the runtime has been looked for. Each process
 * that they start costs about a millisecond.
 */
export function prelude({ nonce, key }: { nonce: string; key: { block: string } }): string {
  return `
purser_nonce=${quote(nonce)}
purser_block=${quote(key.block)}
purser_library=${quote(awkLibrary)}
purser_told=0
purser_parts=0
purser_wrapped=
command -v awk > /dev/null && purser_awk=1 || purser_awk=
command -v sha256sum > /dev/null && purser_hash=1 || purser_hash=
purser_say() {
  case $2 in
  *[!\\ -~]* | *\\\\*) purser_say_oddly "$@"; return ;;
  esac
  if [ \${#2} -gt 2000 ]; then purser_say_oddly "$@"; return; fi
  printf '%s\\t=\\t%s\\t%s\\n' "$1" "$2" "$3"
  purser_told=$((purser_told + 1))
}
purser_say_oddly() {
  if [ -z "$purser_awk" ]; then purser_unseen "$1" 'it is long or has control characters, and there is no awk in the image'; return; fi
  printf '%s\\n' "$2" | LC_ALL=C awk -v id="$1" -v source="$3" "$purser_library"'
    { text = text (NR > 1 ? "\\n" : "") $0 }
    END { say(id, text, source) }' && purser_told=$((purser_told + 1))
}
purser_unseen() {
  printf '%s\\t?\\t%s\\n' "$1" "$2"
  purser_told=$((purser_told + 1))
}
# Files whose names would break a line of the answer are passed over.
purser_is_file() {
  case $1 in *[!\\ -~]*) return 1 ;; esac
  [ -f "$1" ]
}
purser_which() {
  purser_found=
  case $1 in
  */*) [ -x "$1" ] && [ ! -d "$1" ] && purser_found=$1; [ -n "$purser_found" ]; return ;;
  esac
  purser_rest=$purser_path:
  while [ -n "$purser_rest" ]; do
    purser_folder=\${purser_rest%%:*}
    purser_rest=\${purser_rest#*:}
    if [ -x "\${purser_folder:-.}/$1" ] && [ ! -d "\${purser_folder:-.}/$1" ]; then
      purser_found=\${purser_folder:-.}/$1
      return 0
    fi
  done
  return 1
}
purser_end() {
  printf 'purser:%s:end %s %s\\n' "$purser_nonce" "$purser_told" "$purser_parts"
}
`
}
