import { expect, it } from 'vitest'
import { removeContainer } from '../../../src/executors/docker/containers/container.ts'
import { openEngine } from '../../../src/executors/docker/engine/open-engine.ts'
import { runContainer } from '../../support/docker/container.ts'
import { docker, dockerHost } from '../../support/docker/docker.ts'
import { images } from '../../support/docker/image-names.ts'

it('of many who remove a container none goes on before it is gone', async () => {
  using engine = await openEngine({ host: dockerHost() }, process.env)
  await using container = await runContainer([images.helper, 'sleep', '1000'])
  const removals = Array.from({ length: 4 }, async () => {
    await removeContainer(engine, container.id)
    return docker('ps', '--all', '--no-trunc', '--quiet')
  })
  for (const left of await Promise.all(removals)) expect(left).not.toContain(container.id)
})
