import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kinds } from '../../../../src/environment/facts/index.ts'
import { runContainer } from '../../../support/docker/container.ts'
import { images } from '../../../support/docker/image-names.ts'
import type { Difference } from './differences/difference.ts'
import { differences } from './differences/index.ts'
import { reported, World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world[Symbol.dispose]())

describe('two containers that differ in one thing', () => {
  it.concurrent.each(differences)('$number: $what', async (difference) => {
    const kind = kinds.find(({ number }) => number === difference.number)?.id
    expect(await reportOf(difference)).toEqual([
      { number: difference.number, kind, severity: difference.rank },
    ])
  })
})

async function reportOf(difference: Difference) {
  const { both = [], app = [], twin = [], command = [], twinCommand = command } = difference
  const image = await imageOf(difference)
  await using one = await runContainer([...both, ...app, image, ...command])
  await difference.between?.()
  const otherImage = (await difference.twinImage?.()) ?? image
  await using other = await runContainer([...both, ...twin, otherImage, ...twinCommand])
  for (const container of [one, other]) await difference.prepare?.(container)
  await using _made = asDisposable(await difference.change?.(other, one))
  return reported(await world.compare(one, other))
}

async function imageOf({ image = images.busybox }: Difference): Promise<string> {
  return typeof image === 'string' ? image : await image()
}

function asDisposable(made: unknown): AsyncDisposable | undefined {
  const isOne = typeof made === 'object' && made !== null && Symbol.asyncDispose in made
  return isOne ? (made as AsyncDisposable) : undefined
}
