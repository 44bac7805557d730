import { expect, it } from 'vitest'
import { fitHelp } from './help.ts'

const help = `Prose that goes on for longer than a line.

  purser run TASK -e ENV --reason TEXT

  -d [--detach]   Return once it is at work     [default = false]
     [--json]     Print JSON                    [\u001b[2mdefault =\u001b[22m false]
  -n [--limit]    How many                      [default = 20]`

it('help fits the terminal, each part below itself, and says no default that goes without saying', () => {
  expect(fitHelp(help, 32)).toBe(`Prose that goes on for longer
than a line.

  purser run TASK -e ENV
    --reason TEXT

  -d [--detach]   Return once it
                  is at work
     [--json]     Print JSON
  -n [--limit]    How many
                  [default = 20]`)
})

it('help stays whole in a pipe', () => {
  expect(fitHelp(help, Number.POSITIVE_INFINITY).split('\n')).toHaveLength(help.split('\n').length)
})
