import { reasonOf } from '../../core/errors.ts'
import type { Clone, Cloner } from '../../databases/clone.ts'
import type { DatabaseWiring } from '../../databases/database.ts'
import type { Inspector } from '../../databases/inspector.ts'
import type { MigratorEnd } from './evidence.ts'

/** Runs the migration's own command against the database behind a wire. An abort kills it. */
export type Migrate = (url: string, signal: AbortSignal) => Promise<MigratorEnd>

/** What passes are played with: clones, and the migration's command in a twin. */
export interface Stage {
  readonly cloner: Pick<Cloner, 'clone'>
  /** Of which moment the data of golden copies are to be; of whichever, for the first clones. */
  readonly dataFrom?: Date
  readonly database: Pick<DatabaseWiring, 'inspect' | 'wire'>
  /** Who rehearses, for whoever finds a clone. */
  readonly madeBy: string
  /** The address of this machine that a twin reaches wires at; 127.0.0.1 unless stated. */
  readonly wireAddress?: string
  readonly migrate: Migrate
  /** What takes the migration back, where there is something. */
  readonly undo?: Migrate
  /** Tables in which the tool keeps its history, as `schema.name` or by their name alone. */
  readonly historyTables: readonly string[]
  /** Which migrations a database has not had yet, by the tool's history; `undefined` where nobody can tell. */
  readonly pending?: (inspector: Inspector) => Promise<readonly string[] | undefined>
  /** Told what is being done, a sentence at a time. */
  readonly say: (sentence: string) => void
  readonly signal: AbortSignal
}

/** A clone, and somebody who looks into it. */
export interface Scene extends AsyncDisposable {
  readonly clone: Clone
  readonly inspector: Inspector
}

/** Makes a clone to play on. Throws what `Cloner.clone` does, and where it can't be of the moment that it is to be of. */
export async function setUp({ cloner, dataFrom, database, madeBy, say, signal }: Stage): Promise<Scene> {
  const of = dataFrom === undefined ? {} : { dataFrom }
  const clone = await cloner.clone({ madeBy, say, unfaithful: 'report', ...of }, signal)
  const drop = async () => {
    try {
      await clone[Symbol.asyncDispose]()
    } catch (error) {
      say(leftBehind(clone, error)) // what was seen on it is worth more
    }
  }
  try {
    if (dataFrom !== undefined && !isOfMoment(clone, dataFrom)) throw new Error(madeAnew)
    const inspector = await database.inspect(clone.url)
    // what it is asked may take long, and must end when it is no longer wanted
    const leave = () => void inspector[Symbol.asyncDispose]()
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    return {
      clone,
      inspector,
      async [Symbol.asyncDispose]() {
        signal.removeEventListener('abort', leave)
        await inspector[Symbol.asyncDispose]()
        await drop()
      },
    }
  } catch (error) {
    await drop()
    throw error
  }
}

/** Makes two at once: on most machines the server copies two in less than twice the time of one. */
export async function setUpTwo(stage: Stage): Promise<readonly [Scene, Scene]> {
  const [one, other] = await Promise.allSettled([setUp(stage), setUp(stage)])
  if (one.status === 'fulfilled' && other.status === 'fulfilled')
    return await ofOneMoment(stage, one.value, other.value)
  for (const made of [one, other]) if (made.status === 'fulfilled') await made.value[Symbol.asyncDispose]()
  throw one.status === 'rejected' ? one.reason : other.status === 'rejected' ? other.reason : undefined
}

/** Data that are compared must have been the same: one may have come just before a golden copy was made anew, and one after. */
async function ofOneMoment(stage: Stage, one: Scene, other: Scene): Promise<readonly [Scene, Scene]> {
  if (isOfMoment(one.clone, other.clone.dataFrom)) return [one, other]
  const [older, newer] = one.clone.dataFrom < other.clone.dataFrom ? [one, other] : [other, one]
  try {
    await older[Symbol.asyncDispose]()
    return [newer, await setUp({ ...stage, dataFrom: newer.clone.dataFrom })]
  } catch (error) {
    await newer[Symbol.asyncDispose]()
    throw error
  }
}

/** A command's clones are each of their own moment. */
function isOfMoment({ strategy, dataFrom }: Clone, moment: Date): boolean {
  return strategy === 'command' || dataFrom.getTime() === moment.getTime()
}

const madeAnew =
  'The golden copy was made anew since the rehearsal began, so that this clone does not hold what the first ones held.'

function leftBehind({ name }: Clone, error: unknown): string {
  return `Clone ${name} could not be dropped (${reasonOf(error).replace(/\.$/, '')}): it is swept when the next one is made.`
}
