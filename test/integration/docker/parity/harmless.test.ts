import { expect, it } from 'vitest'
import { images } from '../../../support/docker/image-names.ts'
import { startApp } from './apps.ts'
import { type, typeParity } from './typed.ts'

/** Takes memory until its container has but a few MiB left: too few for another node. */
const hungry = `const { readFileSync } = require('node:fs')
const read = (file) => { try { return Number(readFileSync('/sys/fs/cgroup/' + file, 'utf8')) } catch { return 0 } }
const kept = []
while ((read('memory.current') || read('memory/memory.usage_in_bytes')) < 56 * 1024 * 1024) kept.push(Buffer.alloc(512 * 1024, 1))
console.log('is full')
setInterval(() => kept.length, 1000)`

it('an app that is short of memory survives that it is looked at', async () => {
  const limits = ['--memory', '64m', '--memory-swap', '64m']
  await using app = await startApp({ args: [...limits, images.node, 'node', '-e', hungry] })
  const [container] = app.containers
  await container?.printed('is full')
  const { unobserved } = await typeParity(app.project)
  expect(unobserved).toContainEqual(
    expect.objectContaining({ fact: 'heap-limit:node', why: 'node did not answer' }),
  )
  expect((await container?.inspect())?.State).toMatchObject({ Running: true })
})

it('an app that its command starts with other variables is not taken for that command', async () => {
  const wrapper = ['sh', '-c', 'API_KEY=live-4711 httpd -f -p 3000; true']
  await using app = await startApp({ args: [images.busybox, ...wrapper] })
  const { verdict, unobserved } = await typeParity(app.project)
  expect(verdict).toBe('blocked')
  expect(unobserved).toMatchObject([
    { fact: 'variables', side: 'app', why: expect.stringMatching(/with other variables \(API_KEY\)/) },
  ])
  const run = await type(app.project, 'run', '--', 'true')
  expect(run.stderr).toContain('PARITY_UNOBSERVED')
  expect(run.stdout + run.stderr).not.toContain('live-4711')
  const declared = ['--differs', 'variable-missing=the key is for customers', '--', 'true']
  expect(await type(app.project, 'run', ...declared)).toMatchObject({ code: 0 })
})
