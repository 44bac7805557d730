import { expect, it } from 'vitest'
import { inspected, inspectedImage } from '../../../../test/support/docker/inspections.ts'
import type { ContainerConfig } from '../engine/types.ts'
import { statedConfig } from './image-defaults.ts'

const image: ContainerConfig = {
  User: 'app',
  WorkingDir: '/app',
  Entrypoint: ['/entrypoint.sh'],
  StopSignal: 'SIGQUIT',
  Env: ['PATH=/bin', 'NODE_ENV=production'],
}

it.each<[string, ContainerConfig, ContainerConfig]>([
  ['nothing, where all is the image’s', {}, { Env: [] }],
  ['a user', { User: 'root' }, { User: 'root', Env: [] }],
  ['a folder', { WorkingDir: '/srv' }, { WorkingDir: '/srv', Env: [] }],
  ['an entrypoint', { Entrypoint: ['tini', '--'] }, { Entrypoint: ['tini', '--'], Env: [] }],
  ['that there is no entrypoint', { Entrypoint: null }, { Entrypoint: null, Env: [] }],
  ['a signal', { StopSignal: 'SIGINT' }, { StopSignal: 'SIGINT', Env: [] }],
  [
    'variables of its own, and other values for those of the image',
    { Env: ['PATH=/bin', 'NODE_ENV=staging', 'COLOUR=teal', 'UNSET'] },
    { Env: ['NODE_ENV=staging', 'COLOUR=teal', 'UNSET'] },
  ],
])('a container states itself: %s', (_name, config, expected) => {
  expect(statedConfig(inspected({ Config: { ...image, ...config } }), inspectedImage(image))).toEqual(
    expected,
  )
})

it('nothing and an empty one are the same', () => {
  const container = inspected({ Config: { User: '', WorkingDir: '', Entrypoint: null, Env: null } })
  expect(statedConfig(container, inspectedImage({}))).toEqual({ Env: [] })
})
