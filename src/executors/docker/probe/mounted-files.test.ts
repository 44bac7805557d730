import { expect, it } from 'vitest'
import { inspected, mounted } from '../../../../test/support/docker/inspections.ts'
import { mountedFiles } from './mounted-files.ts'

it('what may be single mounted files are the places of binds, in order', () => {
  const bind = { Type: 'bind', Name: '' }
  const Mounts = [
    mounted('', '/run/secrets/app', bind),
    mounted('data', '/data'),
    mounted('', '/etc/app.json', bind),
    mounted('', '/tmp', { Type: 'tmpfs' }),
  ]
  expect(mountedFiles(inspected({ Mounts }))).toEqual(['/etc/app.json', '/run/secrets/app'])
})
