import { hostname } from 'node:os'
import type { Clone, CloneOptions, Faithfulness, FaithfulnessCheck } from '../../clone.ts'
import { connect } from '../connect.ts'
import { urlOf } from './addresses.ts'
import { compare, serverNotes } from './check/compare.ts'
import { giveRights } from './check/database-rights.ts'
import { type CloneFacts, readFacts } from './check/facts.ts'
import { findRoles, userOf } from './check/roles.ts'
import { bringOver, readSettings } from './check/settings.ts'
import { CloneServer } from './clone-server.ts'
import { markClone, type Origin, readOrigin } from './copy/origin.ts'
import { unfaithful } from './errors.ts'
import type { GoldenPlan } from './golden-plan.ts'
import { Lease } from './lease.ts'
import type { Marker } from './marker.ts'
import { newCloneName } from './names.ts'
import { checkRoom } from './room.ts'
import { chooseCopying } from './template.ts'

interface Terms {
  /** `performance.now()` when the clone was asked for. */
  readonly began: number
  readonly unfaithful: NonNullable<CloneOptions['unfaithful']>
}

/** Copies a golden copy on its server, and checks what came of it. */
export async function cloneFrom(golden: Marker, plan: GoldenPlan, terms: Terms): Promise<Clone> {
  const { server, owner, options, say, source, signal } = plan
  const bytes = await sizeOf(server, golden)
  say(await checkRoom(server, owner.environment, bytes, options))
  const marker = markerFor(golden, plan)
  const { name } = marker
  const { clauses, why } = await chooseCopying(server, golden, bytes)
  const lease = await Lease.take(server.url, name)
  const drop = async () => {
    await using again = await CloneServer.connect(server.url)
    await again.drop(name)
    await lease[Symbol.asyncDispose]()
  }
  try {
    await server.create(marker, clauses, signal)
    say(why)
    const url = await settle(plan, name)
    const { faithfulness, origin } = await check(plan, name, url)
    if (!faithfulness.isFaithful && terms.unfaithful === 'refuse') {
      throw unfaithful(name, faithfulness.checks)
    }
    // it may belong to another role by now, and is swept by its lease in any case
    await server.mark({ ...marker, state: 'ready' }).catch(() => {})
    return {
      ...{ name, url, strategy: 'template', why, faithfulness },
      fingerprint: source.facts.fingerprint.digest,
      madeAt: new Date(marker.madeAt),
      dataFrom: new Date(origin?.dataFrom ?? marker.dataFrom),
      tookMs: performance.now() - terms.began,
      [Symbol.asyncDispose]: drop,
    }
  } catch (error) {
    await drop().catch(() => lease[Symbol.asyncDispose]()) // else the next one sweeps it
    throw error
  }
}

function markerFor(golden: Marker, { owner, madeBy }: GoldenPlan): Marker {
  return {
    ...golden,
    ...{ name: newCloneName(owner), kind: 'clone', state: 'making', madeBy },
    ...{ host: hostname(), pid: process.pid, madeAt: new Date().toISOString() },
  }
}

async function sizeOf({ client }: CloneServer, { name }: Marker): Promise<number> {
  const { rows } = await client.query<{ bytes: number }>('select pg_database_size($1)::float8 as bytes', [
    name,
  ])
  return rows[0]?.bytes ?? 0
}

/** Gives a new clone what no copy has: owner, rights and settings. Returns the URL by which it is to be used. */
async function settle(
  { server, source: { facts }, owner, madeBy }: GoldenPlan,
  name: string,
): Promise<string> {
  const client = await server.open(name)
  try {
    await markClone(client, { name, madeBy, ...owner, host: hostname(), pid: process.pid })
  } finally {
    await client.end().catch(() => {})
  }
  await giveRights(server.client, name, facts.rights, facts.role)
  const url = await usableAs(server, name, facts.role)
  const fresh = await connect(url, undefined)
  try {
    const { own } = await readSettings(fresh)
    await bringOver(server.client, name, facts.settings, own)
  } finally {
    await fresh.end().catch(() => {})
  }
  return url
}

/** As the role that production is used as, where the clone server's role may become that one. */
async function usableAs(server: CloneServer, name: string, role: string): Promise<string> {
  if (server.client.user === role) return server.urlOf(name)
  const asRole = urlOf(server.url, name, role)
  try {
    const client = await connect(asRole, undefined)
    await client.end()
    return asRole
  } catch {
    return server.urlOf(name)
  }
}

async function check(
  { server, source, options }: GoldenPlan,
  name: string,
  url: string,
): Promise<{ readonly faithfulness: Faithfulness; readonly origin: Origin | undefined }> {
  const [client, user] = [await server.open(name), await connect(url, undefined)]
  let [facts, origin]: [CloneFacts | undefined, Origin | undefined] = [undefined, undefined]
  try {
    const { own: settings } = await readSettings(user)
    await client.query('begin read only')
    const checks = await compare(source.facts, {
      facts: async () => {
        facts = await readFacts(client, { passingPartitions: options.passingPartitions })
        return facts
      },
      settings: async () => settings,
      roles: () => findRoles(server.client, [...source.facts.roles.keys()]),
      user: () => userOf(user),
      origin: async () => {
        origin = await readOrigin(client)
        return origin
      },
    })
    return { origin, faithfulness: judge(checks, origin, source.facts, facts) }
  } finally {
    await Promise.all([client, user].map((one) => one.end().catch(() => {})))
  }
}

function judge(
  checks: readonly FaithfulnessCheck[],
  origin: Origin | undefined,
  original: CloneFacts,
  facts: CloneFacts | undefined,
): Faithfulness {
  return {
    isFaithful: checks.every(({ result }) => result === 'same'),
    checks,
    masked: origin?.masked ?? [],
    notes: [...(origin?.notes ?? []), ...(facts === undefined ? [] : serverNotes(original, facts))],
  }
}
