import { expect, it } from 'vitest'
import { taskUrl } from './task-url.ts'

const door = { address: '127.0.0.1', port: 7000, user: 'run_1', password: 'pw' }

it.each([
  ['postgres://u:p@h:1/shop', 'shop?sslmode=disable'],
  ['postgresql://u:p@h/shop?sslmode=require&channel_binding=require', 'shop?sslmode=disable'],
  [
    'postgres://u:p@h/shop?schema=audit&connect_timeout=9',
    'shop?schema=audit&connect_timeout=9&sslmode=disable',
  ],
  [
    'postgres://u:p@h/shop?options=-c%20search_path%3Dx&sslrootcert=/ca.pem',
    'shop?options=-c%20search_path%3Dx&sslmode=disable',
  ],
  ['postgres://u:p@h/shop?options=-c search_path=x', 'shop?options=-c%20search_path=x&sslmode=disable'],
  ['postgres://u:p@/shop?host=/run/pg&port=6000&user=u&password=secret', 'shop?sslmode=disable'],
  ['postgres://u:p@h/a%2Fb', 'a%2Fb?sslmode=disable'],
  ['postgres://u:p@h/a b', 'shop?sslmode=disable'],
  ['postgres://u:p@h?sslmode=disable', 'shop?sslmode=disable'],
  ['postgres://u:p@h', 'shop?sslmode=disable'],
  ['/run/pg shop', 'shop?sslmode=disable'],
  ['socket:/run/pg?db=shop', 'shop?sslmode=disable'],
])('makes of %s a URL of its own, and keeps what is for the driver', (url, rest) => {
  expect(taskUrl(url, 'shop', door)).toBe(`postgres://run_1:pw@127.0.0.1:7000/${rest}`)
})

it('writes an IPv6 address in brackets', () => {
  expect(taskUrl('postgres://h/shop', 'shop', { ...door, address: '::1' })).toContain('@[::1]:7000/')
})
