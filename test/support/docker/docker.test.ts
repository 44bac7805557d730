import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { leftovers, runContainer } from './container.ts'
import { docker } from './docker.ts'
import { images } from './image-names.ts'
import { imageFrom, imageWith } from './images.ts'

const apps = [images.node, images.busybox, images.bare, images.entrypoint, images.entrypointFork]

/** Asks until it answers, from the engine's own network or another. */
function get(network: string, url: string): Promise<string> {
  const script = 'until wget -q -O - "$1" 2> /dev/null; do sleep 0.1; done'
  return docker('run', '--rm', '--network', network, images.helper, 'sh', '-c', script, 'sh', url)
}

it('the engine is a real one, which keeps layers as most do', async () => {
  expect(await docker('info', '--format', '{{.Driver}}')).toBe('overlay2')
})

describe('images', () => {
  it.each(apps)('%s serves, on its own address and on a published port', async (image) => {
    await using app = await runContainer(['--publish', '3000', image])
    const { NetworkSettings } = await app.inspect()
    const published = await docker('port', app.id, '3000/tcp')
    const port = published.split('\n')[0]?.split(':').at(-1)
    for (const place of [`${NetworkSettings.Networks.bridge?.IPAddress}:3000`, `127.0.0.1:${port}`]) {
      expect(await get('host', `http://${place}/`)).toMatch(/^Served|^{"hostname"/)
    }
  })

  it('find each other by name in a network of their own', async () => {
    const network = 'purser-test-names'
    await docker('network', 'create', network)
    try {
      await using app = await runContainer([
        ...['--network', network, '--network-alias', 'web', '--env', 'COLOUR=teal', images.node],
      ])
      await app.printed('The app serves on port 3000.')
      expect(JSON.parse(await get(network, 'http://web:3000/'))).toEqual({
        hostname: app.id.slice(0, 12),
        pid: 1,
        COLOUR: 'teal',
      })
    } finally {
      await docker('network', 'rm', network)
    }
  })

  it('have no shell where they shall have none', async () => {
    await using app = await runContainer([images.bare])
    await expect(app.exec('sh', '-c', 'true')).rejects.toThrow('not found')
    expect(await app.exec('true')).toBe('')
  })

  it('have Purser and its tasks in the app', async () => {
    await using app = await runContainer([images.node])
    const load = "console.log((await import('/app/tasks/greet.ts')).default.name)"
    expect(await app.exec('node', '--input-type=module', '--eval', load)).toBe('greet')
  })

  it.each([
    [images.entrypoint, '/app/serve.sh'],
    [images.entrypointFork, '/entrypoint.sh'],
  ])('%s exports a mounted secret; its first process is %s', async (image, first) => {
    using temporary = temporaryFolder()
    const secret = path.join(temporary.folder, 'app')
    writeFileSync(secret, 'from the file')
    await using app = await runContainer(['--volume', `${secret}:/run/secrets/app:ro`, image])
    await app.printed('serves')
    const serving = await app.exec('pidof', 'httpd')
    expect(await app.exec('grep', '-z', '^SECRET', `/proc/${serving}/environ`)).toContain('from the file')
    expect(await app.exec('cat', '/proc/1/cmdline')).toContain(first)
  })
})

describe('images made for one test', () => {
  it('are others with other settings', async () => {
    const image = await imageWith(images.busybox, ['USER app', 'ENV COLOUR=red', 'LABEL team=shop'])
    await using app = await runContainer([image])
    const { Config } = await app.inspect()
    expect(Config).toMatchObject({ User: 'app', WorkingDir: '/app', Labels: { team: 'shop' } })
    expect(await app.exec('id', '-u')).toBe('1000')
    expect(await imageWith(images.busybox, ['USER app', 'ENV COLOUR=red', 'LABEL team=shop'])).toBe(image)
    expect(await imageWith(images.busybox, ['USER root'])).not.toBe(image)
  })

  it('are folders', async () => {
    using temporary = temporaryFolder()
    writeFileSync(path.join(temporary.folder, 'note'), 'kept')
    const base = await imageFrom(temporary.folder, ['CMD ["none"]'])
    const container = await docker('create', base)
    await docker('cp', `${container}:/note`, path.join(temporary.folder, 'copy'))
    await docker('rm', container)
    await expect(runContainer([base])).rejects.toThrow('none')
  })
})

describe('containers', () => {
  it('go with the test, and are counted as long as they are there', async () => {
    const name = 'purser-test-counted'
    const counted = async () => (await leftovers()).filter((left) => left === `container ${name}`)
    {
      await using app = await runContainer(['--name', name, images.helper, 'sleep', '1000'])
      expect(app.name).toBe(name)
      expect(await counted()).toHaveLength(1)
    }
    expect(await counted()).toEqual([])
  })

  it('that could not start leave nothing', async () => {
    const name = 'purser-test-impossible'
    await expect(runContainer(['--name', name, images.helper, 'no-such-program'])).rejects.toThrow(
      'no-such-program',
    )
    expect(await leftovers()).not.toContain(`container ${name}`)
  })

  it('that end are not waited for', async () => {
    await using app = await runContainer([images.helper, 'echo', 'only this'])
    await expect(app.printed('something else')).rejects.toThrow('only this')
    expect(await app.logs()).toBe('only this')
  })
})
