import { hostname } from 'node:os'
import { checkExtensions } from './check/extensions.ts'
import { createClauses } from './check/facts.ts'
import { makeRoles } from './check/roles.ts'
import { copyInto } from './copy/copy-into.ts'
import { checkDumpRoom } from './copy/dump-room.ts'
import { maskData, maskedColumns } from './copy/mask.ts'
import { type Origin, writeOrigin } from './copy/origin.ts'
import { findPrograms } from './copy/programs.ts'
import { checkReading } from './copy/rights.ts'
import type { GoldenPlan } from './golden-plan.ts'
import { Lease } from './lease.ts'
import type { Marker } from './marker.ts'
import { goldenName, quoteText } from './names.ts'
import { checkRoom } from './room.ts'
import { digestOf, sourceOf } from './source.ts'

/** Digest of what the golden copy of a plan has to be made from. */
function goldenDigest({ source, options }: Pick<GoldenPlan, 'source' | 'options'>): string {
  return digestOf(source.facts, options.mask, { passingPartitions: options.passingPartitions })
}

/** The newest golden copy that is whole, made from the same and not too old; or that of `dataFrom`, where there is one. */
export async function findGolden(plan: GoldenPlan, dataFrom?: Date): Promise<Marker | undefined> {
  const digest = goldenDigest(plan)
  // what somebody else read of production since this was asked for is never too old: the newest stays
  const oldest = Math.min(Date.now() - plan.options.refreshAfterMs, Date.parse(plan.source.readAt))
  const whole = (await goldens(plan)).filter(({ state }) => state === 'ready')
  const fresh = whole.filter((marker) => marker.digest === digest && Date.parse(marker.dataFrom) >= oldest)
  return (
    whole.find((marker) => Date.parse(marker.dataFrom) === dataFrom?.getTime()) ??
    fresh.sort((a, b) => b.dataFrom.localeCompare(a.dataFrom))[0]
  )
}

/** Makes a golden copy from production, and drops those that it takes the place of. */
export async function makeGolden(plan: GoldenPlan): Promise<Marker> {
  const { server, source, owner, options, say, madeBy } = plan
  const digest = goldenDigest(plan)
  const marker: Marker = {
    ...{ purser: 'clone', version: 1, name: goldenName(owner, digest), kind: 'golden', state: 'making' },
    ...{ ...owner, madeBy, host: hostname(), pid: process.pid, source: sourceOf(source.facts), digest },
    ...{ madeAt: new Date().toISOString(), dataFrom: source.readAt },
  }
  const { facts } = source
  const programs = await findPrograms(Math.floor(facts.version / 10_000), process.env)
  await checkReading(source.client, facts.role)
  await checkExtensions(server.client, facts.extensions)
  // the golden copy, and the clone that is made of it
  say(await checkRoom(server, owner.environment, 2 * facts.bytes, options))
  await checkDumpRoom(plan.folder, facts.bytes)
  await makeRoles(server.client, facts.roles, owner.environment)
  const outdated = await goldens(plan)
  await using _ = await Lease.take(server.url, marker.name)
  try {
    await server.create(marker, createClauses(facts.locale, server.version, quoteText), plan.signal)
    await fill(plan, marker, programs)
    await server.seal(marker.name)
    await server.mark({ ...marker, state: 'ready' })
  } catch (error) {
    await server.drop(marker.name).catch(() => {}) // else the next one sweeps it
    throw error
  }
  for (const { name } of outdated) await server.drop(name).catch(() => {}) // somebody copies from it: next time
  return { ...marker, state: 'ready' }
}

async function fill(
  plan: GoldenPlan,
  { name }: Marker,
  programs: Awaited<ReturnType<typeof findPrograms>>,
): Promise<void> {
  const { source, options, say, server, signal } = plan
  const { rows, notes } = await copyInto(plan, name, programs)
  signal.throwIfAborted()
  const golden = await server.open(name)
  // a statement of ours may take long, and must end when it is no longer wanted
  const stop = () => void golden.end().catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  try {
    const masked = maskedColumns(options.mask)
    if (masked.length > 0) say(`Masking ${masked.join(', ')}.`)
    await maskData(golden, options.mask)
    const origin: Origin = {
      ...{ dataFrom: source.readAt, fingerprint: source.facts.fingerprint.digest, rows, masked, notes },
    }
    await writeOrigin(golden, origin)
    // the planner of a database that was restored knows nothing yet
    await golden.query('vacuum analyze')
  } finally {
    signal.removeEventListener('abort', stop)
    await golden.end().catch(() => {})
  }
}

/** Golden copies of this database, whole or not, without those that are being made. */
async function goldens({ server, owner, source }: GoldenPlan): Promise<readonly Marker[]> {
  const ours = sourceOf(source.facts)
  const found = await server.databases()
  return found.flatMap(({ marker, isLeased }) =>
    marker?.kind === 'golden' &&
    !isLeased &&
    marker.source === ours &&
    marker.environment === owner.environment &&
    marker.database === owner.database
      ? [marker]
      : [],
  )
}
