import { describe, expect, it } from 'vitest'
import { postgres } from './postgres.ts'

const url = { variable: 'DATABASE_URL' }
const server = { file: '/run/secrets/clone-server-url' }
const command = { create: ['neonctl', 'branches', 'create', '--name', '{name}'], drop: ['neonctl', '{name}'] }

const problemsOf = (clones: unknown) =>
  postgres({ url, clones: clones as { server: typeof server } }).problems

describe('how clones are made', () => {
  it.each([
    [{ server }],
    [{ command }],
    [{ server: { variable: 'CLONES_URL' }, replica: { file: '/replica' } }],
    [
      {
        server,
        allowProductionServer: true,
        allowUnknownSpace: true,
        freeBytes: 0,
        refreshAfterMs: 0,
        connections: 8,
      },
    ],
    [{ server, mask: { 'public.users': { email: `'x'` } }, passingPartitions: ['public.events_*'] }],
  ])('is told by %o', (clones) => {
    expect(problemsOf(clones)).toEqual([])
  })

  it.each([
    [{}, 'clones', 'must have a server or a command, and not both'],
    [{ server, command }, 'clones', 'must have a server or a command, and not both'],
    [[], 'clones', 'must be an object'],
    [{ server: 'postgres://u:hunter2@h/d' }, 'clones.server', 'must be a reference, never the URL itself'],
    [{ server: { file: 'relative' } }, 'clones.server', 'expected a whole path'],
    [{ server, replica: {} }, 'clones.replica', 'must be a reference'],
    [{ command: { create: 'a', drop: ['b'] } }, 'clones.command', 'words each'],
    [{ server, connections: 0 }, 'clones.connections', 'is 0: expected a whole number from 1'],
    [{ server, refreshAfterMs: '24h' }, 'clones.refreshAfterMs', 'is "24h"'],
    [{ server, allowUnknownSpace: 'yes' }, 'clones.allowUnknownSpace', 'expected true or false'],
    [{ server, mask: { users: { email: 'x' } } }, 'clones.mask', 'without its schema'],
    [{ server, mask: { 'public.users': {} } }, 'clones.mask', 'has no SQL expression'],
    [{ server, passingPartitions: ['events_*'] }, 'clones.passingPartitions', 'each with its schema'],
    [{ server, sevrer: 1 }, 'clones.sevrer', 'is not known here. Known keys: server, replica'],
  ])('has a problem with %o', (clones, path, message) => {
    const problems = problemsOf(clones)
    expect(problems).toEqual([{ path, message: expect.stringContaining(message) }])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })
})
