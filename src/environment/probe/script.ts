import { kinds } from '../facts/index.ts'
import { becomeCommand, restoreVariables } from './parts/become-command.ts'
import { expendable } from './parts/expendable.ts'
import { fileFacts, keyedFiles } from './parts/file-facts.ts'
import { findTarget, refuseOtherUser } from './parts/find-target.ts'
import { nodeFacts } from './parts/node-facts.ts'
import { prelude } from './parts/prelude.ts'
import { quote } from './parts/quote.ts'
import { variableFacts } from './parts/variables.ts'
import { lookBehindTarget } from './parts/wrapper.ts'
import type { ProbeRequest } from './request.ts'

export interface AppProbe extends ProbeRequest {
  /** The container's command (`Config.Cmd`): the serving process is the one that runs exactly this. */
  readonly command: readonly string[]
  /** The serving process, where it is known. */
  readonly pid?: number
}

export interface TwinProbe extends ProbeRequest {
  /** Lines of POSIX sh that run after the verdict and before the command. */
  readonly beforeWork: readonly string[]
  /** Where the app's process works: files are looked for there, wherever the twin begins. Its own folder unless stated. */
  readonly directory?: string
}

// Both scripts are one command, from brace to brace, so that a shell has read the whole of it before it does anything.

/** The line, without its end, that lets a twin begin its work. */
export function goAhead(nonce: string): string {
  return `go ${nonce}`
}

/** How a twin exits that was not let begin. */
export const refusedExit = 96

/** The script that looks at the app: for `docker exec -i CONTAINER sh -s` on stdin. */
export function appScript(probe: AppProbe): string {
  return `{
${expendable}
set +e +u
LC_ALL=C
{
${prelude(probe)}
printf 'purser:%s:begin\\n' "$purser_nonce"
purser_app=1
${findTarget(probe)}
purser_say process:pid "$purser_target" /proc
${refuseOtherUser}
${lookBehindTarget}
purser_directory=
cd -P "/proc/$purser_target/cwd" && purser_directory=$PWD
[ -z "$purser_directory" ] || purser_say process:directory "$purser_directory" "/proc/$purser_target/cwd"
purser_parent=
read -r purser_parent < "/proc/$purser_target/stat"
purser_parent=\${purser_parent##*) ? }
purser_parent=\${purser_parent%% *}
${facts(probe, false)}
purser_end
} < /dev/null 2> /dev/null
exit 0
}
`
}

/**
 * The script that looks at a twin from inside and becomes its command: on stdin of `sh -s -- PROGRAM ARGUMENTS…`. After
 * its end mark it reads one line; where that is not `goAhead(nonce)` it exits with `refusedExit`. The command gets the
 * variables that the shell was started with, and the rest of stdin.
 */
export function twinScript(probe: TwinProbe): string {
  return `{
set +e +u
purser_had_locale=\${LC_ALL+yes}
purser_locale=\${LC_ALL-}
LC_ALL=C
{
${prelude(probe)}
printf 'purser:%s:begin\\n' "$purser_nonce"
purser_app=
purser_target=$$
purser_say process:pid "$purser_target" shell
purser_directory=
cd -P . && purser_directory=$PWD
${lookIn(probe.directory)}
${facts(probe, true)}
cd "\${purser_directory:-.}" || exit ${refusedExit}
purser_which "$1" && purser_say process:program "$purser_found" PATH
purser_end
} < /dev/null 2> /dev/null
purser_verdict=
IFS= read -r purser_verdict
[ "$purser_verdict" = ${quote(goAhead(probe.nonce))} ] || exit ${refusedExit}
${restoreVariables}
${probe.beforeWork.join('\n')}
${becomeCommand}
}
`
}

/** The command begins where the twin did: what can't be come back from is not entered. */
function lookIn(directory: string | undefined): string {
  if (directory === undefined) return ''
  const there = quote(directory)
  return `[ "$purser_directory" = ${there} ] || { (cd ${there} && cd "$purser_directory") && cd ${there}; }`
}

function facts({ withNode, files }: ProbeRequest, twin: boolean): string {
  return `${variableFacts(twin)}
purser_node=
${kinds.map(({ sh }) => sh ?? '').join('\n')}
${fileFacts(kinds)}
${keyedFiles(kinds, files)}
${withNode ? nodeFacts(kinds) : ''}
purser_which bash && purser_say process:bash "$purser_found" PATH`
}
