import { hostname } from 'node:os'
import { reasonOf } from '../../../../core/errors.ts'
import { identify } from '../../../../runs/process-identity.ts'
import type { Clone, CloneEntry, CloneOptions, ClonePlace, Cloner, Standing } from '../../../clone.ts'
import { cloneUnknown, explained, productionMissing, unfaithful } from '../errors.ts'
import { newCloneName } from '../names.ts'
import type { PostgresCloneOptions } from '../options.ts'
import { Source } from '../source.ts'
import { standingOf } from '../standing.ts'
import { checkCommandClone } from './check-command-clone.ts'
import { type CloneRecord, isHeld, keepRecord, readRecords, removeRecord } from './records.ts'
import { runUserCommand, urlIn } from './user-command.ts'

type Options = PostgresCloneOptions & { readonly command: NonNullable<PostgresCloneOptions['command']> }

/** Clones by the user's own commands: branches of Neon, clones of DBLab, snapshots of RDS. */
export class CommandCloner implements Cloner {
  readonly #place: ClonePlace
  readonly #options: Options

  constructor(place: ClonePlace, options: Options) {
    this.#place = place
    this.#options = options
  }

  clone(request: CloneOptions, signal: AbortSignal): Promise<Clone> {
    return explained(() => this.#clone(request, signal), signal)
  }

  async #clone(request: CloneOptions, signal: AbortSignal): Promise<Clone> {
    const began = performance.now()
    const { say = () => {} } = request
    const { production } = this.#place
    if (production === undefined) throw productionMissing()
    await this.#sweep(say)
    const scope = { passingPartitions: this.#options.passingPartitions }
    await using source = await Source.open(production, scope)
    const record = await this.#begin(request.madeBy)
    const { name } = record
    const drop = () => this.#dropRecorded(record)
    try {
      const [program = ''] = this.#options.command.create
      const why = `The configured command ${program} made it.`
      say(`Making the clone ${name} by ${program}.`)
      const url = urlIn(await runUserCommand(this.#options.command.create, record, signal), program)
      const faithfulness = await checkCommandClone(url, record, source, this.#options)
      if (!faithfulness.isFaithful && request.unfaithful !== 'report') {
        throw unfaithful(name, faithfulness.checks)
      }
      await keepRecord(this.#place.folder, { ...record, state: 'ready' })
      return {
        ...{ name, url, strategy: 'command', why, faithfulness },
        fingerprint: source.facts.fingerprint.digest,
        madeAt: new Date(record.madeAt),
        dataFrom: new Date(record.madeAt),
        tookMs: performance.now() - began,
        [Symbol.asyncDispose]: drop,
      }
    } catch (error) {
      await drop().catch(() => {}) // else the next one sweeps it
      throw error
    }
  }

  standing(): Promise<Standing> {
    return standingOf(this.#place, { passingPartitions: this.#options.passingPartitions })
  }

  async list(): Promise<readonly CloneEntry[]> {
    await this.#sweep()
    return (await readRecords(this.#place.folder, this.#place)).map((record) => ({
      ...{ name: record.name, kind: 'clone', state: record.state, madeAt: new Date(record.madeAt) },
      ...{ environment: record.environment, database: record.database },
      ...(isHeld(record, hostname())
        ? { inUseBy: `${record.madeBy}, process ${record.process?.pid} on ${record.host}` }
        : {}),
    }))
  }

  async drop(name: string): Promise<void> {
    const records = await readRecords(this.#place.folder, this.#place)
    const record = records.find((one) => one.name === name)
    if (record === undefined) throw cloneUnknown(name, await this.list())
    await this.#dropRecorded(record)
  }

  /** On record before anything is made: whatever comes of it will be found. */
  async #begin(madeBy: string): Promise<CloneRecord> {
    const { environment, database, folder } = this.#place
    const record: CloneRecord = {
      ...{ name: newCloneName({ environment }), environment, database, state: 'making', madeBy },
      ...{ madeAt: new Date().toISOString(), host: hostname(), process: identify(process.pid) },
    }
    await keepRecord(folder, record)
    return record
  }

  async #dropRecorded(record: CloneRecord): Promise<void> {
    await runUserCommand(this.#options.command.drop, record)
    await removeRecord(this.#place.folder, record.name)
  }

  async #sweep(say: (sentence: string) => void = () => {}): Promise<void> {
    for (const record of await readRecords(this.#place.folder, this.#place)) {
      if (isHeld(record, hostname())) continue
      try {
        await this.#dropRecorded(record)
        say(`The clone ${record.name}, which a process left that is dead, was dropped.`)
      } catch (error) {
        say(`The clone ${record.name}, which a process left that is dead, is still there: ${reasonOf(error)}`)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {} // it keeps nothing between two calls
}
