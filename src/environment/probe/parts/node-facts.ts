import type { Kind } from '../../facts/kind.ts'
import { quote } from './quote.ts'
import { capturedNames } from './variables.ts'

/** Of NODE_OPTIONS those that are facts themselves: others load code, or write files. */
const harmlessOptions =
  '--max-old-space-size=*|--max_old_space_size=*|--max-semi-space-size=*|--max_semi_space_size=*|--max-old-space-size-percentage=*|--tls-min-v*|--tls-max-v*|--enable-fips|--force-fips|--icu-data-dir=*|--openssl-config=*'

const passedOn = capturedNames.filter(
  (name) => !/^(?:PATH|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|PWD|OLDPWD|SHLVL|_)$/.test(name),
)

/**
 * Asks the app's node once, which `purser_node` names. It gets those of the process's variables that are facts of the
 * runtime, and no others: NODE_V8_COVERAGE or an `--import` would make it do something.
 */
export function nodeFacts(kinds: readonly Kind[]): string {
  const asked = kinds.filter(({ node }) => node !== undefined)
  return `
purser_ask_node() {
  purser_options=
  set -f
  for purser_word in $purser_env_NODE_OPTIONS; do
    case $purser_word in ${harmlessOptions}) purser_options="$purser_options $purser_word" ;; esac
  done
  set +f
  set -- "PATH=$purser_path"
  for purser_name in ${passedOn.join(' ')}; do
    eval "purser_value=\\\${purser_env_$purser_name-}"
    [ -z "$purser_value" ] || set -- "$@" "$purser_name=$purser_value"
  done
  [ -z "$purser_options" ] || set -- "$@" "NODE_OPTIONS=\${purser_options# }"
  env -i "$@" "$purser_node" -e ${quote(nodeProgram(asked))}
}
if [ -z "$purser_node" ]; then :
elif purser_ask_node; then purser_parts=$((purser_parts + 1))
else
  for purser_name in ${asked.map(({ id }) => id).join(' ')}; do purser_unseen "$purser_name:node" 'node did not answer'; done
fi`
}

/** Written for Node 12 and newer. */
function nodeProgram(kinds: readonly Kind[]): string {
  return `
const lines = []
const clean = (text) => String(text).replace(/[\\\\\\x00-\\x1f\\x7f]/g, (c) => c === '\\\\' ? '\\\\\\\\' : '\\\\x' + ('0' + c.charCodeAt(0).toString(16)).slice(-2))
const say = (id, value) => lines.push(id + '\\t=\\t' + clean(value) + '\\tnode')
const tell = (id, ask) => {
  try {
    const answer = ask()
    if (typeof answer === 'string') say(id, answer)
    else Object.keys(answer).forEach((item) => say(id + ':' + item, answer[item]))
  } catch (error) {
    lines.push(id + ':node\\t?\\t' + clean(error.message))
  }
}
${kinds.map(({ id, node }) => `tell('${id}', () => ${node})`).join('\n')}
process.stdout.write(lines.concat('+\\tnode\\t' + lines.length).join('\\n') + '\\n')
`
}
