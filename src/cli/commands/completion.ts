import { buildChoiceParser, buildCommand } from '@stricli/core'
import type { Session } from '../session.ts'

/** Each asks `purser complete-words` what may come next, so that a shell never has to be told twice. */
const scripts = {
  bash: `_purser() {
  local IFS=$'\\n'
  COMPREPLY=($(purser complete-words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _purser purser`,
  zsh: `_purser() {
  local -a found
  found=(\${(f)"$(purser complete-words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a found
}
compdef _purser purser`,
  fish: `complete -c purser -a '(purser complete-words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
} as const

type Shell = keyof typeof scripts
const shells = Object.keys(scripts) as Shell[]

export const command = buildCommand<object, [shell: Shell], Session>({
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: shells.join(', '),
          parse: buildChoiceParser(shells),
          placeholder: 'SHELL',
          proposeCompletions: () => shells,
        },
      ],
    },
  },
  docs: {
    brief: 'Print what teaches a shell to complete commands, environments, tasks and runs',
    fullDescription: `Print what teaches a shell to complete commands, environments, tasks and runs.

  source <(purser completion bash)
  source <(purser completion zsh)
  purser completion fish | source`,
  },
  func(_flags, shell) {
    console.log(scripts[shell])
  },
})
