import { describe, expect, it } from 'vitest'
import { takeFromApp } from './twin-variables.ts'

describe('the variables of a twin', () => {
  it('are the app’s, to the letter', () => {
    const app = { DATABASE_URL: 'postgres://u:p%40ss@h/db', EMPTY: '', 'odd.name-x': 'a\nb="c"' }
    expect(takeFromApp(new Map(Object.entries(app)), false)).toEqual({ kept: app, loader: {} })
  })

  it.each([
    'NODE_UNIQUE_ID',
    'NODE_CHANNEL_FD',
    'NODE_APP_INSTANCE',
    'NOTIFY_SOCKET',
    'LISTEN_FDS',
    'WATCHDOG_USEC',
    'INVOCATION_ID',
    'pm_id',
    'PURSER_ATTEMPT',
  ])('never have %s, which would harm the app', (name) => {
    expect(takeFromApp(new Map([[name, '1']]), false).kept).toEqual({})
  })

  it.each([
    ['--inspect', ''],
    ['--inspect=0.0.0.0:9229 --max-old-space-size=512', '--max-old-space-size=512'],
    ['--import tsx --inspect-brk', '--import tsx'],
  ])('have NODE_OPTIONS %s without the debugger', (value, expected) => {
    expect(takeFromApp(new Map([['NODE_OPTIONS', value]]), false).kept).toEqual({ NODE_OPTIONS: expected })
  })

  it('hold the loader’s back while the twin still is another user', () => {
    const app = new Map([
      ['LD_PRELOAD', '/tmp/evil.so'],
      ['A', '1'],
    ])
    expect(takeFromApp(app, true)).toEqual({ kept: { A: '1' }, loader: { LD_PRELOAD: '/tmp/evil.so' } })
    expect(takeFromApp(app, false).kept).toEqual({ LD_PRELOAD: '/tmp/evil.so', A: '1' })
  })
})
