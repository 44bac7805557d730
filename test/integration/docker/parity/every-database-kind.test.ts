import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ParityReport } from '../../../../src/environment/parity/report.ts'
import { newComparisonKey } from '../../../../src/environment/probe/keyed.ts'
import type { Observed } from '../../../../src/executors/executor.ts'
import { type Container, runContainer } from '../../../support/docker/container.ts'
import { images } from '../../../support/docker/image-names.ts'
import { type Databases, password, startDatabases } from './databases.ts'
import { databaseDifferences } from './differences/databases.ts'
import { factsOfDatabase, judge, reported, World } from './world.ts'

let world: World
let databases: Databases
let containers: readonly [Container, Container]
let app: Observed
let twin: Observed

beforeAll(async () => {
  world = await World.open()
  databases = await startDatabases()
  const start = () => runContainer([images.helper, 'sleep', '1000'])
  containers = await Promise.all([start(), start()])
  const key = newComparisonKey()
  ;[app, twin] = await Promise.all([world.observe(containers[0], key), world.observe(containers[1], key)])
})

afterAll(async () => {
  for (const container of containers) await container[Symbol.asyncDispose]()
  await databases[Symbol.asyncDispose]()
  world[Symbol.dispose]()
})

/** Compares what a connection is told before and after something was changed. */
async function reportWith(change: () => Promise<void>): Promise<ParityReport> {
  const before = await factsOfDatabase(app, databases.wiring)
  await change()
  return judge(app, twin, { app: before, twin: await factsOfDatabase(twin, databases.wiring) })
}

describe('a database that differs in one thing between two connections', () => {
  it('is the same where nothing was changed', async () => {
    expect(reported(await reportWith(async () => {}))).toEqual([])
  })

  it.each(databaseDifferences)('$number: $what', async ({ number, kind, rank, change, restore }) => {
    try {
      const report = await reportWith(() => change(databases))
      expect(reported(report)).toEqual([{ number, kind, severity: rank }])
    } finally {
      await restore(databases)
    }
  })
})

describe('what a database does not tell is never taken for the same', () => {
  it.each([
    ['a server that accepts connections and says nothing', 'silence'],
    ['a server that is not there', 'nobody'],
  ] as const)('%s', async (_what, to) => {
    try {
      const { verdict, findings, unobserved } = await reportWith(() => databases.lead(to))
      expect({ verdict, findings }).toEqual({ verdict: 'blocked', findings: [] })
      expect(unobserved.map(({ number }) => number).sort()).toEqual([62, 63, 64, 65, 66, 67, 68, 69])
      expect(new Set(unobserved.map(({ side }) => side))).toEqual(new Set(['twin']))
      expect(JSON.stringify(unobserved)).not.toContain(password)
    } finally {
      await databases.lead('first')
    }
  })

  it('a history of migrations that the role may not read', async () => {
    try {
      const { verdict, findings, unobserved } = await reportWith(() =>
        databases.run('revoke select on schema_migrations from shop, reader'),
      )
      expect({ verdict, findings }).toEqual({ verdict: 'blocked', findings: [] })
      expect(unobserved).toEqual([
        expect.objectContaining({
          number: 69,
          side: 'twin',
          why: expect.stringContaining('schema_migrations'),
        }),
      ])
    } finally {
      await databases.run('grant select on schema_migrations to shop, reader')
    }
  })
})
