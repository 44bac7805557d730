import path from 'node:path'
import { expect, it } from 'vitest'
import type { Engine } from '../../../src/executors/docker/engine/engine.ts'
import { openEngine } from '../../../src/executors/docker/engine/open-engine.ts'
import { starter } from '../../../src/executors/docker/labels.ts'
import { sweep } from '../../../src/executors/docker/supervisor/sweep.ts'
import { type Container, runContainer } from '../../support/docker/container.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { images } from '../../support/docker/image-names.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { ownName } from './parity/differences/difference.ts'

it('removes what was left behind, also where one of it can’t be removed, and nothing else', async () => {
  using temporary = temporaryFolder()
  using engine = await openEngine({ host: dockerHost() }, process.env)
  const ours = ownName('place')
  const [pid, ticks, boot] = starter().split(':')
  const died = `${pid}:1:${boot}`
  await using dead = await start(ours, `starter=${died}`)
  await using elsewhere = await start(ours, `starter=${pid}:${ticks}:another`)
  await using alive = await start(ours, `starter=${starter()}`)
  await using working = await start(ours, 'attempt=without-a-record')
  await using others = await start('other', `starter=${died}`)
  // the newest is the first to be swept
  await using stuck = await start(ours, `starter=${died}`)

  await sweep(hindered(engine, stuck), ours, (attempt) => path.join(temporary.folder, attempt))
  const left = (await docker('ps', '--all', '--no-trunc', '--quiet')).split('\n')
  expect(left).not.toContain(dead.id)
  expect(left).toEqual(expect.arrayContaining([elsewhere, alive, working, others, stuck].map(({ id }) => id)))
})

function start(place: string, label: string): Promise<Container> {
  const labels = ['--label', `purser.place=${place}`, '--label', `purser.${label}`]
  return runContainer([...labels, images.helper, 'sleep', '1000'])
}

/** The engine, which does not remove this container. */
function hindered(engine: Engine, { id }: Container): Pick<Engine, 'get' | 'remove' | 'stream'> {
  return {
    get: (asked, query, options) => engine.get(asked, query, options),
    stream: (asked, request) => engine.stream(asked, request),
    remove: async (asked, query) => {
      if (asked.includes(id)) throw new Error('It is busy.')
      await engine.remove(asked, query)
    },
  }
}
