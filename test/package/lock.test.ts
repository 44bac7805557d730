import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { completeLock, type Lock, missingOptionals } from '../../scripts/lock.ts'

const lock: Lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'))

describe('package-lock.json', () => {
  it('has the optional packages of every platform; `npm run lock` adds what npm left out', () => {
    expect(missingOptionals(lock)).toEqual([])
  })

  it('names no registry', () => {
    const resolved = Object.values(lock.packages).flatMap((one) => one.resolved ?? [])
    expect(resolved.filter((place) => place.includes(':'))).toEqual([])
  })

  it('has no install script that package.json does not allow', () => {
    const allowed = Object.keys(manifest.allowScripts)
    const scripted = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript)
    const names = scripted.map(([path]) => path.replace(/^.*node_modules\//, ''))
    expect(names.filter((name) => !allowed.includes(name))).toEqual([])
  })
})

describe('completing a lock', () => {
  it('adds what is missing beside what needs it, for its platform', () => {
    const incomplete: Lock = {
      packages: {
        '': {},
        'node_modules/a': {
          dev: true,
          optionalDependencies: { '@a/linux-x64-musl': '1.0.0', '@a/darwin-arm64': '1.0.0' },
        },
        'node_modules/@a/darwin-arm64': { version: '1.0.0' },
        'node_modules/b/node_modules/a': {
          optionalDependencies: { '@a/win32-ia32': '2.0.0', '@a/darwin-arm64': '1.0.0' },
        },
      },
    }
    expect(completeLock(incomplete)).toEqual(['@a/linux-x64-musl', '@a/win32-ia32'])
    expect(incomplete.packages).toMatchObject({
      'node_modules/@a/linux-x64-musl': {
        version: '1.0.0',
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
        dev: true,
      },
      'node_modules/b/node_modules/@a/win32-ia32': {
        version: '2.0.0',
        os: ['win32'],
        cpu: ['ia32'],
        optional: true,
      },
    })
    expect(missingOptionals(incomplete)).toEqual([])
  })
})
