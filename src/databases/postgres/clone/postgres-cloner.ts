import type { Clone, CloneEntry, CloneOptions, ClonePlace, Cloner, Standing } from '../../clone.ts'
import { isSameServer, type PostgresIdentity, readIdentity } from '../identity/identity.ts'
import { CloneServer } from './clone-server.ts'
import { sweepDumps } from './copy/dump-folder.ts'
import { cloneUnknown, explained, productionMissing, serverIsProduction } from './errors.ts'
import { findGolden, makeGolden } from './golden.ts'
import type { GoldenPlan } from './golden-plan.ts'
import { Lease } from './lease.ts'
import type { Marker } from './marker.ts'
import type { PostgresCloneOptions } from './options.ts'
import { Source } from './source.ts'
import { standingOf } from './standing.ts'
import { listDatabases, sweep } from './sweep.ts'
import { cloneFrom } from './template-clone.ts'

type Place = ClonePlace & { readonly server: string }

/** Clones by a golden copy on a server for clones, and that server's own way to copy a database. */
export class PostgresCloner implements Cloner {
  readonly #place: Place
  readonly #options: PostgresCloneOptions

  constructor(place: Place, options: PostgresCloneOptions) {
    this.#place = place
    this.#options = options
  }

  clone(request: CloneOptions, signal: AbortSignal): Promise<Clone> {
    return explained(() => this.#clone(request, signal), signal)
  }

  async #clone(request: CloneOptions, signal: AbortSignal): Promise<Clone> {
    const began = performance.now()
    const { say = () => {} } = request
    const { environment, database, folder } = this.#place
    const owner = { environment, database }
    await using server = await CloneServer.connect(this.#place.server)
    await using source = await this.#openSource(server)
    await sweep(server, owner, say)
    await sweepDumps(folder)
    const plan: GoldenPlan = {
      ...{ server, source, owner, options: this.#options, folder, madeBy: request.madeBy, say, signal },
    }
    const golden = await this.#golden(plan, request.dataFrom)
    return await cloneFrom(golden, plan, { began, unfaithful: request.unfaithful ?? 'refuse' })
  }

  standing(): Promise<Standing> {
    return standingOf(this.#place, { passingPartitions: this.#options.passingPartitions })
  }

  async list(): Promise<readonly CloneEntry[]> {
    await using server = await CloneServer.connect(this.#place.server)
    await sweep(server, this.#place)
    await sweepDumps(this.#place.folder)
    return await listDatabases(server, this.#place)
  }

  async drop(name: string): Promise<void> {
    await using server = await CloneServer.connect(this.#place.server)
    const known = await listDatabases(server, this.#place)
    if (!known.some((entry) => entry.name === name)) throw cloneUnknown(name, known)
    await server.drop(name)
  }

  async #openSource(server: CloneServer): Promise<Source> {
    const { production, replica } = this.#place
    if (production === undefined) throw productionMissing()
    const scope = { passingPartitions: this.#options.passingPartitions }
    const here = await readIdentity(server.client)
    const source = await Source.open(replica === undefined ? production : { url: replica }, scope)
    try {
      this.#refuseProduction(here, source.facts.identity)
      if (replica !== undefined) {
        await using original = await Source.open(production, scope)
        this.#refuseProduction(here, original.facts.identity)
      }
      return source
    } catch (error) {
      await source[Symbol.asyncDispose]()
      throw error
    }
  }

  #refuseProduction(here: PostgresIdentity, there: PostgresIdentity): void {
    if (!this.#options.allowProductionServer && isSameServer(here, there)) throw serverIsProduction(there)
  }

  /** The one that is there, or a new one; of several who want one, one makes it and the others wait. */
  async #golden(plan: GoldenPlan, dataFrom: Date | undefined): Promise<Marker> {
    const { server, owner, say, signal } = plan
    const found = await findGolden(plan, dataFrom)
    if (found !== undefined) {
      say(`The golden copy ${found.name} is of the same schema, and its data are of ${found.dataFrom}.`)
      return found
    }
    await using _ = await Lease.take(server.url, `golden ${owner.environment} ${owner.database}`, signal)
    return (await findGolden(plan, dataFrom)) ?? (await makeGolden(plan))
  }

  async [Symbol.asyncDispose](): Promise<void> {} // it keeps no connection between two calls
}
