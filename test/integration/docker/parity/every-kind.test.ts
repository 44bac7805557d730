import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kinds } from '../../../../src/environment/facts/index.ts'
import { runContainer } from '../../../support/docker/container.ts'
import { images } from '../../../support/docker/image-names.ts'
import { databaseDifferences } from './differences/databases.ts'
import type { Difference } from './differences/difference.ts'
import { differences } from './differences/index.ts'
import { tested, untestable } from './tested.ts'
import { type Reported, reported, World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world[Symbol.dispose]())

describe('two containers that differ in one thing', () => {
  it.concurrent.each(differences)('$number: $what', async (difference) => {
    expect(await reportOf(difference)).toEqual(expectedOf(difference))
  })
})

describe('the kinds', () => {
  const made = [...differences, ...databaseDifferences].map(({ number }) => number)
  // Those of releases have a file of their own: `every-release-kind.test.ts`.
  const numbers = [...new Set([...made, 5, 6])].sort((a, b) => a - b)

  it('that are told to be tested are those in which something is made to differ', () => {
    expect(tested).toEqual(numbers)
  })

  it('that are compared are tested, or it is said why they can’t be', () => {
    const compared = kinds.filter(({ seen }) => seen === 'compared').map(({ number }) => number)
    const covered = [...tested, ...Object.keys(untestable).map(Number)].sort((a, b) => a - b)
    expect(covered).toEqual(compared)
  })

  it('that are not compared neither block nor warn', () => {
    const others = kinds.filter(({ seen }) => seen !== 'compared')
    expect(others.filter(({ severity }) => severity !== 'info')).toEqual([])
  })
})

/** This kind and nothing else, but for what can't but differ with it. */
function expectedOf({ number, rank, also }: Difference): readonly Reported[] {
  const ranks = ['block', 'warn', 'info']
  return [[number, rank] as const, ...(also?.kinds ?? [])]
    .toSorted(([a, ours], [b, theirs]) => ranks.indexOf(ours) - ranks.indexOf(theirs) || a - b)
    .map(([of, severity]) => ({ number: of, kind: kindNamed(of), severity }))
}

function kindNamed(number: number): string {
  const kind = kinds.find((one) => one.number === number)
  if (kind === undefined) throw new TypeError(`There is no kind ${number}.`)
  return kind.id
}

async function reportOf(difference: Difference) {
  const { image, both = [], app = [], twin = [] } = difference
  const { command = image === undefined ? ['sleep', '1000'] : [], twinCommand = command } = difference
  await using _needed = await difference.needs?.()
  await using one = await runContainer([...both, ...app, image ?? images.busybox, ...command])
  await difference.between?.(one)
  const otherImage = (await difference.twinImage?.()) ?? image ?? images.busybox
  await using other = await runContainer([...both, ...twin, otherImage, ...twinCommand])
  for (const container of [one, other]) await difference.prepare?.(container)
  await using _made = asDisposable(await difference.change?.(other, one))
  return reported(await world.compare(one, other))
}

function asDisposable(made: unknown): AsyncDisposable | undefined {
  const isOne = typeof made === 'object' && made !== null && Symbol.asyncDispose in made
  return isOne ? (made as AsyncDisposable) : undefined
}
