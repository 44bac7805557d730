import { describe, expect, it } from 'vitest'
import { inspected, listed } from '../../../../test/support/docker/inspections.ts'
import type { ContainerInspect, ContainerListed } from '../engine/types.ts'
import { compose } from './find-containers.ts'
import { groupsByImage, skewsOf } from './skews.ts'

const [a, b, c] = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`) as [string, string, string]
const shortened = (image: string) => image.slice(0, 19)

const serving = (name: string, Image: string, hash = 'one'): ContainerInspect =>
  inspected({ Name: `/${name}`, Image, Config: { Labels: { [compose.configHash]: hash } } })
const eight = Array.from({ length: 8 }, (_, at) => serving(`shop-web-${at + 1}`, at === 7 ? b : a))
const made = Date.parse(inspected().Created) / 1_000

it('one release is no skew', () => {
  expect(skewsOf([serving('web-1', a), serving('web-2', a)], [listed('web-1'), listed('web-2')])).toEqual([])
})

describe('several images at once', () => {
  it('are told with their numbers, and those that are fewer by their names', () => {
    expect(skewsOf(eight, [])).toEqual([
      {
        kind: 'mixed-releases',
        message: `The app's containers don't run one release: 7 × ${shortened(a)}, 1 × ${shortened(b)}: shop-web-8.`,
        remedy: expect.any(String),
      },
    ])
  })

  it('of which the most serve, come first, whatever their order', () => {
    const mixed = [serving('w1', b), serving('w2', c), serving('w3', a), serving('w4', c), serving('w5', c)]
    expect(groupsByImage(mixed).map(([image, { length }]) => [image, length])).toEqual([
      [c, 3],
      [b, 1],
      [a, 1],
    ])
    expect(skewsOf(mixed, [])[0]?.message).toContain(`3 × ${shortened(c)}, 1 × ${shortened(b)}: w1`)
  })
})

it('several configurations of one image are told with the names of each', () => {
  const mixed = [serving('web-1', a), serving('web-2', a, 'two'), serving('web-3', a)]
  expect(skewsOf(mixed, []).map(({ message }) => message)).toEqual([
    "The app's containers were made from different configurations: web-1, web-3; web-2.",
  ])
})

describe('a deploy under way', () => {
  const coming = (State: ContainerListed['State'], Created = made + 10) =>
    listed('shop-web-9', { State, Created })

  it.each<[string, ContainerListed, boolean]>([
    ['one that was made and not started yet', coming('created'), true],
    ['one that was made in the same second', coming('created', Math.floor(made)), true],
    ['one that restarts', coming('restarting', made - 1_000), true],
    ['one that is being removed', coming('removing', made - 1_000), true],
    ['not one that could not start long ago', coming('created', made - 1_000), false],
    ['not one that has ended', coming('exited'), false],
    ['not one that is paused', coming('paused'), false],
    ['not one that runs', coming('running'), false],
  ])('shows in %s', (_name, container, expected) => {
    const skews = skewsOf([serving('shop-web-1', a)], [listed('shop-web-1'), container])
    expect(skews.map(({ kind }) => kind)).toEqual(expected ? ['deploy-in-progress'] : [])
    if (expected) expect(skews[0]?.message).toContain(`shop-web-9 is ${container.State}`)
  })
})

it('all that is the matter is told', () => {
  const skews = skewsOf(
    [...eight, serving('shop-web-10', a, 'two')],
    [listed('shop-web-9', { State: 'restarting' })],
  )
  expect(skews.map(({ kind }) => kind)).toEqual(['mixed-releases', 'mixed-releases', 'deploy-in-progress'])
})
