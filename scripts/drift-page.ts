import { kinds } from '../src/environment/facts/index.ts'
import type { Kind, Seen } from '../src/environment/facts/kind.ts'
import { tested, untestable } from '../test/integration/docker/parity/tested.ts'

const introduction = `# Drift

A run is worth what its likeness to the app is worth. These are the ways in which a process can be somewhere other than the
app; Purser compares the app and the run's twin in them before the task begins. A difference does what its kind is ranked:
**block** refuses the run, **warn** is shown and kept, **info** is kept, unless the task declares it with a reason.

What could not be seen on one side is never taken for equal: where it would block or warn, the run is refused. Values of
variables, and of files that may hold secrets, are compared under a key that is made for that one comparison; none is
stored or printed.

Each kind has an id, by which it is declared. A single fact is declared as \`KIND:ITEM\`, one variable as
\`variables:NAME\`.

**Tested** kinds are those in which a test makes two containers of a real engine differ, and finds that reported under its
name and rank, and nothing else but what follows from it.

This page is written by \`node scripts/drift-table.ts\` from \`src/environment/facts/\`.
`

const treatment: Readonly<Record<Seen, string>> = {
  compared: 'compared',
  recorded: 'kept, not compared',
  elsewhere: 'on other platforms',
  beyond: 'cannot be seen',
}

/** The documentation of all kinds, as a page. */
export function driftPage(): string {
  const rows = kinds.map(rowOf)
  return [
    introduction,
    '| # | kind | rank | what a difference does | how it is treated |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function rowOf(kind: Kind): string {
  const { number, id, severity, title, harm, remark } = kind
  const treated = treatmentOf(kind)
  const what = remark === undefined ? treated : `${treated}. ${remark}`
  return `| ${[number, `${title}<br>\`${id}\``, severity, harm, what].join(' | ')} |`
}

function treatmentOf({ number, seen }: Kind): string {
  if (seen !== 'compared') return treatment[seen]
  if (tested.includes(number)) return '**tested**'
  const reason = untestable[number]
  return reason === undefined ? treatment[seen] : `${treatment[seen]}, not tested: ${reason}`
}
