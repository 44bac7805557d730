import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newComparisonKey } from '../../../../src/environment/probe/keyed.ts'
import type { Observed } from '../../../../src/executors/executor.ts'
import { type Container, runContainer } from '../../../support/docker/container.ts'
import { images } from '../../../support/docker/image-names.ts'
import { type Databases, startDatabases } from './databases.ts'
import { databaseDifferences } from './differences/databases.ts'
import { factsOfDatabase, judge, reported, World } from './world.ts'

describe('a database that differs in one thing between two connections', () => {
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

  const reportWith = async (change: () => Promise<void>) => {
    const before = await factsOfDatabase(app, databases.wiring)
    await change()
    return reported(judge(app, twin, { app: before, twin: await factsOfDatabase(twin, databases.wiring) }))
  }

  it('is the same where nothing was changed', async () => {
    expect(await reportWith(async () => {})).toEqual([])
  })

  it.each(databaseDifferences)('$number: $what', async ({ number, kind, rank, change, restore }) => {
    try {
      expect(await reportWith(() => change(databases))).toEqual([{ number, kind, severity: rank }])
    } finally {
      await restore(databases)
    }
  })
})
