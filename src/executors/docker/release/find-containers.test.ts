import { describe, expect, it } from 'vitest'
import { listed } from '../../../../test/support/docker/inspections.ts'
import type { Selector } from '../options.ts'
import { compose, describeSelector, isMeant } from './find-containers.ts'

const web = listed('shop-web-1', {
  Names: ['/shop-web-1', '/proxy/web'],
  Labels: { [compose.project]: 'shop', [compose.service]: 'web', app: 'shop', tier: 'web=front', empty: '' },
})

describe('a container is meant', () => {
  it.each<[string, Selector, boolean]>([
    ['by its name', { name: 'shop-web-1' }, true],
    ['by its name as the engine has it', { name: '/shop-web-1' }, true],
    ['by no beginning of its name', { name: 'shop-web' }, false],
    ['by no other case', { name: 'Shop-web-1' }, false],
    ['by no name that a link gives it', { name: 'web' }, false],
    ['by its service', { service: 'web' }, true],
    ['by its service and project', { service: 'web', project: 'shop' }, true],
    ['by no other service', { service: 'worker' }, false],
    ['by no service of another project', { service: 'web', project: 'other' }, false],
    ['by a label', { label: 'app' }, true],
    ['by a label that says nothing', { label: 'empty' }, true],
    ['by a label and its value', { label: 'app=shop' }, true],
    ['by a value that has such a sign itself', { label: 'tier=web=front' }, true],
    ['by no other value', { label: 'app=sho' }, false],
    ['by no empty value where it has another', { label: 'app=' }, false],
    ['by an empty value where it has that', { label: 'empty=' }, true],
    ['by several labels', { label: ['app=shop', 'tier'] }, true],
    ['by no set of which it lacks one', { label: ['app=shop', 'canary'] }, false],
    ['by no name of every object', { label: 'constructor' }, false],
  ])('%s', (_name, selector, expected) => {
    expect(isMeant(web, selector)).toBe(expected)
  })

  it('by no service where it is of none', () => {
    expect(isMeant(listed('web'), { service: 'web' })).toBe(false)
  })
})

it.each<[Selector, string]>([
  [{ name: 'web' }, 'name "web"'],
  [{ label: 'app=shop' }, 'label "app=shop"'],
  [{ label: ['app=shop', 'tier=web'] }, 'label "app=shop" and "tier=web"'],
  [{ service: 'web' }, 'service "web"'],
  [{ service: 'web', project: 'shop' }, 'service "web" of the compose project "shop"'],
])('%j is described as %s', (selector, expected) => {
  expect(describeSelector(selector)).toBe(expected)
})
