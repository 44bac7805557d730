import { buildCommand, buildRouteMap } from '@stricli/core'
import { PurserError } from '../../core/errors.ts'
import { byteSize, count } from '../../core/text.ts'
import type { CloneEntry } from '../../databases/clone.ts'
import { type Chosen, dropClones } from '../../operations/clones/drop-clones.ts'
import { listClones } from '../../operations/clones/list-clones.ts'
import { environmentFlag, jsonFlag, parseDuration } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { age } from '../terminal/age.ts'
import { printable } from '../terminal/printable.ts'
import { paint } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'

interface Flags {
  readonly environment?: string
  readonly json: boolean
}

const flags = { environment: environmentFlag, json: jsonFlag } as const
const aliases = { e: 'environment' } as const

const list = buildCommand<Flags, [], Session>({
  parameters: { flags, aliases },
  docs: {
    brief: 'List the clones of an environment, and the golden copies that they come from',
    fullDescription: `List the clones of an environment, and the golden copies that they come from. What a crash left is dropped first.

  purser clone list -e production
  purser clone list -e production --json`,
  },
  async func({ environment, json }) {
    const context = await loadContext(this, { readingWillDo: true })
    const entries = await listClones(context, environment)
    if (json) console.log(JSON.stringify(entries.map((entry) => asJson(entry, context.now()))))
    else if (entries.length === 0) console.log('There are no clones.')
    else console.log(table([header(), ...entries.map((entry) => row(entry, context.now()))]))
  },
})

interface DropFlags extends Flags {
  readonly all: boolean
  readonly olderThan?: number
}

const drop = buildCommand<DropFlags, [name?: string], Session>({
  parameters: {
    flags: {
      ...flags,
      all: {
        kind: 'boolean',
        brief: 'All of the environment, golden copies too',
        default: false,
        withNegated: false,
      },
      olderThan: {
        kind: 'parsed',
        parse: parseDuration,
        brief: 'All that are older than this, such as 2h',
        placeholder: 'TIME',
        optional: true,
      },
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'A clone, by its name', parse: String, placeholder: 'NAME', optional: true }],
    },
    aliases,
  },
  docs: {
    brief: 'Drop clones, in use or not',
    fullDescription: `Drop clones and golden copies, in use or not: one by its name, all, or those that are older than so long. Only what Purser has made and marked is ever dropped.

  purser clone drop purser_clone_production_k3m9q2x7vd -e production
  purser clone drop --older-than 2h -e production
  purser clone drop --all -e production`,
  },
  async func({ environment, json, all, olderThan }, name) {
    const chosen = choose(name, all, olderThan)
    const context = await loadContext(this, { readingWillDo: true })
    const dropped = await dropClones(context, environment, chosen)
    const names = dropped.map((entry) => entry.name)
    if (json) console.log(JSON.stringify({ dropped: names }))
    else if (names.length === 0) console.log('Nothing was dropped.')
    else console.log(`${count(names.length, 'database')} dropped: ${names.join(', ')}`)
  },
})

export const command = buildRouteMap({
  routes: { list, drop },
  docs: {
    brief: 'List and drop the clones of databases that rehearsals use',
    fullDescription: `List and drop the clones of databases that rehearsals use.

  purser clone list -e production`,
  },
})

function choose(name: string | undefined, all: boolean, olderThanMs: number | undefined): Chosen {
  const given: Chosen[] = [
    ...(name === undefined ? [] : [{ name }]),
    ...(all ? [{ all: true } as const] : []),
    ...(olderThanMs === undefined ? [] : [{ olderThanMs }]),
  ]
  const [only] = given
  if (only !== undefined && given.length === 1) return only
  throw new PurserError('USAGE', {
    message: 'It takes exactly one of a name, --all and --older-than.',
    remedy: '`purser clone list` shows the names.',
  })
}

function header(): string[] {
  return ['NAME', 'KIND', 'AGE', 'SIZE', 'IN USE BY', 'DATABASE'].map((title) => paint('dim', title))
}

function row({ name, kind, state, database, madeAt, bytes, inUseBy }: CloneEntry, now: number): string[] {
  return [
    paint('cyan', printable(name)),
    state === 'making' ? `${kind}, being made` : kind,
    age(now - madeAt.getTime()),
    bytes === undefined ? '' : byteSize(bytes),
    printable(inUseBy ?? 'nobody'),
    printable(database),
  ]
}

function asJson(entry: CloneEntry, now: number): object {
  const { madeAt, ...rest } = entry
  return { ...rest, madeAt: madeAt.toISOString(), ageMs: Math.max(0, now - madeAt.getTime()) }
}
