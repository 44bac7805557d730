import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { headOf } from '../../../environment/facts/lookup.ts'
import { type ComparisonKey, keyedDigest } from '../../../environment/probe/keyed.ts'
import type { Fact, Facts } from '../../../environment/release.ts'
import { makeStateFolder } from '../../../environment/state-folder.ts'
import type { Place } from '../../../environment/wiring.ts'
import type { ContainerInspect } from '../engine/types.ts'
import { splitPair } from './read-variables.ts'

/**
 * What node tells of itself follows from its file, its libraries, what it reads when it starts, and the memory that it may
 * take. Where all of that is the same, the answer is, and node need not be started for it again.
 */
const premises: ReadonlySet<string> = new Set([
  'runtime-version',
  'libc',
  'os-packages',
  'timezone',
  'tzdata',
  'locale',
  'memory-limit',
  'cpu-limit',
  'tls',
])
const premiseVariables =
  /^variables:(?:PATH|TZ|LANG|LANGUAGE|LC_\w+|NODE_OPTIONS|NODE_ICU_DATA|OPENSSL_CONF|OPENSSL_MODULES|LD_\w+)$/

/** Whether the image has a node, by what the probe saw on the PATH. */
export function hasNode(facts: Facts): boolean {
  return [...facts.keys()].some((id) => /^runtime-version:.*\/node$/.test(id))
}

/** The facts that node tells. */
export function answersIn(facts: Facts): Facts {
  return new Map([...facts].filter(([id, fact]) => isAnswer(id, fact)))
}

const fromNode = /^node(?:,|$)/

function isAnswer(id: string, fact: Fact): boolean {
  return 'value' in fact ? fromNode.test(fact.source) : id.endsWith(':node')
}

/** Answers that were not given here and now: their source says where, or when. */
export function givenElsewhere(answers: Facts, circumstance: 'asked in the app' | 'asked before'): Facts {
  const source = `node, ${circumstance}`
  return new Map(
    [...answers].map(([id, fact]): [string, Fact] => [id, 'value' in fact ? { ...fact, source } : fact]),
  )
}

/** Whether node would answer in both places the same. */
export function answersAlike(app: Facts, twin: Facts): boolean {
  const [here, there] = [premisesIn(app), premisesIn(twin)]
  return (
    here.size === there.size &&
    [...here].every(([id, value]) => value !== undefined && there.get(id) === value)
  )
}

/** An unseen premise is like no other. */
function premisesIn(facts: Facts): ReadonlyMap<string, string | undefined> {
  const isPremise = (id: string, fact: Fact) =>
    (premises.has(headOf(id)) && !isAnswer(id, fact)) || premiseVariables.test(id)
  return new Map(
    [...facts]
      .filter(([id, fact]) => isPremise(id, fact))
      .map(([id, fact]) => [id, 'value' in fact ? fact.value : undefined]),
  )
}

/** The answers of images' nodes, kept in this place by all that they follow from. */
export class NodeAnswers {
  readonly #folder: string
  readonly #state: string

  constructor({ state }: Place) {
    this.#state = state
    this.#folder = path.join(state, 'cache')
  }

  /** What it told in the same circumstances, else what `ask` now tells. */
  async of(
    container: ContainerInspect,
    facts: Facts,
    key: ComparisonKey,
    ask: () => Promise<Facts>,
  ): Promise<Facts> {
    const circumstances = circumstancesOf(container, facts, key)
    if (circumstances === undefined) return ask()
    const file = path.join(this.#folder, `node-${circumstances}.json`)
    const kept = read(file)
    if (kept !== undefined) return givenElsewhere(kept, 'asked before')
    const answers = await ask()
    if ([...answers.values()].every((fact) => 'value' in fact)) this.#keep(file, answers)
    return answers
  }

  #keep(file: string, answers: Facts): void {
    try {
      makeStateFolder(this.#state)
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      writeFileSync(`${file}.${process.pid}`, JSON.stringify([...answers]))
      renameSync(`${file}.${process.pid}`, file)
    } catch {
      // a folder that this user may not write to, or a full disk: it is asked again next time
    }
  }
}

function read(file: string): Facts | undefined {
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

/** A digest of all that the answers follow from; nothing where a variable's value comes from elsewhere than the configuration. */
function circumstancesOf(
  { Image, Config }: ContainerInspect,
  facts: Facts,
  key: ComparisonKey,
): string | undefined {
  const stated = new Map((Config.Env ?? []).map(splitPair))
  const known: [string, string][] = []
  for (const [id, value] of premisesIn(facts)) {
    const name = /^variables:(.*)$/.exec(id)?.[1]
    const plain = name === undefined ? value : stated.get(name)
    if (plain === undefined || value === undefined) return undefined
    if (name !== undefined && keyedDigest(key, plain) !== value) return undefined
    known.push([id, plain])
  }
  return createHash('sha256')
    .update(JSON.stringify([Image, known.sort()]))
    .digest('hex')
    .slice(0, 32)
}
