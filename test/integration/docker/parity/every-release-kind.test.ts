import { describe, expect, it } from 'vitest'
import { docker } from '../../../support/docker/docker.ts'
import { images } from '../../../support/docker/image-names.ts'
import { imageWith } from '../../../support/docker/images.ts'
import { startApp } from './apps.ts'
import { type, typeParity } from './typed.ts'

const httpd = ['httpd', '-f', '-p', '3000', '-h', '/app/www']

describe('5: mixed releases', () => {
  it('are told, and no task runs', async () => {
    const next = await imageWith(images.busybox, ['LABEL build=2'])
    const args = (replica: number) => [replica === 3 ? next : images.busybox, ...httpd]
    await using app = await startApp({ args, replicas: 3 })
    const { findings, unobserved, refusals } = await typeParity(app.project)
    expect(unobserved).toEqual([])
    expect(findings.map(({ number, kind, severity }) => [number, kind, severity])).toEqual([
      [5, 'mixed-releases', 'block'],
    ])
    expect(refusals[0]).toMatchObject({
      code: 'RELEASES_MIXED',
      message: expect.stringMatching(/2 × sha256:.*, 1 × sha256:.*: /),
    })
    expect(refusals[0]?.message).toContain(app.containers[2]?.name)
    const { code, stderr } = await type(app.project, 'run', '--', 'true')
    expect([code, stderr]).toEqual([81, expect.stringContaining('RELEASES_MIXED')])
  })
})

describe('6: a deploy in progress', () => {
  it('is told, and no task runs', async () => {
    await using app = await startApp({ args: [images.busybox, ...httpd] })
    const [model] = app.containers
    const { Config } = (await model?.inspect()) ?? {}
    const labels = Object.entries(Config?.Labels ?? {}).flatMap(([name, value]) => [
      '--label',
      `${name}=${value}`,
    ])
    const coming = await docker('create', ...labels, images.busybox, ...httpd)
    try {
      const { verdict, findings, unobserved, refusals } = await typeParity(app.project)
      expect({ verdict, findings, unobserved }).toEqual({ verdict: 'same', findings: [], unobserved: [] })
      expect(refusals).toEqual([expect.objectContaining({ code: 'DEPLOY_IN_PROGRESS' })])
      const { code, stderr } = await type(app.project, 'run', '--', 'true')
      expect([code, stderr]).toEqual([81, expect.stringContaining('DEPLOY_IN_PROGRESS')])
    } finally {
      await docker('rm', '--volumes', coming)
    }
  })
})
