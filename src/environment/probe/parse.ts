import { headOf, isKnownFact } from '../facts/lookup.ts'
import type { Fact, Facts } from '../release.ts'
import type { ProbeAnswer, ProbedProcess, Room } from './answer.ts'
import { finish } from './keyed.ts'
import { beginMark, endMark, signs } from './protocol.ts'
import { readLines, type ToldFact } from './read-lines.ts'
import type { ProbeRequest } from './request.ts'

/** Reads what a probe printed, from its begin mark to its end mark; what stands before and after is ignored. */
export function parseProbe(text: string, request: Pick<ProbeRequest, 'nonce' | 'key'>): ProbeAnswer {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  const begin = lines.indexOf(beginMark(request.nonce))
  if (begin === -1) return broken('It has no beginning.')
  const end = lines.findIndex((line, at) => at > begin && line.startsWith(endMark(request.nonce)))
  // What follows the last line break may be a part of a line.
  if (end === -1 || end === lines.length - 1) return broken('It has no end.')

  const told = readLines(lines.slice(begin + 1, end), lines[end]?.slice(endMark(request.nonce).length) ?? '')
  if ('broken' in told) return broken(told.broken)
  if (told.otherUser !== undefined) return { end: 'other-user', ...told.otherUser }
  const stranger = told.facts.find(({ id }) => !isOurs(id))
  if (stranger !== undefined) return broken(`It tells "${stranger.id}", which is no fact that was asked for.`)
  return {
    end: 'complete',
    process: processOf(told.facts),
    facts: factsOf(told.facts, request),
    room: roomOf(told.facts),
  }
}

/** Where a probe's answer ends in what was printed so far, in bytes; `undefined` while it is not complete. */
export function probeEnd(printed: Uint8Array, nonce: string): number | undefined {
  const bytes = Buffer.from(printed.buffer, printed.byteOffset, printed.byteLength)
  const mark = bytes.indexOf(`\n${endMark(nonce)}`)
  const lineEnd = mark === -1 ? -1 : bytes.indexOf('\n', mark + 1)
  return lineEnd === -1 ? undefined : lineEnd + 1
}

function broken(why: string): ProbeAnswer {
  return { end: 'broken', why: `The answer of the probe can't be used. ${why}` }
}

/** Facts about the process and its machine, which are not compared. */
const apart = new Set(['process', 'room'])

function isOurs(id: string): boolean {
  return apart.has(headOf(id)) || isKnownFact(id)
}

function factsOf(told: readonly ToldFact[], { key }: Pick<ProbeRequest, 'key'>): Facts {
  const compared = told.filter(({ id }) => !apart.has(headOf(id)))
  return new Map(compared.map((one): [string, Fact] => [one.id, toFact(one, (inner) => finish(key, inner))]))
}

function toFact({ sign, text, source }: ToldFact, finished: (inner: string) => string): Fact {
  if (sign === signs.unseen) return { unseen: text }
  if (sign === signs.keyed) return { value: finished(text), source }
  return { value: sign === signs.long ? `sha256:${text}` : text, source }
}

function processOf(told: readonly ToldFact[]): ProbedProcess {
  const all = (name: string) => told.filter(({ id }) => id === `process:${name}`).map(({ text }) => text)
  return {
    pid: Number(all('pid')[0]),
    uid: numberOf(all('uid')[0]),
    gid: numberOf(all('gid')[0]),
    directory: all('directory')[0],
    argv: all('argument'),
    executable: all('executable')[0] || undefined,
    parentArgv: all('parent-argument'),
    bash: all('bash')[0],
    program: all('program')[0],
    lostVariables: all('lost-variable'),
  }
}

function roomOf(told: readonly ToldFact[]): Room {
  const part = (name: string) => numberOf(told.find(({ id }) => id === `room:${name}`)?.text)
  const [memory, disk, threads, pids] = [part('memory'), part('disk'), part('threads'), part('pids')]
  return {
    ...(memory === undefined ? {} : { memoryBytes: memory * 1_024 }),
    ...(disk === undefined ? {} : { diskBytes: disk * 1_024 }),
    ...(threads === undefined ? {} : { threads }),
    ...(pids === undefined ? {} : { maxThreads: pids }),
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}
